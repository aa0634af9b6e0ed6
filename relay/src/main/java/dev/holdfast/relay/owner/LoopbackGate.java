package dev.holdfast.relay.owner;

import dev.holdfast.relay.config.Loopback;
import dev.holdfast.relay.config.RelayConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages away from a relay that asks for no key. Any page in the operator's browser can
 * send requests to this machine: by a name of its own that it has pointed here, which the {@code
 * Host} tells; from its own place, which the {@code Origin} tells; or as a form, which can't carry
 * {@code application/json}.
 */
public enum LoopbackGate {
  /** Keys are asked for, and a page that has none gets nowhere: no other condition. */
  KEYED,
  /** No keys, reachable from this machine only: all three conditions. */
  LOOPBACK,
  /**
   * No keys, and reachable from elsewhere because the operator wrote {@code insecure}: the name by
   * which it is reached can't be known, but a page of another place is still foreign.
   */
  INSECURE;

  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");

  /** The gate that this configuration needs. */
  public static LoopbackGate of(RelayConfig config) {
    if (!config.keys().isEmpty()) {
      return KEYED;
    }
    return config.listen().isLoopback() ? LOOPBACK : INSECURE;
  }

  /**
   * Why a request goes no further.
   *
   * @param status 403 or 415
   * @param message for the body; holds nothing of the request
   */
  public record Refusal(int status, String message) {}

  /**
   * Looks at a request before anything else does.
   *
   * @param method in capitals, as on the wire
   * @param host the value of {@code Host}; null if there is none
   * @param origin the value of {@code Origin}; null if there is none
   * @param contentType the value of {@code Content-Type}; null if there is none
   * @return why it is refused; empty if it may pass
   */
  public Optional<Refusal> check(
      String method, @Nullable String host, @Nullable String origin, @Nullable String contentType) {
    if (this == KEYED) {
      return Optional.empty();
    }
    if (this == LOOPBACK && (host == null || !isLoopbackHost(host))) {
      return Optional.of(
          new Refusal(
              403,
              "expected a loopback name in Host, because this relay asks for no key; call it as"
                  + " localhost, or configure keys"));
    }
    if (origin != null && isForeign(origin, host)) {
      return Optional.of(
          new Refusal(
              403,
              "expected no foreign Origin, because this relay asks for no key; configure keys"));
    }
    if (method.equals("POST") && (contentType == null || !isJson(contentType))) {
      return Optional.of(new Refusal(415, "expected Content-Type: application/json"));
    }
    return Optional.empty();
  }

  private static boolean isLoopbackHost(String value) {
    Matcher matcher = HOST.matcher(value);
    if (!matcher.matches()) {
      return false;
    }
    String port = matcher.group(2);
    String name = matcher.group(1);
    // Only in brackets may an IPv6 address stand here.
    return (port == null || Integer.parseInt(port) <= 65_535) && Loopback.isLoopback(name);
  }

  /** A page of this machine is at home; elsewhere a page is only where the relay itself is. */
  private boolean isForeign(String origin, @Nullable String host) {
    try {
      var uri = new URI(origin);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      String authority = uri.getRawAuthority();
      String name = uri.getHost();
      if ((!scheme.equals("http") && !scheme.equals("https"))
          || name == null
          || authority == null) {
        return true;
      }
      if (uri.getRawUserInfo() != null || !String.valueOf(uri.getRawPath()).isEmpty()) {
        return true;
      }
      if (this == LOOPBACK) {
        return !Loopback.isLoopback(name);
      }
      return host == null || !authority.equalsIgnoreCase(host);
    } catch (URISyntaxException e) {
      return true;
    }
  }

  private static boolean isJson(String contentType) {
    int end = contentType.indexOf(';');
    String type = end < 0 ? contentType : contentType.substring(0, end);
    return type.strip().equalsIgnoreCase("application/json");
  }
}

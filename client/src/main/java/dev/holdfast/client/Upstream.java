package dev.holdfast.client;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Profiles;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A provider, or a relay, at its address.
 *
 * @param name for guards, notices and records
 * @param base without a slash at its end
 * @param apiKey null where none is asked for
 * @param profile what is known of it
 * @param headers that every call bears
 */
record Upstream(
    String name,
    String base,
    @Nullable String apiKey,
    Profile profile,
    Map<String, String> headers) {
  private static final int PORT_MAX = 65_535;

  Upstream {
    headers = Map.copyOf(headers);
  }

  /** Whether a relay of ours is there, as the caller says. */
  boolean isRelay() {
    return profile.name().equals(Profiles.RELAY);
  }

  /** Whether one may be there, which its answers would say. */
  boolean mayBeRelay() {
    return profile.continuation().contains(Profile.Rung.NATIVE);
  }

  /**
   * Where a call goes: below the base, but a path that the profile names is one of the host.
   *
   * @param path of the call
   */
  URI uri(String path) {
    if (!path.isEmpty() && path.equals(profile.prefill().path())) {
      var root = URI.create(base);
      return URI.create(root.getScheme() + "://" + root.getRawAuthority() + path);
    }
    return URI.create(base + path);
  }

  /**
   * The address without a slash at its end.
   *
   * @throws IllegalArgumentException if it is not one of HTTP
   */
  static String checkedBase(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "expected a URL like https://api.example.com/v1, got \"" + Texts.shortened(url) + "\"",
          e);
    }
    var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean plain =
        uri.getRawQuery() == null && uri.getRawFragment() == null && uri.getRawUserInfo() == null;
    if (uri.getPort() > PORT_MAX) {
      throw new IllegalArgumentException(
          "expected a port of at most " + PORT_MAX + ", got " + uri.getPort());
    }
    if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null || !plain) {
      throw new IllegalArgumentException(
          "expected a URL like https://api.example.com/v1, got \""
              + Texts.shortened(uri.getRawUserInfo() == null ? url : "(one with a user)")
              + "\"");
    }
    return url.replaceAll("/+$", "");
  }

  /** The provider whose address this is, else one of which only the dialect is known. */
  static Profile profileOf(String base) {
    var host = URI.create(base).getHost();
    for (var name : Profiles.names()) {
      var profile = Profiles.find(name).orElseThrow();
      if (!profile.url().isEmpty() && host.equalsIgnoreCase(URI.create(profile.url()).getHost())) {
        return profile;
      }
    }
    var unknown = Profiles.find(Profiles.UNKNOWN).orElseThrow();
    var rungs = new ArrayList<Profile.Rung>();
    rungs.add(Profile.Rung.NATIVE);
    rungs.addAll(unknown.continuation());
    return unknown.withContinuation(rungs, false);
  }

  /** All but the key. */
  @Override
  public String toString() {
    return name + " at " + base + " (" + profile.name() + ")";
  }
}

package dev.holdfast.relay.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the relay accepts connections.
 *
 * @param host a name or address, IPv6 without brackets; default 127.0.0.1
 * @param port 0 takes a free one; default 8080
 */
public record Listen(String host, int port) {
  public static final Listen DEFAULTS = new Listen("127.0.0.1", 8080);

  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9._-]+)):([0-9]{1,5})");

  public Listen {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("expected a port from 0 to 65535, got " + port);
    }
  }

  /** Reads {@code host:port}, an IPv6 address in brackets. */
  static Optional<Listen> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(matcher.group(3));
    if (port > 65_535) {
      return Optional.empty();
    }
    String address = matcher.group(1);
    return Optional.of(new Listen(address != null ? address : matcher.group(2), port));
  }

  /** Whether only this machine can reach it. */
  public boolean isLoopback() {
    return Loopback.isLoopback(host);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}

package dev.holdfast.relay.config;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Tells the names of this machine from all others, by the text alone: a name that had to be looked
 * up could be made to point here.
 */
public final class Loopback {
  private static final String OCTET = "(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
  private static final Pattern ADDRESS = Pattern.compile("127(?:\\." + OCTET + "){3}");
  private static final Pattern NAME = Pattern.compile("(?:[a-z0-9_-]+\\.)*localhost");

  private Loopback() {}

  /**
   * Whether the host is {@code localhost}, a name below it, in 127.0.0.0/8, or {@code ::1} (with or
   * without brackets).
   */
  public static boolean isLoopback(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.equals("::1")
        || lower.equals("[::1]")
        || ADDRESS.matcher(lower).matches()
        || NAME.matcher(lower).matches();
  }
}

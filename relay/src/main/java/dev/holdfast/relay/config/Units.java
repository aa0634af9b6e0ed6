package dev.holdfast.relay.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and sizes as people write them. */
final class Units {
  private static final Pattern TIME = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?)(ms|s|m|h|d)");
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,3})?) ?(B|KB|MB|GB|TB)?");

  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  /** Powers of 1024, because what they bound is memory and files. */
  private static final Map<String, Long> BYTES =
      Map.of("B", 1L, "KB", 1L << 10, "MB", 1L << 20, "GB", 1L << 30, "TB", 1L << 40);

  private static final BigDecimal BYTES_MAX = BigDecimal.valueOf(1L << 50);
  private static final BigDecimal MILLIS_MAX = BigDecimal.valueOf(366L * 86_400_000L);

  private Units() {}

  /** A number with its unit, to the millisecond, at most a year. A number alone is none. */
  static Optional<Duration> time(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    BigDecimal millis =
        new BigDecimal(matcher.group(1))
            .multiply(BigDecimal.valueOf(MILLIS.getOrDefault(matcher.group(2), 0L)));
    if (millis.compareTo(MILLIS_MAX) > 0 || millis.stripTrailingZeros().scale() > 0) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofMillis(millis.longValueExact()));
  }

  /** A number of bytes, with a unit or without, at most a pebibyte. */
  static Optional<Long> size(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String unit = matcher.group(2) == null ? "B" : matcher.group(2);
    BigDecimal bytes =
        new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(BYTES.getOrDefault(unit, 0L)));
    if (bytes.compareTo(BYTES_MAX) > 0 || bytes.stripTrailingZeros().scale() > 0) {
      return Optional.empty();
    }
    return Optional.of(bytes.longValueExact());
  }

  /** The shortest way to write a time, for what is printed at start. */
  static String print(Duration time) {
    long millis = time.toMillis();
    for (String unit : new String[] {"d", "h", "m", "s"}) {
      long one = MILLIS.getOrDefault(unit, 1L);
      if (millis > 0 && millis % one == 0) {
        return millis / one + unit;
      }
    }
    return millis + "ms";
  }

  /** The shortest way to write a size, for what is printed at start. */
  static String print(long bytes) {
    for (String unit : new String[] {"TB", "GB", "MB", "KB"}) {
      long one = BYTES.getOrDefault(unit, 1L);
      if (bytes > 0 && bytes % one == 0) {
        return bytes / one + unit;
      }
    }
    return bytes + " bytes";
  }
}

package dev.holdfast.simulator.fault;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as a plan writes them: {@code 2}, {@code 0.5} (seconds), {@code 200ms}, {@code 1m30s}.
 */
final class Spans {
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(?:\\.\\d{1,9})?");
  private static final Pattern UNITS =
      Pattern.compile(
          "(?:(\\d{1,6})h)?(?:(\\d{1,6})m(?!s))?(?:(\\d{1,9}(?:\\.\\d{1,9})?)s)?(?:(\\d{1,9})ms)?");

  private Spans() {}

  /**
   * Reads a span.
   *
   * @throws IllegalArgumentException if the text is none
   */
  static Duration parse(String text) {
    if (SECONDS.matcher(text).matches()) {
      return seconds(text);
    }
    Matcher found = UNITS.matcher(text);
    if (text.isEmpty() || !found.matches()) {
      throw new IllegalArgumentException(
          "expected a time such as 2, 0.5, 200ms or 1m30s, got \"" + text + "\"");
    }
    Duration sum = Duration.ZERO;
    if (found.group(1) != null) {
      sum = sum.plusHours(Long.parseLong(found.group(1)));
    }
    if (found.group(2) != null) {
      sum = sum.plusMinutes(Long.parseLong(found.group(2)));
    }
    if (found.group(3) != null) {
      sum = sum.plus(seconds(found.group(3)));
    }
    if (found.group(4) != null) {
      sum = sum.plusMillis(Long.parseLong(found.group(4)));
    }
    return sum;
  }

  private static Duration seconds(String number) {
    return Duration.ofNanos(new BigDecimal(number).movePointRight(9).longValue());
  }

  /**
   * Prints a span so that {@link #parse} reads the same one: seconds, or milliseconds below one.
   */
  static String print(Duration span) {
    long millis = span.toMillis();
    if (millis < 1000) {
      return millis + "ms";
    }
    return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString() + "s";
  }
}

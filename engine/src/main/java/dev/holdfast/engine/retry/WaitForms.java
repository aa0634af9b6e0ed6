package dev.holdfast.engine.retry;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The forms in which a wait is written, each read as nanoseconds from now. A form that does not
 * match as a whole gives nothing; a date in the past gives a negative number, which the caller
 * passes over.
 */
final class WaitForms {
  private WaitForms() {}

  private static final Pattern NUMBER =
      Pattern.compile("[+-]?\\d{1,18}(?:\\.\\d{0,18})?(?:[eE][+-]?\\d{1,2})?");

  /** One part of a Go duration; the two-letter units stand before {@code m}, so 12ms is no 12m. */
  private static final Pattern GO_PART =
      Pattern.compile("(\\d{1,18}(?:\\.\\d{0,18})?|\\.\\d{1,18})(ms|us|µs|μs|ns|d|h|m|s)");

  /** How long from now, in a sentence about waiting. A bare "in 300 requests" must not match. */
  private static final Pattern SENTENCE =
      Pattern.compile(
          "(?i)(?:\\b(?:again|retry|retrying|wait|resets?|available)\\b[^\\d.]{0,24}|\\bin )"
              + "((?:\\d{1,9}(?:\\.\\d{1,12})?\\s*"
              + "(?:milliseconds?|msecs?|ms|seconds?|secs?"
              + "|minutes?|mins?|hours?|hrs?|days?|s|m|h|d)"
              + "(?![a-z])[\\s,]*(?:and\\s+)?)+)");

  private static final Pattern SENTENCE_PART =
      Pattern.compile("(?i)(\\d{1,9}(?:\\.\\d{1,12})?)\\s*([a-z]+)");

  /** A reset below this is a wait in seconds, above it a moment: a week against September 2001. */
  private static final double EPOCH_SECONDS_MIN = 1e9;

  private static final double EPOCH_MILLIS_MIN = 1e11;

  private static final DateTimeFormatter RFC_850 =
      DateTimeFormatter.ofPattern("dd-MMM-uu HH:mm:ss", Locale.ROOT);

  private static final DateTimeFormatter RFC_1123 =
      DateTimeFormatter.ofPattern("d MMM uuuu HH:mm:ss", Locale.ROOT);

  private static final List<String> MONTHS =
      List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");

  /** A plain number of units of so many nanoseconds each. */
  static OptionalLong number(String text, long unitNanos) {
    var value = text.strip();
    return NUMBER.matcher(value).matches()
        ? nanos(Double.parseDouble(value) * unitNanos)
        : OptionalLong.empty();
  }

  /** {@code Retry-After} and its likes in bodies: seconds, a Go duration, or a date. */
  static OptionalLong secondsOrDate(String text, long wallMillis) {
    var seconds = number(text, 1_000_000_000);
    if (seconds.isPresent()) {
      return seconds;
    }
    var duration = duration(text);
    if (duration.isPresent()) {
      return duration;
    }
    var date = httpDate(text, wallMillis);
    return date.isPresent() ? date : rfc3339(text, wallMillis);
  }

  /** A reset header: a Go duration, seconds, a moment as seconds or milliseconds, or a date. */
  static OptionalLong reset(String text, long wallMillis) {
    var value = text.strip();
    if (!NUMBER.matcher(value).matches()) {
      return secondsOrDate(value, wallMillis);
    }
    var number = Double.parseDouble(value);
    if (number >= EPOCH_MILLIS_MIN) {
      return nanos((number - wallMillis) * 1e6);
    }
    return number >= EPOCH_SECONDS_MIN
        ? nanos((number - wallMillis / 1e3) * 1e9)
        : nanos(number * 1e9);
  }

  /** A Go or protobuf duration: {@code 6m0s}, {@code 12ms}, {@code 34.07s}. */
  static OptionalLong duration(String text) {
    var value = text.strip();
    var part = GO_PART.matcher(value);
    var end = 0;
    var sum = 0.0;
    while (part.find() && part.start() == end) {
      end = part.end();
      sum += Double.parseDouble(part.group(1)) * unitNanos(part.group(2));
    }
    return end > 0 && end == value.length() ? nanos(sum) : OptionalLong.empty();
  }

  /** The three forms of an HTTP date, RFC 9110 section 5.6.7. */
  static OptionalLong httpDate(String text, long wallMillis) {
    var value = text.strip();
    try {
      return until(moment(value, wallMillis), wallMillis);
    } catch (DateTimeException e) {
      return OptionalLong.empty();
    }
  }

  private static Instant moment(String value, long wallMillis) {
    var comma = value.indexOf(',');
    if (comma < 0) {
      return asctime(value);
    }
    var rest = value.substring(comma + 1).strip();
    if (!rest.endsWith(" GMT") && !rest.endsWith(" UTC")) {
      throw new DateTimeException("no HTTP date");
    }
    var date = rest.substring(0, rest.length() - 4);
    if (date.indexOf('-') < 0) {
      return LocalDateTime.parse(date, RFC_1123).toInstant(ZoneOffset.UTC);
    }
    // Two digits of a year: more than 50 years ahead means the century before.
    var read = LocalDateTime.parse(date, RFC_850);
    var now = Instant.ofEpochMilli(wallMillis).atOffset(ZoneOffset.UTC).toLocalDateTime();
    return (read.isAfter(now.plusYears(50)) ? read.minusYears(100) : read)
        .toInstant(ZoneOffset.UTC);
  }

  private static Instant asctime(String value) {
    var parts = value.split("\\s+", -1);
    if (parts.length != 5) {
      throw new DateTimeException("no asctime date");
    }
    try {
      var month = MONTHS.indexOf(parts[1]) + 1;
      var date = LocalDate.of(Integer.parseInt(parts[4]), month, Integer.parseInt(parts[2]));
      return date.atTime(LocalTime.parse(parts[3])).toInstant(ZoneOffset.UTC);
    } catch (NumberFormatException e) {
      throw new DateTimeException("no asctime date", e);
    }
  }

  private static OptionalLong rfc3339(String text, long wallMillis) {
    try {
      return until(OffsetDateTime.parse(text.strip()).toInstant(), wallMillis);
    } catch (DateTimeParseException e) {
      return OptionalLong.empty();
    }
  }

  /** The wait a sentence speaks of: "try again in 1m 30s", "retry after 26 seconds". */
  static OptionalLong inWords(String message) {
    var sentence = SENTENCE.matcher(message);
    if (!sentence.find()) {
      return OptionalLong.empty();
    }
    var part = SENTENCE_PART.matcher(sentence.group(1));
    var sum = 0.0;
    while (part.find()) {
      sum += Double.parseDouble(part.group(1)) * wordNanos(part.group(2).toLowerCase(Locale.ROOT));
    }
    return nanos(sum);
  }

  private static double wordNanos(String unit) {
    if (unit.startsWith("ms") || unit.startsWith("milli")) {
      return 1e6;
    }
    return switch (unit.charAt(0)) {
      case 's' -> 1e9;
      case 'm' -> 60e9;
      case 'h' -> 3600e9;
      default -> 86_400e9;
    };
  }

  private static double unitNanos(String unit) {
    return switch (unit) {
      case "ns" -> 1;
      case "us", "µs", "μs" -> 1e3;
      case "ms" -> 1e6;
      case "s" -> 1e9;
      case "m" -> 60e9;
      case "h" -> 3600e9;
      default -> 86_400e9;
    };
  }

  private static OptionalLong until(Instant moment, long wallMillis) {
    return nanos((moment.toEpochMilli() - wallMillis) * 1e6);
  }

  private static OptionalLong nanos(double nanos) {
    return Math.abs(nanos) < 9e18 ? OptionalLong.of(Math.round(nanos)) : OptionalLong.empty();
  }
}

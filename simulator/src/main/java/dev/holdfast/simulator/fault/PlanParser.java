package dev.holdfast.simulator.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the language of {@link FaultPlan#GRAMMAR}. */
final class PlanParser {
  private static final Pattern ENTRY =
      Pattern.compile(
          "([a-z0-9-]+)(?:@([a-z0-9:]+))?(?:\\(([^()]*)\\))?((?:\\+[a-z0-9-]+)*)(\\*)?");
  private static final String FAULTS =
      "ok, refuse, no-such-host, tls-garbage, reset, cut, end, stall, pause, trickle, error,"
          + " malformed, huge, finish, no-finish, html, json-error, wrong-type, gzip, nothing"
          + " or a status from 300 to 599";
  private static final int HUGE_MEBIBYTES = 17;

  private final String word;
  private final @Nullable String position;
  private final Map<String, String> options;

  private PlanParser(String word, @Nullable String position, Map<String, String> options) {
    this.word = word;
    this.position = position;
    this.options = options;
  }

  static FaultPlan parse(String text) {
    var entries = new ArrayList<FaultPlan.Entry>();
    for (String part : text.split(";", -1)) {
      try {
        entries.add(entry(part.strip()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "fault plan \"%s\", entry %d: %s".formatted(text, entries.size() + 1, e.getMessage()),
            e);
      }
    }
    return new FaultPlan(entries);
  }

  private static FaultPlan.Entry entry(String text) {
    Matcher found = ENTRY.matcher(text);
    if (!found.matches()) {
      throw new IllegalArgumentException(
          "expected fault[@position][(options)][+quirk][*], got \"" + text + "\"");
    }
    String written = found.group(3);
    var parser = new PlanParser(found.group(1), found.group(2), options(written));
    Fault fault = parser.fault();
    parser.nothingLeft();
    return new FaultPlan.Entry(fault, quirks(found.group(4)), found.group(5) != null);
  }

  private static Map<String, String> options(@Nullable String written) {
    var options = new LinkedHashMap<String, String>();
    if (written == null || written.isBlank()) {
      return options;
    }
    for (String option : written.split(",", -1)) {
      int equals = option.indexOf('=');
      String key = (equals < 0 ? option : option.substring(0, equals)).strip();
      String value = equals < 0 ? "" : option.substring(equals + 1).strip();
      if (options.put(key, value) != null) {
        throw new IllegalArgumentException("option \"" + key + "\" is written twice");
      }
    }
    return options;
  }

  private static Set<Quirk> quirks(String written) {
    var quirks = EnumSet.noneOf(Quirk.class);
    for (String quirk : written.split("\\+", -1)) {
      if (!quirk.isEmpty()) {
        quirks.add(constant("quirk", Quirk.values(), Quirk::text, quirk));
      }
    }
    return quirks;
  }

  private Fault fault() {
    return switch (word) {
      case "ok" -> nowhere(new Fault.Healthy());
      case "refuse" -> nowhere(new Fault.Refused());
      case "no-such-host" -> nowhere(new Fault.NoSuchHost());
      case "tls-garbage" -> nowhere(new Fault.TlsFailure());
      case "reset" -> new Fault.Reset(where(null), span("after", Duration.ZERO));
      case "cut" -> new Fault.Cut(where(null), span("after", Duration.ZERO));
      case "end" -> new Fault.CleanEnd(where(null), span("after", Duration.ZERO));
      case "stall" -> new Fault.Stall(where(null), optionalSpan("keep-alive"));
      case "pause" -> new Fault.Pause(where(null), requiredSpan("for"), optionalSpan("keep-alive"));
      case "trickle" -> nowhere(new Fault.Trickle(requiredSpan("every")));
      case "error" ->
          new Fault.InBand(
              where(null),
              constant("shape", ErrorShape.values(), ErrorShape::text, option("shape", "openai")),
              options.remove("code"),
              options.remove("done") != null);
      case "malformed" -> new Fault.Malformed(where(null));
      case "huge" -> new Fault.HugeEvent(where(null), number(option("mib", "" + HUGE_MEBIBYTES)));
      case "finish" -> {
        String reason = options.remove("reason");
        if (reason == null) {
          throw new IllegalArgumentException("expected finish(reason=…), got no reason");
        }
        yield new Fault.Finish(where(new Position.TextEnd()), reason);
      }
      case "no-finish" -> new Fault.NoFinish(where(new Position.TextEnd()));
      case "html", "json-error", "wrong-type", "gzip", "nothing" ->
          nowhere(
              new Fault.Impostor(
                  constant(
                      "fault", Fault.Impostor.Kind.values(), Fault.Impostor.Kind::text, word)));
      default -> nowhere(status());
    };
  }

  private Fault status() {
    if (!word.matches("[3-5]\\d\\d")) {
      throw new IllegalArgumentException("expected " + FAULTS + ", got \"" + word + "\"");
    }
    String code = options.remove("code");
    String param = options.remove("param");
    BodyShape shape =
        constant("shape", BodyShape.values(), BodyShape::text, option("shape", "openai"));
    var hints = new ArrayList<Hint>();
    for (Hint.Form form : Hint.Form.values()) {
      Duration after = optionalSpan(form.text());
      if (after != null) {
        hints.add(new Hint(form, after));
      }
    }
    return new Fault.Status(number(word), code, param, shape, hints);
  }

  private Fault nowhere(Fault fault) {
    if (position != null) {
      throw new IllegalArgumentException(
          "expected no position for \"" + word + "\", got \"@" + position + "\"");
    }
    return fault;
  }

  private Position where(@Nullable Position usual) {
    if (position == null) {
      if (usual == null) {
        throw new IllegalArgumentException(
            "expected a position, such as " + word + "@37 or " + word + "@head, got none");
      }
      return usual;
    }
    int colon = position.indexOf(':');
    String kind = colon < 0 ? position : position.substring(0, colon);
    String count = position.substring(colon + 1);
    return switch (kind) {
      case "head" -> new Position.Head();
      case "end" -> new Position.TextEnd();
      case "finish" -> new Position.Finish();
      case "event" -> new Position.InsideEvent(number(count));
      case "utf8" -> new Position.InsideUtf8(number(count));
      case "byte" -> new Position.Bytes(number(count));
      default -> {
        if (colon >= 0 || !position.matches("\\d+")) {
          throw new IllegalArgumentException(
              "expected @head, @N, @event:N, @utf8:N, @byte:N, @end or @finish, got \"@"
                  + position
                  + "\"");
        }
        yield new Position.Tokens(number(position));
      }
    };
  }

  private String option(String key, String usual) {
    String value = options.remove(key);
    return value == null ? usual : value;
  }

  private @Nullable Duration optionalSpan(String key) {
    String value = options.remove(key);
    if (value == null) {
      return null;
    }
    try {
      return Spans.parse(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("option \"" + key + "\": " + e.getMessage(), e);
    }
  }

  private Duration span(String key, Duration usual) {
    Duration value = optionalSpan(key);
    return value == null ? usual : value;
  }

  private Duration requiredSpan(String key) {
    Duration value = optionalSpan(key);
    if (value == null) {
      throw new IllegalArgumentException("expected " + word + "(" + key + "=TIME), got none");
    }
    return value;
  }

  private void nothingLeft() {
    if (!options.isEmpty()) {
      throw new IllegalArgumentException(
          "expected no option " + List.copyOf(options.keySet()) + " for \"" + word + "\"");
    }
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a whole number, got \"" + text + "\"", e);
    }
  }

  private static <T> T constant(String what, T[] values, Function<T, String> text, String written) {
    for (T value : values) {
      if (text.apply(value).equals(written)) {
        return value;
      }
    }
    throw new IllegalArgumentException(
        "expected a %s of %s, got \"%s\""
            .formatted(
                what, Arrays.stream(values).map(text).collect(Collectors.joining(", ")), written));
  }
}

package dev.holdfast.engine.retry;

import dev.holdfast.engine.failure.HeaderLookup;
import dev.holdfast.engine.failure.Hint;
import dev.holdfast.engine.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads when an upstream wants to be asked again, in every form that providers use.
 *
 * <p>Precedence, the first that yields a usable wait:
 *
 * <ol>
 *   <li>the headers made for it: {@code retry-after-ms}, {@code x-ms-retry-after-ms}, {@code
 *       retry-after} in seconds, with a fraction, or as a date;
 *   <li>the body: {@code RetryInfo.retryDelay}, {@code retry_after_ms}, {@code retry_after}, beside
 *       the error, in it, in its {@code metadata} or {@code details}; headers echoed in {@code
 *       metadata.headers};
 *   <li>the body's words: "try again in 6m0s";
 *   <li>the reset headers of rate limits. They come with every response and say when a limit is
 *       <em> full</em> again, so they count only for a rate limit: the latest of those that have
 *       nothing remaining; if none says so, the soonest.
 * </ol>
 *
 * A wait that is negative, not a number, or longer than {@link #WAIT_MAX} says nothing and is
 * passed over; how much of a wait is obeyed is the policy's business. Wall-clock time is an
 * argument, since dates have to be compared with something.
 */
public final class RetryHints {
  private RetryHints() {}

  /** Longer waits are mistakes or epochs: no provider's limit lasts beyond a week. */
  public static final Duration WAIT_MAX = Duration.ofDays(7);

  private static final long WAIT_MAX_NANOS = WAIT_MAX.toNanos();

  /** The reset headers known, each with the header that says what remains; empty if it has none. */
  private static final List<Reset> RESETS =
      List.of(
          pair("x-ratelimit-%s-requests"),
          pair("x-ratelimit-%s-tokens"),
          pair("x-ratelimit-%s-project-tokens"),
          pair("x-ratelimit-%s-project-requests"),
          pair("anthropic-ratelimit-requests-%s"),
          pair("anthropic-ratelimit-tokens-%s"),
          pair("anthropic-ratelimit-input-tokens-%s"),
          pair("anthropic-ratelimit-output-tokens-%s"),
          pair("anthropic-priority-input-tokens-%s"),
          pair("anthropic-priority-output-tokens-%s"),
          pair("x-ratelimit-%s"),
          pair("ratelimit-%s"));

  private record Reset(String reset, String remaining) {}

  private static Reset pair(String pattern) {
    return new Reset(pattern.replace("%s", "reset"), pattern.replace("%s", "remaining"));
  }

  /**
   * The hint of a refusal.
   *
   * @param headers of the response; {@link HeaderLookup#NONE} for an error inside a stream
   * @param body the error as parsed, with or without its {@code error} wrapper; {@link
   *     JsonValue#NULL} if it was not JSON
   * @param message the provider's words; empty if none
   * @param rateLimited whether the refusal is a rate limit, so that reset headers mean something
   * @param wallMillis the wall clock, in milliseconds since 1970
   */
  public static Optional<Hint> read(
      HeaderLookup headers, JsonValue body, String message, boolean rateLimited, long wallMillis) {
    return asked(headers, wallMillis)
        .or(() -> inBody(body, rateLimited, wallMillis))
        .or(() -> inWords(message))
        .or(() -> rateLimited ? reset(headers, wallMillis) : Optional.empty());
  }

  private static Optional<Hint> asked(HeaderLookup headers, long wallMillis) {
    return hint("retry-after-ms", WaitForms.number(headers.first("retry-after-ms"), 1_000_000))
        .or(() ->
            hint(
                "x-ms-retry-after-ms",
                WaitForms.number(headers.first("x-ms-retry-after-ms"), 1_000_000)))
        .or(() ->
            hint("retry-after", WaitForms.secondsOrDate(headers.first("retry-after"), wallMillis)));
  }

  private static Optional<Hint> inBody(JsonValue body, boolean rateLimited, long wallMillis) {
    var root =
        body instanceof JsonValue.Arr && !body.items().isEmpty() ? body.items().get(0) : body;
    var places = new ArrayList<JsonValue>();
    for (var place : List.of(root.at("error"), root)) {
      places.addAll(place.at("details").items());
      places.add(place);
      places.add(place.at("metadata"));
      places.add(place.at("details"));
    }
    for (var place : places) {
      var hint = inMembers(place, wallMillis);
      if (hint.isPresent()) {
        return hint;
      }
    }
    for (var place : places) {
      HeaderLookup echoed = name -> member(place.at("headers"), name);
      var hint = asked(echoed, wallMillis);
      if (hint.isEmpty() && rateLimited) {
        hint = reset(echoed, wallMillis);
      }
      if (hint.isPresent()) {
        return hint.map(h -> new Hint(h.delay(), "metadata.headers " + h.source()));
      }
    }
    return Optional.empty();
  }

  private static Optional<Hint> inMembers(JsonValue place, long wallMillis) {
    return hint("retryDelay", WaitForms.duration(place.at("retryDelay").text()))
        .or(() -> hint("retry_after_ms", milliseconds(place)))
        .or(() -> hint("retry_after", seconds(place, wallMillis)));
  }

  private static OptionalLong milliseconds(JsonValue place) {
    var snake = WaitForms.number(place.at("retry_after_ms").text(), 1_000_000);
    return snake.isPresent() ? snake : WaitForms.number(place.at("retryAfterMs").text(), 1_000_000);
  }

  private static OptionalLong seconds(JsonValue place, long wallMillis) {
    for (var name : List.of("retry_after", "retry_after_seconds", "retryAfter")) {
      var wait = WaitForms.secondsOrDate(place.at(name).text(), wallMillis);
      if (wait.isPresent()) {
        return wait;
      }
    }
    return OptionalLong.empty();
  }

  private static Optional<Hint> inWords(String message) {
    return hint("message", WaitForms.inWords(message));
  }

  private static Optional<Hint> reset(HeaderLookup headers, long wallMillis) {
    var exhausted = new ArrayList<Hint>();
    var any = new ArrayList<Hint>();
    for (var limit : RESETS) {
      var wait = WaitForms.reset(headers.first(limit.reset()), wallMillis);
      hint(limit.reset(), wait)
          .ifPresent(h -> {
            any.add(h);
            if (headers.first(limit.remaining()).strip().equals("0")) {
              exhausted.add(h);
            }
          });
    }
    var byDelay = Comparator.comparing(Hint::delay);
    return exhausted.stream().max(byDelay).or(() -> any.stream().min(byDelay));
  }

  private static Optional<Hint> hint(String source, OptionalLong nanos) {
    return nanos.isPresent() && nanos.getAsLong() >= 0 && nanos.getAsLong() <= WAIT_MAX_NANOS
        ? Optional.of(new Hint(Duration.ofNanos(nanos.getAsLong()), source))
        : Optional.empty();
  }

  private static String member(JsonValue object, String name) {
    if (object instanceof JsonValue.Obj obj) {
      for (var entry : obj.members().entrySet()) {
        if (entry.getKey().equalsIgnoreCase(name)) {
          return entry.getValue().text();
        }
      }
    }
    return "";
  }
}

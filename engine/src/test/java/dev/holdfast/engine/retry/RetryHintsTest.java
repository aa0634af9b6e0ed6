package dev.holdfast.engine.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.failure.HeaderLookup;
import dev.holdfast.engine.failure.Hint;
import dev.holdfast.engine.json.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryHintsTest {
  private static final long NOW = Instant.parse("2026-11-06T08:49:07Z").toEpochMilli();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          retry-after                               | 7                              | PT7S
          retry-after                               | 0                              | PT0S
          retry-after                               | 1.25                           | PT1.25S
          Retry-After                               | ' 20 '                         | PT20S
          retry-after                               | 30s                            | PT30S
          retry-after                               | Fri, 06 Nov 2026 08:49:37 GMT  | PT30S
          retry-after                               | Friday, 06-Nov-26 08:49:37 GMT | PT30S
          retry-after                               | Fri Nov  6 08:49:37 2026       | PT30S
          retry-after-ms                            | 1500                           | PT1.5S
          retry-after-ms                            | 12.5                           | PT0.0125S
          x-ms-retry-after-ms                       | 900                            | PT0.9S
          x-ratelimit-reset-requests                | 6m0s                           | PT6M
          x-ratelimit-reset-requests                | 12ms                           | PT0.012S
          x-ratelimit-reset-tokens                  | 1h2m3.5s                       | PT1H2M3.5S
          x-ratelimit-reset-tokens                  | 2m59.56s                       | PT2M59.56S
          x-ratelimit-reset-project-tokens          | 1s                             | PT1S
          x-ratelimit-reset                         | 42                             | PT42S
          x-ratelimit-reset                         | 1793954957                     | PT10S
          x-ratelimit-reset                         | 1793954957500                  | PT10.5S
          anthropic-ratelimit-requests-reset        | 2026-11-06T08:49:17Z           | PT10S
          anthropic-ratelimit-input-tokens-reset    | 2026-11-06T09:49:07+01:00      | PT0S
          anthropic-ratelimit-output-tokens-reset   | 2026-11-06T08:50:07.500Z       | PT1M0.5S
          """)
  void read_headerInEveryForm_givesTheWait(String name, String value, Duration wait) {
    assertThat(headersOnly(Map.of(name, value)).map(Hint::delay)).contains(wait);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          retry-after        | -1
          retry-after        | NaN
          retry-after        | Infinity
          retry-after        | 0x10
          retry-after        | soon
          retry-after        | ''
          retry-after        | 604801
          retry-after        | 1e99
          retry-after        | 99999999999999999999999
          retry-after        | Fri, 06 Nov 2026 08:49:06 GMT
          retry-after        | Fri, 06 Nov 2026 08:49:37 PST
          retry-after        | Fri Foo  6 08:49:37 2026
          retry-after-ms     | 604800001
          x-ratelimit-reset-tokens   | 6m0
          x-ratelimit-reset-tokens   | 200h
          x-ratelimit-reset          | 700000
          x-ratelimit-reset          | 1793954946
          """)
  void read_unusableHeader_isPassedOver(String name, String value) {
    assertThat(headersOnly(Map.of(name, value))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"error":{"code":429,"details":[{"@type":"x/google.rpc.RetryInfo","retryDelay":"34.074824224s"}]}} | PT34.074824224S
          [{"error":{"details":[{"retryDelay":"900ms"}]}}]        | PT0.9S
          {"error":{"retry_after":1.2}}                           | PT1.2S
          {"error":{"retry_after":"3"}}                           | PT3S
          {"retry_after":5}                                       | PT5S
          {"retry_after_ms":250}                                  | PT0.25S
          {"error":{"metadata":{"retry_after_seconds":9}}}        | PT9S
          {"error":{"metadata":{"headers":{"Retry-After":"4"}}}}  | PT4S
          {"error":{"metadata":{"headers":{"X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1793954957000"}}}} | PT10S
          {"message":"flat","retry_after":"2s"}                   | PT2S
          """)
  void read_bodyInEveryForm_givesTheWait(String body, Duration wait) {
    var found =
        RetryHints.read(HeaderLookup.NONE, JsonValue.parse(body).orElseThrow(), "", true, NOW);

    assertThat(found.map(Hint::delay)).contains(wait);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Rate limit reached on tokens per min (TPM): Limit 10000. Please try again in 1.5s. | PT1.5S
          Please retry in 8.79s.                                     | PT8.79S
          Limit 200, Used 200. Please try again in 6m0s.             | PT6M
          Please try again in 12ms.                                  | PT0.012S
          Too fast; next request in 20 seconds                       | PT20S
          Please retry after 26 seconds.                             | PT26S
          Please wait 1 minute 30 seconds                            | PT1M30S
          try again in 1h2m3.5s                                      | PT1H2M3.5S
          Try again after 3 minutes, then we talk                    | PT3M
          """)
  void read_words_givesTheWait(String message, Duration wait) {
    var found = RetryHints.read(HeaderLookup.NONE, JsonValue.NULL, message, false, NOW);

    assertThat(found.map(Hint::delay)).contains(wait);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "You sent 300 requests in 5 models",
        "try again later",
        "try again in 2 months",
        "Retry your request; code 12 says no",
        "error in 3 places",
      })
  void read_wordsWithoutAWait_givesNothing(String message) {
    assertThat(RetryHints.read(HeaderLookup.NONE, JsonValue.NULL, message, true, NOW)).isEmpty();
  }

  @Test
  void read_severalForms_headersThenBodyThenWordsThenResets() {
    var all = new HashMap<String, String>();
    all.put("x-ratelimit-reset-tokens", "4s");
    var body = JsonValue.parse("{\"error\":{\"retry_after\":2}}").orElseThrow();
    var words = "try again in 3s";

    assertThat(read(all, JsonValue.NULL, "")).isEqualTo("x-ratelimit-reset-tokens PT4S");
    assertThat(read(all, JsonValue.NULL, words)).isEqualTo("message PT3S");
    assertThat(read(all, body, words)).isEqualTo("retry_after PT2S");
    all.put("retry-after", "1");
    assertThat(read(all, body, words)).isEqualTo("retry-after PT1S");
    all.put("retry-after-ms", "1100");
    assertThat(read(all, body, words)).isEqualTo("retry-after-ms PT1.1S");
  }

  @Test
  void read_severalResets_exhaustedOnesDecideElseTheSoonest() {
    var headers = new HashMap<String, String>();
    headers.put("x-ratelimit-reset-requests", "6m0s");
    headers.put("x-ratelimit-remaining-requests", "13000");
    headers.put("x-ratelimit-reset-tokens", "7.66s");
    headers.put("x-ratelimit-remaining-tokens", "200");

    assertThat(headersOnly(headers).map(Hint::delay)).contains(Duration.ofMillis(7_660));
    headers.put("x-ratelimit-remaining-requests", "0");
    assertThat(headersOnly(headers).map(Hint::delay)).contains(Duration.ofMinutes(6));
  }

  @Test
  void read_resetHeadersOfAServerError_sayNothing() {
    var headers = lookup(Map.of("x-ratelimit-reset-requests", "6m0s"));

    assertThat(RetryHints.read(headers, JsonValue.NULL, "", false, NOW)).isEmpty();
  }

  private static String read(Map<String, String> headers, JsonValue body, String words) {
    var hint = RetryHints.read(lookup(headers), body, words, true, NOW).orElseThrow();
    return hint.source() + " " + hint.delay();
  }

  private static Optional<Hint> headersOnly(Map<String, String> headers) {
    return RetryHints.read(lookup(headers), JsonValue.NULL, "", true, NOW);
  }

  private static HeaderLookup lookup(Map<String, String> headers) {
    var lower = new HashMap<String, String>();
    headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
    return name -> lower.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }
}

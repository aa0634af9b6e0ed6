package dev.holdfast.engine.dialect.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.ErrorNotice;
import dev.holdfast.engine.failure.Evidence;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.Failure.Broken;
import dev.holdfast.engine.failure.Failure.Rejection;
import dev.holdfast.engine.failure.Failure.Silence;
import dev.holdfast.engine.failure.Failure.Stopped;
import dev.holdfast.engine.failure.Failure.Unreachable;
import dev.holdfast.engine.failure.Hint;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ChatErrorsTest {
  private static final JsonMapper JACKSON = JsonMapper.builder().build();

  private static Rejection rejection(Rejection.Kind kind, int status, String body) {
    return new Rejection(
        kind,
        new Evidence(status, "code", "words", body, "application/json", "", false),
        Optional.empty());
  }

  private static ErrorNotice notice(Failure failure) {
    return new ErrorNotice(failure, true, List.of("retry", "prefill"), "s\"1");
  }

  private static JsonNode body(Failure failure) {
    return JACKSON.readTree(ChatDialect.INSTANCE.errorBody(notice(failure)));
  }

  @ParameterizedTest
  @CsvSource({
    "RATE_LIMITED,429,429",
    "OUT_OF_QUOTA,429,429",
    "OUT_OF_QUOTA,402,429",
    "OVERLOADED,529,503",
    "SERVER_ERROR,500,503",
    "SERVER_ERROR,408,503",
    "REDIRECT,301,503",
    "UPSTREAM_AUTH,401,403",
    "UNKNOWN_MODEL,404,404",
    "INVALID_REQUEST,422,422",
    "INVALID_REQUEST,409,400",
    "INVALID_REQUEST,408,400",
    "INVALID_REQUEST,0,400",
    "INVALID_REQUEST,500,400",
    "CONTENT_FILTERED,403,403",
    "CONTEXT_TOO_LONG,413,413",
    "PREFILL_REFUSED,400,400",
    "OPTION_REFUSED,400,400",
  })
  void status_ofARejection_isThatOfTheTable(Rejection.Kind kind, int upstream, int expected) {
    assertThat(ChatDialect.INSTANCE.status(rejection(kind, upstream, ""))).isEqualTo(expected);
  }

  static Stream<Failure> unavailable() {
    return Stream.of(
        new Unreachable(Unreachable.Kind.DNS, "x"),
        new Silence(Silence.Kind.FIRST_PROGRESS_TIMEOUT, Duration.ofSeconds(60)),
        new Broken(Broken.Kind.TRUNCATION, "x"),
        new Stopped(Stopped.Kind.BREAKER_OPEN, "x"),
        new Stopped(Stopped.Kind.QUEUE_FULL, "x"),
        new Stopped(Stopped.Kind.WAIT_TIMEOUT, "x"),
        new Stopped(Stopped.Kind.JOURNAL_FAILED, "x"),
        new Stopped(Stopped.Kind.DRAINING, "x"));
  }

  @ParameterizedTest
  @MethodSource("unavailable")
  void status_ofWhatMayPass_is503(Failure failure) {
    assertThat(ChatDialect.INSTANCE.status(failure)).isEqualTo(503);
    assertThat(body(failure).at("/error/type").stringValue())
        .isEqualTo("service_unavailable_error");
  }

  @Test
  void status_ofTheOthers_isTheirs() {
    assertThat(ChatDialect.INSTANCE.status(new Stopped(Stopped.Kind.NO_TARGET, "x")))
        .isEqualTo(403);
    assertThat(ChatDialect.INSTANCE.status(new Failure.Cancelled("x"))).isEqualTo(499);
  }

  @Test
  void body_ofACallersFault_isTheUpstreamsOwn() {
    var own = " {\"error\":{\"message\":\"bad\",\"x\":1}}";

    assertThat(
            ChatDialect.INSTANCE.errorBody(
                notice(rejection(Rejection.Kind.INVALID_REQUEST, 400, own))))
        .isEqualTo(own.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_REQUEST,400,<html>",
    "INVALID_REQUEST,409,{}",
    "UPSTREAM_AUTH,403,{}",
    "RATE_LIMITED,429,{}",
    "SERVER_ERROR,503,{}"
  })
  void body_ofTheOthers_isOurs(Rejection.Kind kind, int status, String body) {
    var error = body(rejection(kind, status, body)).get("error");

    assertThat(error.get("why").stringValue()).isEqualTo(error.get("code").stringValue());
    assertThat(error.get("message").stringValue()).contains("words");
    assertThat(error.get("param").isNull()).isTrue();
    assertThat(error.get("retryable").booleanValue()).isTrue();
    assertThat(error.get("strategies").get(1).stringValue()).isEqualTo("prefill");
    assertThat(error.get("session").stringValue()).isEqualTo("s\"1");
  }

  @Test
  void body_ofAnInBandError_isOurs() {
    var failure =
        new Rejection(
            Rejection.Kind.INVALID_REQUEST, Evidence.inBand(400, "c", "w"), Optional.empty());

    assertThat(body(failure).at("/error/type").stringValue()).isEqualTo("invalid_request_error");
  }

  @Test
  void body_withAHint_carriesItWhole() {
    var failure =
        new Rejection(
            Rejection.Kind.RATE_LIMITED,
            Evidence.inBand(429, "c", "w"),
            Optional.of(new Hint(Duration.ofSeconds(300), "retry-after")));

    assertThat(body(failure).at("/error/retry_after_ms").intValue()).isEqualTo(300_000);
    assertThat(body(failure).at("/error/type").stringValue()).isEqualTo("rate_limit_error");
  }

  @Test
  void body_ofAQuota_saysSoInTheDialectsWord() {
    assertThat(
            body(rejection(Rejection.Kind.OUT_OF_QUOTA, 429, "")).at("/error/type").stringValue())
        .isEqualTo("insufficient_quota");
  }

  @Test
  void event_isOneBlockNamedError() {
    var failure = new Broken(Broken.Kind.RESET, "two\nlines");
    var notice = new ErrorNotice(failure, false, List.of(), "");

    var event = new String(ChatDialect.INSTANCE.errorEvent(notice), UTF_8);

    assertThat(event).startsWith("event: error\ndata: {\"error\":{").endsWith("}}\n\n");
    assertThat(event.lines()).hasSize(3);
    assertThat(event).doesNotContain("\"session\"");
  }
}

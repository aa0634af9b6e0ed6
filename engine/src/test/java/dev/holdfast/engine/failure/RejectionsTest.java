package dev.holdfast.engine.failure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.failure.Failure.Rejection;
import dev.holdfast.engine.failure.Failure.Rejection.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RejectionsTest {
  private static final Profile USUAL = profile(false);
  private static final Profile THROTTLES = profile(true);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          301 | ``                                                                        | REDIRECT
          400 | ``                                                                        | INVALID_REQUEST
          400 | {"error":{"type":"invalid_request_error","message":"bad"}}                | INVALID_REQUEST
          400 | {"error":{"code":"context_length_exceeded","message":"x"}}                | CONTEXT_TOO_LONG
          400 | {"error":{"message":"This model's maximum context length is 8192"}}       | CONTEXT_TOO_LONG
          400 | {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 > 8"}} | CONTEXT_TOO_LONG
          400 | {"error":{"code":"content_filter","message":"x"}}                         | CONTENT_FILTERED
          400 | {"error":{"message":"x","innererror":{"code":"ResponsibleAIPolicyViolation"}}} | CONTENT_FILTERED
          400 | {"error":{"message":"Prefilling assistant messages is not supported"}}    | PREFILL_REFUSED
          400 | {"error":{"message":"The conversation must end with a user message."}}    | PREFILL_REFUSED
          400 | {"error":{"message":"Requests ending with a model turn are not supported unless x"}} | PREFILL_REFUSED
          400 | {"error":{"message":"Assistant response prefill is incompatible with enable_thinking"}} | PREFILL_REFUSED
          400 | {"error":{"message":"final assistant content cannot end with trailing whitespace"}} | PREFILL_REFUSED
          400 | {"error":{"message":"Unknown parameter: 'stream_options'."}}              | OPTION_REFUSED
          400 | {"error":{"message":"Unknown parameter","param":"stream_options.include_usage"}} | OPTION_REFUSED
          422 | {"detail":[{"loc":["body","stream_options"],"msg":"Extra inputs"}]}       | OPTION_REFUSED
          422 | {"detail":[{"loc":["body","messages"],"msg":"bad","input":"stream_options"}]} | INVALID_REQUEST
          400 | {"error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits."}} | OUT_OF_QUOTA
          400 | {"error":{"message":"Your credit balance is too low to access the API"}}  | OUT_OF_QUOTA
          400 | {"code":"Arrearage","message":"x"}                                        | OUT_OF_QUOTA
          400 | [{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}] | UPSTREAM_AUTH
          401 | {"error":{"type":"invalid_request_error","code":"invalid_api_key"}}       | UPSTREAM_AUTH
          401 | {"error":{"code":"rate_limit_exceeded"}}                                  | UPSTREAM_AUTH
          402 | {"error":{"message":"Insufficient Balance","code":"invalid_request_error"}} | OUT_OF_QUOTA
          403 | {"type":"error","error":{"type":"permission_error","message":"x"}}        | UPSTREAM_AUTH
          403 | {"error":{"code":403,"message":"x","metadata":{"reasons":["violence"]}}}  | CONTENT_FILTERED
          403 | {"error":{"code":403,"message":"Your input was flagged"}}                 | CONTENT_FILTERED
          403 | {"error":{"code":"model_not_found","message":"x"}}                        | UNKNOWN_MODEL
          404 | {"error":{"type":"not_found_error"}}                                      | UNKNOWN_MODEL
          408 | ``                                                                        | SERVER_ERROR
          409 | ``                                                                        | SERVER_ERROR
          413 | ``                                                                        | INVALID_REQUEST
          413 | {"error":{"type":"tokens","code":"rate_limit_exceeded"}}                  | INVALID_REQUEST
          413 | {"error":{"code":"context_length_exceeded"}}                              | CONTEXT_TOO_LONG
          422 | ``                                                                        | INVALID_REQUEST
          425 | ``                                                                        | SERVER_ERROR
          429 | ``                                                                        | RATE_LIMITED
          429 | {"error":{"code":"rate_limit_exceeded","type":"tokens"}}                  | RATE_LIMITED
          429 | {"error":{"code":"slow_down","type":"rate_limit_error"}}                  | RATE_LIMITED
          429 | {"error":{"code":"insufficient_quota","type":"insufficient_quota"}}       | OUT_OF_QUOTA
          429 | {"error":{"code":"project_spend_limit_exceeded","type":"insufficient_quota"}} | OUT_OF_QUOTA
          429 | {"type":"error","error":{"type":"rate_limit_error","details":{"error_code":"enforced_spend_limit_reached"}}} | OUT_OF_QUOTA
          429 | {"type":"error","error":{"type":"rate_limit_error","message":"slow"}}     | RATE_LIMITED
          429 | {"error":{"type":"engine_overloaded_error"}}                              | OVERLOADED
          429 | {"error":{"type":"exceeded_current_quota_error"}}                         | OUT_OF_QUOTA
          429 | {"error":{"type":"rate_limit_reached_error","message":"reached TPD rate limit"}} | OUT_OF_QUOTA
          429 | {"error":{"type":"rate_limit_reached_error","message":"TPD reached, try again in 9m0s"}} | RATE_LIMITED
          429 | {"error":{"status":"RESOURCE_EXHAUSTED","message":"You exceeded your current quota, please check billing","details":[{"violations":[{"quotaId":"GeneratePerMinutePerProject"}]}]}} | RATE_LIMITED
          429 | [{"error":{"status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"RequestsPerDay"}]},{"retryDelay":"9s"}]}}] | OUT_OF_QUOTA
          429 | {"error":{"status":"RESOURCE_EXHAUSTED","message":"Quota exceeded, limit: 0, model: x"}} | OUT_OF_QUOTA
          451 | ``                                                                        | INVALID_REQUEST
          499 | {"error":{"type":"client_closed_request"}}                                | SERVER_ERROR
          500 | {"type":"error","error":{"type":"api_error"}}                             | SERVER_ERROR
          500 | {"error":{"message":"The model is overloaded"}}                           | OVERLOADED
          502 | ``                                                                        | SERVER_ERROR
          503 | {"error":{"code":"server_is_overloaded"}}                                 | OVERLOADED
          503 | ``                                                                        | OVERLOADED
          504 | <html><body>nginx</body></html>                                           | SERVER_ERROR
          524 | ``                                                                        | SERVER_ERROR
          529 | {"type":"error","error":{"type":"overloaded_error"}}                      | OVERLOADED
          200 | {"error":{"message":"x","code":429}}                                      | RATE_LIMITED
          """)
  void classify_statusAndBody_givesTheKind(int status, String body, Kind kind) {
    assertThat(classify(status, Map.of(), body, USUAL).kind()).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          404 | {"detail":"Not Found"}                                   | true
          404 | {"error":{"message":"The model x does not exist"}}     | false
          404 | {"error":{"code":"model_not_found","message":"x"}}       | false
          410 | {"detail":"Gone"}                                        | false
          """)
  void message_ofAnUnknownPath_asksForTheBaseUrl(int status, String body, boolean asks) {
    var message = classify(status, Map.of(), body, USUAL).message();

    assertThat(message.endsWith("; is the base URL right? Most end in /v1")).isEqualTo(asks);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"type":"overloaded_error","message":"Overloaded"}                       | OVERLOADED      | 0
          {"type":"error","error":{"type":"overloaded_error","message":"x"}}       | OVERLOADED      | 0
          {"message":"x","type":"server_error","param":null,"code":null}           | SERVER_ERROR    | 0
          {"code":502,"message":"x","metadata":{"error_type":"provider_unavailable"}} | SERVER_ERROR | 502
          {"code":"429","message":"x","metadata":{"error_type":"rate_limit_exceeded"}} | RATE_LIMITED | 429
          {"code":400,"message":"x","metadata":{"error_type":"context_length_exceeded"}} | CONTEXT_TOO_LONG | 400
          {"object":"error","message":"x","type":"invalid_request_error","code":"1800"} | INVALID_REQUEST | 0
          {"type":"error","code":"rate_limit_exceeded","message":"x","param":null}  | RATE_LIMITED    | 0
          {"type":"error","sequence_number":2,"error":{"type":"insufficient_quota","code":"insufficient_quota"}} | OUT_OF_QUOTA | 0
          {"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}              | OVERLOADED      | 503
          [{"error":{"code":500,"message":"x","status":"INTERNAL"}}]               | SERVER_ERROR    | 500
          {"message":"x","type":"BadRequestError","code":400}                      | INVALID_REQUEST | 400
          "model runner has unexpectedly stopped"                                  | SERVER_ERROR    | 0
          "Rate limit reached, try again in 2s"                                    | RATE_LIMITED    | 0
          {"error":"over capacity: overloaded"}                                    | OVERLOADED      | 0
          529                                                                      | OVERLOADED      | 529
          true                                                                     | SERVER_ERROR    | 0
          {"status_code":429,"code":"Throttling.RateQuota","message":"x"}          | RATE_LIMITED    | 429
          not json                                                                 | SERVER_ERROR    | 0
          """)
  void classifyInBand_eachProvidersShape_givesKindAndStatus(String error, Kind kind, int status) {
    var failure = Rejections.classifyInBand(error.getBytes(UTF_8), USUAL, 0);

    assertThat(failure)
        .isInstanceOfSatisfying(
            Rejection.class,
            r -> {
              assertThat(r.kind()).isEqualTo(kind);
              assertThat(r.evidence().status()).isEqualTo(status);
              assertThat(r.evidence().inBand()).isTrue();
            });
  }

  @Test
  void classify_insufficientQuotaWhereItMeansThrottle_isRateLimited() {
    var body = "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"exceeded your quota\"}}";
    var free = "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"Free allocated quota\"}}";

    assertThat(classify(429, Map.of(), body, THROTTLES).kind()).isEqualTo(Kind.RATE_LIMITED);
    assertThat(classify(429, Map.of(), free, THROTTLES).kind()).isEqualTo(Kind.OUT_OF_QUOTA);
  }

  @Test
  void classify_refusedKey_keepsNeitherKeyNorBody() {
    var body =
        "{\"error\":{\"message\":\"Incorrect API key provided: sk-abc***xyz9. See the site.\","
            + "\"code\":\"invalid_api_key\"}}";

    var evidence =
        classify(401, Map.of("content-type", "application/json"), body, USUAL).evidence();

    assertThat(evidence.body()).isEmpty();
    assertThat(evidence.contentType()).isEmpty();
    assertThat(evidence.text()).isEqualTo("Incorrect API key provided: *** See the site.");
    assertThat(evidence.code()).isEqualTo("invalid_api_key");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          header was Bearer abc.def-123456 | header was Bearer ***
          key sk-proj-A1b2C3d4E5 refused   | key *** refused
          key xai-****************abcd no  | key *** no
          api_key: Zm9vYmFyMTIz no         | api_key: *** no
          got 0123456789abcdef0123456789abcdef | got ***
          token eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.c2ln bad | token *** bad
          claude-3-5-sonnet-20241022 is unknown | claude-3-5-sonnet-20241022 is unknown
          no meta-llama/Llama-3.3-70B-Instruct-Turbo | no meta-llama/Llama-3.3-70B-Instruct-Turbo
          organization_usage_limit_exceeded | organization_usage_limit_exceeded
          """)
  void classify_textThatHoldsACredential_isScrubbed(String said, String kept) {
    assertThat(classify(500, Map.of(), said, USUAL).evidence().text()).isEqualTo(kept);
  }

  @Test
  void classify_credentialInAnyBody_isScrubbedThereToo() {
    var body = "{\"error\":{\"message\":\"bad header Bearer sk-12345678 sent\"}}";

    assertThat(classify(400, Map.of(), body, USUAL).evidence().body())
        .isEqualTo("{\"error\":{\"message\":\"bad header Bearer *** sent\"}}");
  }

  @Test
  void classify_callersFault_keepsTheBodyAsItCame() {
    var body = "{ \"error\":{\"message\":\"größer\",\"code\":\"x\"}}\n";
    var headers = Map.of("content-type", "application/json", "x-request-id", "req_1");

    var evidence = classify(400, headers, body, USUAL).evidence();

    assertThat(evidence.body()).isEqualTo(body);
    assertThat(evidence.contentType()).isEqualTo("application/json");
    assertThat(evidence.requestId()).isEqualTo("req_1");
  }

  @Test
  void classify_filteredWith403_keepsTheBody() {
    var body = "{\"error\":{\"message\":\"moderation\",\"code\":403}}";

    assertThat(classify(403, Map.of(), body, USUAL).evidence().body()).isEqualTo(body);
  }

  @Test
  void classify_page_isNamedAndNotQuoted() {
    var page = "<!DOCTYPE html><html>" + "x".repeat(200_000);

    var evidence = classify(502, Map.of("content-type", "text/html"), page, USUAL).evidence();

    assertThat(evidence.text()).isEqualTo("a page of HTML");
    assertThat(evidence.body()).hasSize(Rejections.BODY_CHARS_MAX);
  }

  @Test
  @Timeout(60)
  void classify_hostileRuns_costTimeInProportion() {
    for (var unit : List.of("a", "1", "*", "a1", "sk-", "token:", "in 1s,", "again ", "bearer ")) {
      var said = unit.repeat(1_000_000 / unit.length());

      assertThat(classify(429, Map.of(), said, USUAL).evidence().text()).hasSizeLessThan(501);
    }
  }

  @Test
  void classify_hints_areKeptWhereAWaitHelps() {
    var headers = Map.of("retry-after", "7");

    assertThat(classify(429, headers, "", USUAL).hint().map(Hint::delay))
        .contains(Duration.ofSeconds(7));
    assertThat(classify(503, headers, "", USUAL).hint()).isPresent();
    assertThat(classify(400, headers, "", USUAL).hint()).isEmpty();
    assertThat(classify(500, Map.of("x-ratelimit-reset-requests", "6m0s"), "", USUAL).hint())
        .isEmpty();
  }

  @Test
  void classify_everyStatusAndGarbage_neverThrows() {
    for (var status = 200; status < 600; status++) {
      for (var body : List.of("", "{", "[]", "[[]]", "{\"error\":[1]}", "\"x\"", "null", "\0")) {
        assertThat(classify(status, Map.of(), body, USUAL).message()).isNotEmpty();
      }
    }
  }

  private static Rejection classify(
      int status, Map<String, String> headers, String body, Profile profile) {
    HeaderLookup lookup = name -> headers.getOrDefault(name, "");
    return Rejections.classify(status, lookup, body.getBytes(UTF_8), profile, 0);
  }

  private static Profile profile(boolean quotaIsThrottle) {
    return new Profile(
        "test",
        "",
        Profile.Prefill.PLAIN,
        Profile.Echo.UNKNOWN,
        List.of(),
        false,
        false,
        true,
        false,
        quotaIsThrottle,
        false,
        false,
        1,
        List.of(),
        List.of(),
        "a test");
  }
}

package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.fault.BodyShape;
import dev.holdfast.simulator.fault.Fault;
import dev.holdfast.simulator.fault.Hint;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what providers say beside an error status. */
final class ErrorBodies {
  private static final Map<String, String> MESSAGES =
      Map.of(
          "insufficient_quota",
              "You exceeded your current quota, please check your plan and billing details.",
          "context_length_exceeded",
              "This model's maximum context length is 8192 tokens. Please reduce the length of the"
                  + " messages.",
          "content_filter", "The prompt was filtered by the content management policy.",
          "content_policy_violation", "The answer was flagged by moderation.",
          "unknown_parameter", "Unknown parameter.",
          "slow_down", "Requests rise too fast, please slow down.");

  private ErrorBodies() {}

  /** The head and the body of an error status. */
  record Written(Step.Head head, String body) {}

  static Written of(Fault.Status fault, Instant now) {
    var headers = new ArrayList<Map.Entry<String, String>>();
    headers.add(Map.entry("Content-Type", contentType(fault.shape())));
    headers.add(Map.entry("x-request-id", "req_" + fault.status()));
    if (fault.status() < 400) {
      headers.add(Map.entry("Location", "/elsewhere/v1/chat/completions"));
    }
    for (Hint hint : fault.hints()) {
      Map.Entry<String, String> header = header(hint, now);
      if (header != null) {
        headers.add(header);
      }
    }
    return new Written(new Step.Head(fault.status(), headers), body(fault));
  }

  /** An ordinary 4xx of the provider itself. */
  static Written plain(int status, String type, @Nullable String code, String message) {
    return new Written(
        new Step.Head(status, List.of(Map.entry("Content-Type", "application/json"))),
        openAi(type, code, message, null, ""));
  }

  /** An error object as OpenAI writes it, with braces. */
  static String openAi(
      String type, @Nullable String code, String message, @Nullable String param, String more) {
    return Json.fill(
        "{\"error\":{\"message\":%s,\"type\":%s,\"param\":%s,\"code\":%s%s}}",
        Json.quote(message),
        Json.quote(type),
        param == null ? "null" : Json.quote(param),
        code == null ? "null" : Json.quote(code),
        more);
  }

  /** The words of a code. */
  static String message(String code) {
    return MESSAGES.getOrDefault(code, "The request failed: " + code + ".");
  }

  private static String body(Fault.Status fault) {
    String code = code(fault);
    String message = message(code) + messageHint(fault);
    return switch (fault.shape()) {
      case OPENAI -> openAi(type(fault, code), code, message, fault.param(), retryAfter(fault));
      case OPENROUTER ->
          Json.fill(
              "{\"error\":{\"code\":%d,\"message\":%s,\"metadata\":{\"error_type\":%s}}}",
              fault.status(), Json.quote(message), Json.quote(code));
      case MISTRAL ->
          Json.fill(
              "{\"object\":\"error\",\"message\":%s,\"type\":%s,\"param\":null,\"code\":%s}",
              Json.quote(message), Json.quote(type(fault, code)), Json.quote(code));
      case GOOGLE -> google(fault, message);
      case GOOGLE_ARRAY -> "[" + google(fault, message) + "]";
      case OLLAMA -> Json.fill("{\"error\":%s}", Json.quote(message));
      case HTML ->
          Json.fill(
              "<html><head><title>%d</title></head><body><h1>%d</h1><hr>edge</body></html>\n",
              fault.status(), fault.status());
      case PLAIN -> message + "\n";
      case EMPTY -> "";
    };
  }

  private static String google(Fault.Status fault, String message) {
    var details = new StringBuilder();
    for (Hint hint : fault.hints()) {
      if (hint.form() == Hint.Form.RETRY_INFO) {
        details.append(
            Json.fill(
                "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"%ss\"}",
                seconds(hint.after())));
      }
    }
    String status = fault.status() == 429 ? "RESOURCE_EXHAUSTED" : "UNAVAILABLE";
    return Json.fill(
        """
        {
          "error": {
            "code": %d,
            "message": %s,
            "status": "%s",
            "details": [%s]
          }
        }
        """,
        fault.status(), Json.quote(message), status, details);
  }

  private static String code(Fault.Status fault) {
    String code = fault.code();
    if (code != null) {
      return code;
    }
    return switch (fault.status()) {
      case 400, 422 -> "invalid_value";
      case 401 -> "invalid_api_key";
      case 402 -> "insufficient_balance";
      case 403 -> "permission_denied";
      case 404 -> "model_not_found";
      case 408 -> "request_timeout";
      case 409 -> "conflict";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_exceeded";
      case 503 -> "server_is_overloaded";
      case 529 -> "overloaded";
      default -> "server_error";
    };
  }

  private static String type(Fault.Status fault, String code) {
    if (code.endsWith("_error")) {
      return code;
    }
    if (code.matches(".*(quota|billing|balance|spend|usage).*") && fault.status() == 429) {
      return "insufficient_quota";
    }
    return switch (fault.status()) {
      case 400, 404, 413, 422 -> "invalid_request_error";
      case 401 -> "authentication_error";
      case 402 -> "billing_error";
      case 403 -> "permission_error";
      case 429 -> "rate_limit_error";
      case 503, 529 -> "service_unavailable_error";
      default -> "server_error";
    };
  }

  private static String contentType(BodyShape shape) {
    return switch (shape) {
      case HTML -> "text/html; charset=utf-8";
      case PLAIN, EMPTY -> "text/plain";
      case OPENAI, OPENROUTER, MISTRAL, GOOGLE, GOOGLE_ARRAY, OLLAMA -> "application/json";
    };
  }

  private static Map.@Nullable Entry<String, String> header(Hint hint, Instant now) {
    Duration after = hint.after();
    Instant then = now.plus(after);
    return switch (hint.form()) {
      case RETRY_AFTER -> Map.entry("Retry-After", seconds(after));
      case RETRY_AFTER_DATE -> Map.entry("Retry-After", httpDate(then));
      case RETRY_AFTER_MS -> Map.entry("retry-after-ms", "" + after.toMillis());
      case X_MS_RETRY_AFTER_MS -> Map.entry("x-ms-retry-after-ms", "" + after.toMillis());
      case RESET_REQUESTS -> Map.entry("x-ratelimit-reset-requests", goDuration(after));
      case RESET_TOKENS -> Map.entry("x-ratelimit-reset-tokens", goDuration(after));
      case RESET_SECONDS -> Map.entry("x-ratelimit-reset", "" + (after.toMillis() + 999) / 1000);
      case RESET_RFC3339 ->
          Map.entry("x-ratelimit-reset", then.truncatedTo(ChronoUnit.MILLIS).toString());
      case RESET_EPOCH_MS -> Map.entry("X-RateLimit-Reset", "" + then.toEpochMilli());
      case RETRY_INFO, BODY_RETRY_AFTER, MESSAGE -> null;
    };
  }

  private static String httpDate(Instant then) {
    Instant whole = then.plusMillis(999).truncatedTo(ChronoUnit.SECONDS);
    return DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
        .withZone(ZoneOffset.UTC)
        .format(whole);
  }

  /** A duration as Go prints it: {@code 12ms}, {@code 1.2s}, {@code 6m0s}, {@code 1h2m3.5s}. */
  static String goDuration(Duration span) {
    if (span.toMillis() < 1000) {
      return span.toMillis() + "ms";
    }
    String rest = seconds(span.minusMinutes(span.toMinutes())) + "s";
    if (span.toHours() > 0) {
      return span.toHours() + "h" + span.toMinutesPart() + "m" + rest;
    }
    return span.toMinutes() > 0 ? span.toMinutes() + "m" + rest : rest;
  }

  private static String messageHint(Fault.Status fault) {
    for (Hint hint : fault.hints()) {
      if (hint.form() == Hint.Form.MESSAGE) {
        return " Please try again in " + goDuration(hint.after()) + ".";
      }
    }
    return "";
  }

  private static String retryAfter(Fault.Status fault) {
    for (Hint hint : fault.hints()) {
      if (hint.form() == Hint.Form.BODY_RETRY_AFTER) {
        return ",\"retry_after\":" + seconds(hint.after());
      }
    }
    return "";
  }

  private static String seconds(Duration span) {
    BigDecimal seconds = BigDecimal.valueOf(span.toMillis(), 3);
    return seconds.signum() == 0 ? "0" : seconds.stripTrailingZeros().toPlainString();
  }
}

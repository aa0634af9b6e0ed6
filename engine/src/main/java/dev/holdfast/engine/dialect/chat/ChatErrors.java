package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.dialect.ErrorNotice;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.Failure.Rejection;
import dev.holdfast.engine.failure.Failure.Stopped;
import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.sse.SseEncoder;
import dev.holdfast.engine.sse.WireBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** How a failure looks on this wire. */
final class ChatErrors {
  private ChatErrors() {}

  /** The upstream's own body where the request is at fault, else ours. */
  static byte[] body(ErrorNotice notice) {
    if (notice.failure() instanceof Rejection rejection
        && passedOn(rejection)
        && rejection.evidence().body().stripLeading().startsWith("{")) {
      return rejection.evidence().body().getBytes(StandardCharsets.UTF_8);
    }
    return ours(notice).getBytes(StandardCharsets.UTF_8);
  }

  static byte[] event(ErrorNotice notice) {
    var out = new WireBuffer(512);
    SseEncoder.event(out, "error", ours(notice));
    return out.toByteArray();
  }

  private static String ours(ErrorNotice notice) {
    var failure = notice.failure();
    var strategies =
        notice.strategies().stream()
            .map(JsonStrings::quote)
            .collect(Collectors.joining(",", "[", "]"));
    var hint = failure.hint().map(h -> ",\"retry_after_ms\":" + h.delay().toMillis()).orElse("");
    var session =
        notice.session().isEmpty() ? "" : ",\"session\":" + JsonStrings.quote(notice.session());
    return "{\"error\":{\"message\":"
        + JsonStrings.quote(failure.message())
        + ",\"type\":"
        + JsonStrings.quote(type(failure))
        + ",\"param\":null,\"code\":"
        + JsonStrings.quote(failure.why())
        + ",\"why\":"
        + JsonStrings.quote(failure.why())
        + ",\"retryable\":"
        + notice.retryable()
        + hint
        + ",\"strategies\":"
        + strategies
        + session
        + "}}";
  }

  private static String type(Failure failure) {
    return switch (status(failure)) {
      case 429 -> failure.why().equals("out_of_quota") ? "insufficient_quota" : "rate_limit_error";
      case 503 -> "service_unavailable_error";
      case 500 -> "server_error";
      default -> "invalid_request_error";
    };
  }

  /** Never 408, 409, or a 5xx for what will not change. */
  static int status(Failure failure) {
    return switch (failure) {
      case Rejection r ->
          switch (r.kind()) {
            case RATE_LIMITED, OUT_OF_QUOTA -> 429;
            case OVERLOADED, SERVER_ERROR, REDIRECT -> 503;
            case UPSTREAM_AUTH -> 403;
            case UNKNOWN_MODEL -> 404;
            case INVALID_REQUEST,
                CONTENT_FILTERED,
                CONTEXT_TOO_LONG,
                PREFILL_REFUSED,
                OPTION_REFUSED ->
                clientStatus(r.evidence().status());
          };
      case Stopped s -> s.kind() == Stopped.Kind.NO_TARGET ? 403 : 503;
      case Failure.Relayed r -> status(r.said());
      case Failure.Cancelled c -> 499;
      case Failure.Recorded r -> r.status();
      case Failure.Unreachable u -> 503;
      case Failure.Silence s -> 503;
      case Failure.Broken b -> 503;
    };
  }

  private static boolean passedOn(Rejection rejection) {
    int status = status(rejection);
    return !rejection.evidence().inBand()
        && status == rejection.evidence().status()
        && rejection.kind() != Rejection.Kind.UPSTREAM_AUTH
        && status < 429;
  }

  private static int clientStatus(int upstream) {
    return upstream >= 400 && upstream < 429 && upstream != 408 && upstream != 409 ? upstream : 400;
  }
}

package dev.holdfast.relay.server;

import dev.holdfast.engine.dialect.ErrorNotice;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.journal.StoreFailure;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Heads and errors as callers see them. */
final class Answers {
  private static final long RATE_LIMIT_SECONDS_MAX = 60;
  private static final long UNAVAILABLE_SECONDS_MAX = 30;

  /** While a relay stops, another one is there or will be at once. */
  private static final String SECONDS_TO_ANOTHER = "1";

  /** Where nobody said how long it takes. */
  private static final long RETRY_SECONDS = 5;

  /** The machine-readable word, also where the body is the upstream's own. */
  private static final String WHY = "X-Holdfast-Why";

  /**
   * Headers of an upstream that tell a caller something: request ids and what is left of limits.
   */
  private static final Pattern PASSED_DOWN =
      Pattern.compile(
          "x-request-id|request-id|x-generation-id|openai-processing-ms|openai-version"
              + "|openai-organization|x-ratelimit-[a-z-]+|anthropic-ratelimit-[a-z-]+");

  private Answers() {}

  static Map<String, String> headHeaders(SessionFace face, @Nullable MultiMap upstream) {
    var headers = new LinkedHashMap<String, String>();
    headers.put("X-Holdfast-Session", face.id());
    if (!face.label().isEmpty()) {
      headers.put("X-Session-ID", face.label());
    }
    headers.put("Cache-Control", "private, no-store, no-transform");
    headers.put("X-Accel-Buffering", "no");
    if (upstream != null) {
      for (var entry : upstream) {
        var name = entry.getKey().toLowerCase(Locale.ROOT);
        if (PASSED_DOWN.matcher(name).matches()) {
          headers.put(name, entry.getValue());
        }
      }
    }
    return headers;
  }

  /** A final failure before the head was committed. */
  static void failed(
      ReaderConnection reader,
      SessionFace face,
      Failure failure,
      boolean retryable,
      List<String> strategies) {
    int status = face.dialect().status(failure);
    var headers = new LinkedHashMap<String, String>();
    headers.put("X-Holdfast-Session", face.id());
    boolean leaves =
        failure instanceof Failure.Stopped stopped
            && stopped.kind() == Failure.Stopped.Kind.DRAINING;
    headers.put("x-should-retry", Boolean.toString(leaves));
    headers.put(WHY, failure.why());
    headers.put("Cache-Control", "private, no-store");
    if (leaves) {
      headers.put("Retry-After", SECONDS_TO_ANOTHER);
    } else if (status == 429 || status == 503) {
      long most = status == 429 ? RATE_LIMIT_SECONDS_MAX : UNAVAILABLE_SECONDS_MAX;
      long asked =
          failure.hint().map(h -> h.delay().plusMillis(999).toSeconds()).orElse(RETRY_SECONDS);
      headers.put("Retry-After", Long.toString(Math.clamp(asked, 1, most)));
    }
    reader.body(
        status,
        headers,
        face.dialect().errorBody(new ErrorNotice(failure, retryable, strategies, face.id())));
  }

  /**
   * The one answer for a session that is unknown, foreign, expired or malformed; another one only
   * if the store can't tell.
   */
  static void noSession(ReaderConnection reader, StoreFailure failure) {
    if (failure instanceof StoreFailure.Unknown) {
      noSession(reader);
    } else {
      reader.refuse(503, "journal_failed", "the journal can't tell now; ask again");
    }
  }

  /** The same where no store had to be asked. */
  static void noSession(ReaderConnection reader) {
    reader.refuse(404, "unknown_session", "no such session for this key");
  }

  /** A cursor that names nothing: what it has of this session is good up to that event. */
  static void restartFrom(ReaderConnection reader, SessionFace face, long event) {
    var headers = new LinkedHashMap<String, String>();
    headers.put("X-Holdfast-Session", face.id());
    headers.put("x-should-retry", "false");
    headers.put(WHY, "unknown_cursor");
    headers.put("Cache-Control", "private, no-store");
    reader.body(
        412, headers, ("{\"restart_from\":" + event + "}").getBytes(StandardCharsets.US_ASCII));
  }

  /** An answer of the relay itself, before there is a session. */
  static void refuse(HttpServerResponse response, int status, String why, String message) {
    if (response.ended() || response.closed()) {
      return;
    }
    response.putHeader("Content-Type", "application/json");
    response.putHeader("Cache-Control", "private, no-store");
    response.putHeader("x-should-retry", "false");
    boolean passes = status == 429 || status == 503;
    if (passes) {
      response.putHeader("Retry-After", Long.toString(RETRY_SECONDS));
    }
    response.putHeader(WHY, why);
    var type =
        switch (status) {
          case 401 -> "authentication_error";
          case 503 -> "service_unavailable_error";
          default -> "invalid_request_error";
        };
    var json =
        "{\"error\":{\"message\":"
            + JsonStrings.quote(message)
            + ",\"type\":\""
            + type
            + "\",\"param\":null,\"code\":"
            + JsonStrings.quote(why)
            + ",\"why\":"
            + JsonStrings.quote(why)
            + ",\"retryable\":"
            + passes
            + "}}";
    response.setStatusCode(status).end(Buffer.buffer(json));
  }

  /** Not now, but at once again: the relay starts or drains. */
  static void comeBack(HttpServerResponse response) {
    response.putHeader("Content-Type", "application/json");
    response.putHeader("Retry-After", SECONDS_TO_ANOTHER);
    response.putHeader("x-should-retry", "true");
    response.putHeader(WHY, "draining");
    response
        .setStatusCode(503)
        .end(
            Buffer.buffer(
                "{\"error\":{\"message\":\"this relay is stopping; ask again, another one will"
                    + " answer\",\"type\":\"service_unavailable_error\",\"param\":null,\"code\":"
                    + "\"draining\",\"why\":\"draining\",\"retryable\":true}}"));
  }
}

package dev.holdfast.relay.server;

import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.relay.owner.Owner;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where requests arrive: gate, owner, endpoint, body, route, in this order. */
final class RequestDesk {
  /**
   * Headers by which something is decided; of two values we would believe one and others the other.
   */
  private static final List<String> DECISIVE =
      List.of(
          "host",
          "origin",
          "authorization",
          "x-api-key",
          "content-type",
          "content-length",
          "content-encoding",
          "transfer-encoding",
          "x-session-id",
          "idempotency-key",
          "last-event-id");

  private final Shared shared;
  private final Arrivals arrivals;
  private final CallDesk calls;
  private final SessionDesk sessions;

  /** Connections of which nothing more is believed, until they are closed. */
  private final Set<HttpConnection> closing = new HashSet<>();

  RequestDesk(Worker worker, Shared shared, Arrivals arrivals) {
    this.shared = shared;
    this.arrivals = arrivals;
    this.calls = new CallDesk(worker, shared);
    this.sessions = new SessionDesk(worker, shared);
  }

  /** What could not be read as HTTP. */
  void invalid(HttpServerRequest request) {
    var result = request.decoderResult();
    var cause = result == null ? null : result.cause();
    if (cause instanceof TooLongHttpHeaderException) {
      close(request, 431, "expected headers of at most " + Worker.HEAD_BYTES_MAX + " bytes");
    } else if (cause instanceof TooLongHttpLineException) {
      close(request, 414, "expected a shorter request line");
    } else {
      close(request, 400, "expected an HTTP/1.1 request within the limits");
    }
  }

  /** Refuses, and reads nothing more of a connection whose next request can't be trusted. */
  private void close(HttpServerRequest request, int status, String message) {
    var connection = request.connection();
    // Closing takes a turn, and what came in the same read would be served meanwhile.
    if (closing.add(connection)) {
      connection.closeHandler(nothing -> {
        closing.remove(connection);
        arrivals.gone(connection);
      });
      Answers.refuse(request.response(), status, "invalid_request", message);
      connection.close();
    }
  }

  /**
   * What somebody in front of us could read otherwise than we do: two values where one decides, a
   * transfer coding that we don't undo, a header without a name. Empty if there is none.
   */
  private static Optional<String> ambiguity(HttpServerRequest request) {
    var headers = request.headers();
    for (var name : DECISIVE) {
      if (headers.getAll(name).size() > 1) {
        return Optional.of("expected the header " + name + " once");
      }
    }
    var coding = headers.get("transfer-encoding");
    if (coding != null && !coding.equalsIgnoreCase("chunked")) {
      return Optional.of("expected no transfer coding but chunked");
    }
    return headers.contains("") ? Optional.of("expected a header's name") : Optional.empty();
  }

  void take(HttpServerRequest request) {
    arrivals.head(request);
    guarded(request, () -> judged(request));
  }

  /** A fault of our own must not leave a caller waiting for ever. */
  private void guarded(HttpServerRequest request, Runnable act) {
    try {
      act.run();
    } catch (RuntimeException e) {
      shared.log().unexpected("", e);
      request.connection().close();
    }
  }

  private void judged(HttpServerRequest request) {
    if (closing.contains(request.connection())) {
      return;
    }
    var ambiguity = ambiguity(request);
    if (ambiguity.isPresent()) {
      close(request, 400, ambiguity.get());
      return;
    }
    var response = request.response();
    var path = Objects.requireNonNullElse(request.path(), "");
    if (path.equals("/healthz")) {
      response.putHeader("Content-Type", "text/plain").end("ok\n");
      return;
    }
    if (path.equals("/readyz")) {
      boolean ready = shared.phase() == Shared.Phase.SERVING;
      response
          .setStatusCode(ready ? 200 : 503)
          .putHeader("Content-Type", "text/plain")
          .end(ready ? "ready\n" : "stopping\n");
      return;
    }
    var refusal =
        shared
            .gate()
            .check(
                request.method().name(),
                request.getHeader("host"),
                request.getHeader("origin"),
                request.getHeader("content-type"));
    if (refusal.isPresent()) {
      Answers.refuse(response, refusal.get().status(), "refused_by_gate", refusal.get().message());
      return;
    }
    var owner =
        shared
            .owners()
            .identify(request.getHeader("authorization"), request.getHeader("x-api-key"));
    if (owner.isEmpty()) {
      Answers.refuse(
          response,
          401,
          "unauthorized",
          "expected a key of this relay as Authorization: Bearer … or x-api-key");
      return;
    }
    route(request, path, owner.get());
  }

  private void route(HttpServerRequest request, String path, Owner owner) {
    if (path.equals("/v1/models")) {
      if (allowed(request, HttpMethod.GET)) {
        models(request, owner);
      }
      return;
    }
    if (path.equals("/v1/sessions") || path.startsWith("/v1/sessions/")) {
      sessions.take(request, path, owner);
      return;
    }
    var dialect = Dialects.at(path);
    if (dialect == null) {
      Answers.refuse(
          request.response(),
          404,
          "unknown_endpoint",
          "expected one of " + endpoints() + ", got another path");
      return;
    }
    if (!allowed(request, HttpMethod.POST)) {
      return;
    }
    if (shared.phase() == Shared.Phase.DRAINING && !CallDesk.mayAttach(request)) {
      Answers.comeBack(request.response());
      return;
    }
    new BodyReader(
            request,
            arrivals,
            shared.bodyRoom(),
            shared.config().bodyBytesMax(),
            body -> guarded(request, () -> calls.take(request, dialect, owner, body)),
            refused -> {
              Answers.refuse(
                  request.response(), refused.status(), refused.why(), refused.message());
              if (refused.status() == 413 || refused.status() == 503) {
                // The rest of a body that nobody wants is not read.
                request.response().closeHandler(null);
                request.connection().close();
              }
            })
        .read();
  }

  private static String endpoints() {
    return "GET /v1/models, GET /v1/sessions, "
        + Dialects.paths().stream().map(p -> "POST " + p).collect(Collectors.joining(", "));
  }

  /** Whether the method is one of these; the others are refused. */
  static boolean allowed(HttpServerRequest request, HttpMethod... methods) {
    if (List.of(methods).contains(request.method())) {
      return true;
    }
    var names = Stream.of(methods).map(HttpMethod::name).collect(Collectors.joining(", "));
    request.response().putHeader("Allow", names);
    Answers.refuse(
        request.response(),
        405,
        "method_not_allowed",
        "expected " + names + ", got " + request.method().name());
    return false;
  }

  /** A stream over HTTP/1.0 can't show whether it is whole; answers whether it was refused. */
  static boolean refusedForItsVersion(HttpServerRequest request) {
    if (request.version() != HttpVersion.HTTP_1_0) {
      return false;
    }
    Answers.refuse(
        request.response(),
        426,
        "http_1_1_needed",
        "a stream over HTTP/1.0 can't show whether it is whole; if nginx stands in front, set"
            + " proxy_http_version 1.1;");
    return true;
  }

  private void models(HttpServerRequest request, Owner owner) {
    var data =
        shared.router().models().stream()
            .filter(m -> owner.mayAsk(m.id()))
            .map(m ->
                "{\"id\":"
                    + JsonStrings.quote(m.id())
                    + ",\"object\":\"model\",\"created\":0,\"owned_by\":"
                    + JsonStrings.quote(m.ownedBy())
                    + "}")
            .collect(Collectors.joining(",", "{\"object\":\"list\",\"data\":[", "]}"));
    request.response().putHeader("Content-Type", "application/json").end(data);
  }
}

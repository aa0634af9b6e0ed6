package dev.holdfast.relay.server;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.DialectRequest.Mode;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.chat.ChatDialect;
import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.session.SessionPlan;
import dev.holdfast.relay.config.Probe;
import dev.holdfast.relay.config.Resolution;
import dev.holdfast.relay.config.Seams;
import dev.holdfast.relay.owner.Owner;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Where requests arrive: gate, owner, endpoint, body, route, in this order. */
final class RequestDesk {
  /** A path is compared as it was sent, so that gate and router can't read it differently. */
  private static final Map<String, Dialect> DIALECTS =
      Map.of("/v1/chat/completions", ChatDialect.INSTANCE);

  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._:~-]{1,128}");

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

  /** Headers of callers that go up; never cookies, their key, or forwarding headers. */
  private static final List<String> PASSED_UP =
      List.of(
          "openai-organization",
          "openai-project",
          "openai-beta",
          "http-referer",
          "x-title",
          "traceparent");

  private final Worker worker;
  private final Shared shared;

  /** Connections of which nothing more is believed, until they are closed. */
  private final Set<HttpConnection> closing = new HashSet<>();

  RequestDesk(Worker worker, Shared shared) {
    this.worker = worker;
    this.shared = shared;
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
      connection.closeHandler(nothing -> closing.remove(connection));
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
    var dialect = DIALECTS.get(path);
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
    if (shared.phase() == Shared.Phase.DRAINING) {
      Answers.comeBack(request.response());
      return;
    }
    new BodyReader(
            request,
            shared.config().bodyBytesMax(),
            body -> call(request, dialect, owner, body),
            refused -> {
              Answers.refuse(
                  request.response(), refused.status(), refused.why(), refused.message());
              if (refused.status() == 413) {
                // The rest of a body that nobody wants is not read.
                request.response().closeHandler(null);
                request.connection().close();
              }
            })
        .read();
  }

  private static String endpoints() {
    return "GET /v1/models, "
        + DIALECTS.keySet().stream()
            .sorted()
            .map(p -> "POST " + p)
            .collect(Collectors.joining(", "));
  }

  private static boolean allowed(HttpServerRequest request, HttpMethod method) {
    if (request.method().equals(method)) {
      return true;
    }
    request.response().putHeader("Allow", method.name());
    Answers.refuse(
        request.response(),
        405,
        "method_not_allowed",
        "expected " + method.name() + ", got " + request.method().name());
    return false;
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

  private void call(HttpServerRequest request, Dialect dialect, Owner owner, byte[] body) {
    var response = request.response();
    switch (dialect.read(body)) {
      case Dialect.Reading.Unreadable unreadable ->
          Answers.refuse(response, 400, "invalid_request", unreadable.message());
      case Dialect.Reading.Read read -> {
        var asked = read.request();
        if (asked.mode() == Mode.STREAMED && request.version() == HttpVersion.HTTP_1_0) {
          Answers.refuse(
              response,
              426,
              "http_1_1_needed",
              "a stream over HTTP/1.0 can't show whether it is whole; if nginx stands in front, set"
                  + " proxy_http_version 1.1;");
          return;
        }
        var found =
            owner.mayAsk(asked.model())
                ? shared.router().resolve(asked.model())
                : new Resolution.NotFound("no such model for this key", List.of());
        switch (found) {
          case Resolution.NotFound missing ->
              Answers.refuse(
                  response, 404, "unknown_model", missing.visibleTo(owner::mayAsk).message());
          case Resolution.Found route -> begin(request, dialect, owner, asked, route, body);
        }
      }
    }
  }

  private void begin(
      HttpServerRequest request,
      Dialect dialect,
      Owner owner,
      DialectRequest asked,
      Resolution.Found route,
      byte[] body) {
    var label = request.getHeader("x-session-id");
    if (label != null && !LABEL.matcher(label).matches()) {
      Answers.refuse(
          request.response(),
          400,
          "invalid_request",
          "expected X-Session-ID of 1 to 128 characters A-Z a-z 0-9 . _ : ~ -");
      return;
    }
    var seams = request.getHeader("x-holdfast-seams");
    if (seams != null && !seams.equals("strict") && !seams.equals("lenient")) {
      Answers.refuse(
          request.response(),
          400,
          "invalid_request",
          "expected X-Holdfast-Seams to be strict or lenient");
      return;
    }
    boolean lenient =
        seams == null ? route.policy().seams() == Seams.LENIENT : seams.equals("lenient");
    var plan =
        SessionPlan.of(asked, targets(route), route.policy().retry(), route.policy().clocks())
            .withSeams(lenient, route.policy().probe() == Probe.ON_BREAK)
            .withAnchor(route.policy().anchor());
    var timeout = callerTimeout(request);
    if (timeout.isPresent()) {
      plan = plan.withCallerTimeout(timeout.get());
    }
    boolean canComeBack =
        label != null
            || request.getHeader("idempotency-key") != null
            || request.getHeader("x-holdfast-client") != null;
    var call =
        new SessionCall(
            shared.newSessionId(),
            shared.newHistory(),
            label == null ? "" : label,
            owner.name(),
            route.route(),
            dialect,
            plan,
            asked.mode() == Mode.STREAMED,
            canComeBack,
            passedUp(request),
            Optional.ofNullable(request.getHeader("x-simulator-plan")).orElse(""));
    shared.sessionBegan();
    worker.begin(call, body, new ReaderConnection(request, call.history()));
  }

  private List<Target> targets(Resolution.Found route) {
    return route.targets().stream()
        .map(t ->
            new Target(
                t.upstream(),
                t.model(),
                shared.config().upstream(t.upstream()).orElseThrow().profile(),
                t.mayStart(),
                t.mayBreak()))
        .toList();
  }

  private static Map<String, String> passedUp(HttpServerRequest request) {
    var headers = new HashMap<String, String>();
    for (var name : PASSED_UP) {
      var value = request.getHeader(name);
      if (value != null) {
        headers.put(name, value);
      }
    }
    return headers;
  }

  /** Seconds, as the official clients send them. What is no number is not a wish. */
  private static Optional<Duration> callerTimeout(HttpServerRequest request) {
    var written = request.getHeader("x-stainless-timeout");
    if (written == null || !written.matches("\\d{1,6}(\\.\\d{1,9})?")) {
      return Optional.empty();
    }
    var timeout = Duration.ofMillis((long) (Double.parseDouble(written) * 1000));
    return timeout.isPositive() ? Optional.of(timeout) : Optional.empty();
  }
}

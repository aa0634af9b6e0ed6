package dev.holdfast.relay.server;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.DialectRequest.Mode;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.session.SessionPlan;
import dev.holdfast.journal.IdempotencyKey;
import dev.holdfast.relay.config.Probe;
import dev.holdfast.relay.config.Resolution;
import dev.holdfast.relay.config.Seams;
import dev.holdfast.relay.owner.Owner;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a call to a dialect's endpoint becomes a session, or joins the one that it names. */
final class CallDesk {
  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._:~-]{1,128}");

  /**
   * The name is kept with the session as long as that can be read, and stands in every list; the
   * longest in use are paths of files.
   */
  private static final int MODEL_CHARS_MAX = 512;

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

  CallDesk(Worker worker, Shared shared) {
    this.worker = worker;
    this.shared = shared;
  }

  /**
   * Whether this call may join a session that exists, so that a relay that stops still serves it.
   */
  static boolean mayAttach(HttpServerRequest request) {
    return request.headers().contains("idempotency-key")
        || request.headers().contains("last-event-id");
  }

  void take(HttpServerRequest request, Dialect dialect, Owner owner, byte[] body) {
    switch (dialect.read(body)) {
      case Dialect.Reading.Unreadable unreadable ->
          Answers.refuse(request.response(), 400, "invalid_request", unreadable.message());
      case Dialect.Reading.Read read -> {
        var asked = read.request();
        if (asked.model().length() > MODEL_CHARS_MAX) {
          Answers.refuse(
              request.response(),
              400,
              "invalid_request",
              "expected a \"model\" of at most "
                  + MODEL_CHARS_MAX
                  + " characters, got "
                  + asked.model().length());
          return;
        }
        if (asked.mode() == Mode.STREAMED && RequestDesk.refusedForItsVersion(request)) {
          return;
        }
        try {
          take(request, dialect, owner, asked, body);
        } catch (Malformed e) {
          Answers.refuse(request.response(), 400, "invalid_request", e.expected);
        }
      }
    }
  }

  /** A header or member that was expected to look otherwise. */
  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    private final String expected;

    Malformed(String expected) {
      super(expected);
      this.expected = expected;
    }
  }

  private void take(
      HttpServerRequest request, Dialect dialect, Owner owner, DialectRequest asked, byte[] body)
      throws Malformed {
    var label = label(request, asked);
    var lastEventId = request.getHeader("last-event-id");
    if (lastEventId != null && !lastEventId.isEmpty() && !label.isEmpty()) {
      resume(request, owner, label, lastEventId);
      return;
    }
    var key = IdempotencyKeys.of(request, dialect.path(), owner.name(), body);
    if (key == null && shared.phase() == Shared.Phase.DRAINING) {
      Answers.comeBack(request.response());
      return;
    }
    var cursor = Cursor.of(key == null ? null : lastEventId, null);
    if (cursor.isEmpty()) {
      throw new Malformed("expected Last-Event-ID to be the id of an event");
    }
    var found =
        owner.mayAsk(asked.model())
            ? shared.router().resolve(asked.model())
            : new Resolution.NotFound("no such model for this key", List.of());
    switch (found) {
      case Resolution.NotFound missing ->
          Answers.refuse(
              request.response(), 404, "unknown_model", missing.visibleTo(owner::mayAsk).message());
      case Resolution.Found route -> {
        var call = call(request, dialect, owner, asked, route, label, key, cursor.get());
        Seats.taken(request, shared, owner.name()).ifPresent(reader -> serve(call, body, reader));
      }
    }
  }

  /** The seed's resume: nothing is generated, whatever becomes of it. */
  private void resume(HttpServerRequest request, Owner owner, String label, String lastEventId) {
    // What is read on is a stream, whatever the body asks for.
    if (RequestDesk.refusedForItsVersion(request)) {
      return;
    }
    Seats.taken(request, shared, owner.name())
        .ifPresent(reader -> {
          // What is no event's id names no session of anybody's.
          if (Cursor.of(lastEventId, null).orElse(null) instanceof Cursor.Named named) {
            worker.attachments().byLabel(owner.name(), label, named, reader);
          } else {
            Answers.noSession(reader);
          }
        });
  }

  private void serve(SessionCall call, byte[] body, ReaderConnection reader) {
    var key = call.key();
    boolean begins = call.cursor() instanceof Cursor.Start;
    if (key == null || (begins && shared.phase() != Shared.Phase.DRAINING)) {
      worker.begin(call, body, reader);
      return;
    }
    // Nothing is generated: the process stops, or what the caller has is of another answer.
    worker
        .attachments()
        .findByKey(
            call.owner(),
            key,
            view -> worker.attachments().byKey(view, call, body, reader),
            failure -> {
              if (begins) {
                reader.comeBack();
              } else {
                Answers.restartFrom(reader, call.face(), 0);
              }
            });
  }

  private SessionCall call(
      HttpServerRequest request,
      Dialect dialect,
      Owner owner,
      DialectRequest asked,
      Resolution.Found route,
      String label,
      @Nullable IdempotencyKey key,
      Cursor cursor)
      throws Malformed {
    var seams = request.getHeader("x-holdfast-seams");
    if (seams != null && !seams.equals("strict") && !seams.equals("lenient")) {
      throw new Malformed("expected X-Holdfast-Seams to be strict or lenient");
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
        !label.isEmpty()
            || key != null
            || request.getHeader("x-holdfast-client") != null
            || asked.member("background").filter("true"::equals).isPresent();
    return new SessionCall(
        shared.newSessionId(),
        shared.newHistory(),
        label,
        owner.name(),
        route.route(),
        dialect,
        plan,
        asked.mode() == Mode.STREAMED,
        canComeBack,
        key,
        cursor,
        passedUp(request),
        Optional.ofNullable(request.getHeader("x-simulator-plan")).orElse(""));
  }

  /** The caller's own label, from the header or the body; empty if it gave none. */
  private static String label(HttpServerRequest request, DialectRequest asked) throws Malformed {
    var header = request.getHeader("x-session-id");
    if (header != null && !LABEL.matcher(header).matches()) {
      throw new Malformed("expected X-Session-ID of 1 to 128 characters A-Z a-z 0-9 . _ : ~ -");
    }
    var member = asked.member("session_id");
    if (member.isEmpty()) {
      return header == null ? "" : header;
    }
    var written = text(member.get());
    if (!LABEL.matcher(written).matches()) {
      throw new Malformed(
          "expected \"session_id\" to be a text of 1 to 128 characters A-Z a-z 0-9 . _ : ~ -");
    }
    if (header != null && !header.equals(written)) {
      throw new Malformed("expected X-Session-ID and \"session_id\" to be the same");
    }
    return written;
  }

  /** The text of a JSON string; empty for any other value. */
  private static String text(String json) {
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    return json.startsWith("\"") ? JsonStrings.decode(bytes, 1, bytes.length - 1) : "";
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

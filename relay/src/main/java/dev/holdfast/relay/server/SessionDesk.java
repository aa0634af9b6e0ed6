package dev.holdfast.relay.server;

import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.journal.AppendReply;
import dev.holdfast.journal.Claim;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.SessionQuery;
import dev.holdfast.journal.SessionState;
import dev.holdfast.journal.SessionView;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.relay.owner.Owner;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where an owner reads, lists and cancels sessions. */
final class SessionDesk {
  private static final String ROOT = "/v1/sessions";
  private static final String EVENTS = "/events";
  private static final int LISTED_MAX = 1_000;
  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._:~-]{1,128}");
  private static final String CANCELLED = "its owner cancelled it";

  private final Worker worker;
  private final Shared shared;

  SessionDesk(Worker worker, Shared shared) {
    this.worker = worker;
    this.shared = shared;
  }

  /** Takes a request below {@code /v1/sessions}. A malformed id is one that nobody has. */
  void take(HttpServerRequest request, String path, Owner owner) {
    var unclear = unclear(request);
    if (unclear.isPresent()) {
      Answers.refuse(request.response(), 400, "invalid_request", unclear.get());
      return;
    }
    if (path.equals(ROOT)) {
      if (RequestDesk.allowed(request, HttpMethod.GET)) {
        list(request, owner);
      }
      return;
    }
    var id = path.substring(ROOT.length() + 1);
    if (id.endsWith(EVENTS)) {
      if (RequestDesk.allowed(request, HttpMethod.GET)
          && !RequestDesk.refusedForItsVersion(request)) {
        events(request, owner, id.substring(0, id.length() - EVENTS.length()));
      }
    } else if (RequestDesk.allowed(request, HttpMethod.GET, HttpMethod.DELETE)) {
      if (request.method().equals(HttpMethod.GET)) {
        state(request, owner, id);
      } else {
        cancel(request, owner, id);
      }
    }
  }

  /**
   * What can't be told from the query, in which a parameter decides something; empty if nothing.
   */
  private static Optional<String> unclear(HttpServerRequest request) {
    try {
      var parameters = request.params();
      for (var name : parameters.names()) {
        int times = parameters.getAll(name).size();
        if (times > 1) {
          return Optional.of(
              "expected each parameter of the query once, one came " + times + " times");
        }
      }
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of("expected a query in percent-encoding, got one that can't be decoded");
    }
  }

  // ---- reading

  private void events(HttpServerRequest request, Owner owner, String id) {
    var cursor = Cursor.of(request.getHeader("last-event-id"), request.getParam("after"));
    if (cursor.isEmpty()) {
      Answers.refuse(
          request.response(),
          400,
          "invalid_request",
          "expected Last-Event-ID to be the id of an event, or after to be its number");
      return;
    }
    reader(request, owner)
        .ifPresent(reader ->
            worker
                .attachments()
                .find(
                    id,
                    owner.name(),
                    view ->
                        worker.attachments().attach(view, reader, ReaderKind.REST, cursor.get()),
                    failure -> Answers.noSession(reader, failure)));
  }

  private Optional<ReaderConnection> reader(HttpServerRequest request, Owner owner) {
    return Seats.taken(request, shared, owner.name());
  }

  // ---- state

  private void state(HttpServerRequest request, Owner owner, String id) {
    reader(request, owner).ifPresent(reader -> show(id, owner, reader));
  }

  private void show(String id, Owner owner, ReaderConnection reader) {
    worker
        .attachments()
        .find(
            id,
            owner.name(),
            view -> show(view, reader),
            failure -> Answers.noSession(reader, failure));
  }

  private void show(SessionView view, ReaderConnection reader) {
    var driver = shared.drivers().get(view.head().id());
    if (driver == null) {
      int readers = shared.replays().getOrDefault(view.head().id(), 0);
      answer(reader, SessionPage.whole(view, null, readers));
    } else {
      driver.onHome(() -> answer(reader, SessionPage.whole(view, driver.state(), 0)));
    }
  }

  private static void answer(ReaderConnection reader, byte[] page) {
    reader.body(200, Map.of("Cache-Control", "private, no-store"), page);
  }

  private void list(HttpServerRequest request, Owner owner) {
    var label = request.getParam("label");
    var state = request.getParam("state");
    var wanted = state(state);
    if ((label != null && !LABEL.matcher(label).matches()) || (state != null && wanted.isEmpty())) {
      Answers.refuse(
          request.response(),
          400,
          "invalid_request",
          "expected label to be a label, and state one of live, complete, failed, cancelled");
      return;
    }
    reader(request, owner)
        .ifPresent(reader ->
            shared
                .store()
                .list(
                    new SessionQuery(owner.name(), label, wanted.orElse(null), LISTED_MAX),
                    new Reply<List<SessionView>>() {
                      @Override
                      public void ok(List<SessionView> views) {
                        answer(reader, SessionPage.list(views));
                      }

                      @Override
                      public void failed(StoreFailure failure) {
                        Answers.noSession(reader, failure);
                      }
                    }));
  }

  private static Optional<SessionState> state(@Nullable String word) {
    for (var state : SessionState.values()) {
      if (state.name().toLowerCase(Locale.ROOT).equals(word)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }

  // ---- cancel

  private void cancel(HttpServerRequest request, Owner owner, String id) {
    var erase = request.getParam("erase");
    if (erase != null && !erase.equals("true") && !erase.equals("false")) {
      Answers.refuse(
          request.response(), 400, "invalid_request", "expected erase to be true or false");
      return;
    }
    boolean erases = "true".equals(erase);
    reader(request, owner)
        .ifPresent(reader ->
            worker
                .attachments()
                .find(
                    id,
                    owner.name(),
                    view -> cancel(view, owner, reader, erases),
                    failure -> Answers.noSession(reader, failure)));
  }

  private void cancel(SessionView view, Owner owner, ReaderConnection reader, boolean erases) {
    Runnable then = () -> worker.onHome(() -> settled(view, owner, reader, erases));
    if (view.finish() != null) {
      then.run();
      return;
    }
    // The record comes first: whoever drives it, here or elsewhere, finds it there.
    shared
        .store()
        .cancel(
            view.head().id(),
            new Reply<SessionView>() {
              @Override
              public void ok(SessionView now) {
                worker.onHome(() -> end(now, then));
              }

              @Override
              public void failed(StoreFailure failure) {
                worker.onHome(() -> end(view, then));
              }
            });
  }

  private void end(SessionView view, Runnable then) {
    var driver = shared.drivers().get(view.head().id());
    if (driver != null) {
      driver.onHome(() -> {
        driver.whenOver(then);
        driver.cancel(CANCELLED);
      });
    } else if (view.finish() != null) {
      then.run();
    } else {
      endUndriven(view.head().id(), then);
    }
  }

  /** Nobody drives it: its driver could not write its end. */
  private void endUndriven(String id, Runnable then) {
    var after =
        new AppendReply() {
          @Override
          public void appended(long upTo) {
            then.run();
          }

          @Override
          public void failed(StoreFailure failure) {
            shared.log().storeNoteFailed(id, failure.toString());
            then.run();
          }
        };
    shared
        .store()
        .claim(
            id,
            new Reply<Claim>() {
              @Override
              public void ok(Claim claim) {
                shared.store().finish(claim.ref(), new FinishRecord.Cancelled(CANCELLED), after);
              }

              @Override
              public void failed(StoreFailure failure) {
                after.failed(failure);
              }
            });
  }

  private void settled(SessionView view, Owner owner, ReaderConnection reader, boolean erases) {
    if (!erases) {
      show(view.head().id(), owner, reader);
      return;
    }
    shared
        .store()
        .erase(
            view.head().id(),
            new Reply<SessionView>() {
              @Override
              public void ok(SessionView was) {
                answer(reader, SessionPage.whole(was, null, 0));
              }

              @Override
              public void failed(StoreFailure failure) {
                Answers.noSession(reader, failure);
              }
            });
  }
}

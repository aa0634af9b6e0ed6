package dev.holdfast.relay.server;

import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.IdempotencyKey;
import dev.holdfast.journal.ReadResult;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.SessionQuery;
import dev.holdfast.journal.SessionView;
import dev.holdfast.journal.StoreFailure;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Joins readers to sessions that exist, on the readers' event loop. A live session is served at its
 * home; one that is over is served here, from the store.
 */
final class Attachments {
  /** How many of an owner's sessions are looked through for one. */
  private static final int LOOK_THROUGH_MAX = 100_000;

  private final Worker worker;
  private final Shared shared;

  Attachments(Worker worker, Shared shared) {
    this.worker = worker;
    this.shared = shared;
  }

  /**
   * Finds the session that a caller's key names, without beginning one.
   *
   * @param none called if there is none, or that can't be told
   */
  void findByKey(
      String owner, IdempotencyKey key, Consumer<SessionView> found, Consumer<StoreFailure> none) {
    first(
        new SessionQuery(owner, null, null, LOOK_THROUGH_MAX),
        view -> view.head().key() != null && view.head().key().hash().equals(key.hash()),
        found,
        none);
  }

  /** Attaches to an owner's session under a label whose history the cursor names. */
  void byLabel(String owner, String label, Cursor.Named cursor, ReaderConnection reader) {
    first(
        new SessionQuery(owner, label, null, LOOK_THROUGH_MAX),
        view -> view.histories().stream().anyMatch(h -> h.name().equals(cursor.history())),
        view -> attach(view, reader, ReaderKind.REST, cursor),
        failure -> Answers.noSession(reader, failure));
  }

  private void first(
      SessionQuery query,
      Predicate<SessionView> wanted,
      Consumer<SessionView> found,
      Consumer<StoreFailure> none) {
    shared
        .store()
        .list(
            query,
            new Reply<List<SessionView>>() {
              @Override
              public void ok(List<SessionView> views) {
                onHome(() ->
                    views.stream()
                        .filter(wanted)
                        .findFirst()
                        .ifPresentOrElse(found, () -> none.accept(new StoreFailure.Unknown())));
              }

              @Override
              public void failed(StoreFailure failure) {
                onHome(() -> none.accept(failure));
              }
            });
  }

  /**
   * Attaches a caller whose key names this session, if it asks for the same. A session that failed
   * and may be whole after all is taken up again for it.
   */
  void byKey(SessionView view, SessionCall call, byte[] body, ReaderConnection reader) {
    var mine = call.key();
    var theirs = view.head().key();
    if (mine == null || theirs == null || !mine.fingerprint().equals(theirs.fingerprint())) {
      reader.refuse(
          422,
          "idempotency_key_reused",
          "this Idempotency-Key came with another request before; a new request needs a new key");
      return;
    }
    if (!call.streaming()) {
      attach(view, reader, ReaderKind.BODY, new Cursor.Start());
      return;
    }
    boolean fromStart = call.cursor() instanceof Cursor.Start;
    var kind = fromStart ? ReaderKind.ANSWER : ReaderKind.REST;
    if (view.finish() instanceof FinishRecord.Failed failed
        && mayGoOn(view, failed)
        && call.cursor().in(view.histories()) instanceof Cursor.Place.After place) {
      worker.takeUp(
          view,
          Replay.failure(failed),
          call.of(view),
          body,
          reader,
          kind,
          place.last(),
          () -> attach(view, reader, kind, place.last(), false));
    } else {
      attach(view, reader, kind, call.cursor());
    }
  }

  /** Whether it failed with a part of the answer, and asking again may help. */
  private boolean mayGoOn(SessionView view, FinishRecord.Failed failed) {
    return failed.retryable()
        && view.last() > 0
        && shared.phase() != Shared.Phase.DRAINING
        && !shared.drivers().containsKey(view.head().id());
  }

  /** Attaches a reader that may see this session. */
  void attach(SessionView view, ReaderConnection reader, ReaderKind kind, Cursor cursor) {
    switch (cursor.in(view.histories())) {
      case Cursor.Place.Void none ->
          Answers.restartFrom(reader, SessionFace.of(view), none.restartFrom());
      case Cursor.Place.After place -> attach(view, reader, kind, place.last(), false);
    }
  }

  private void attach(
      SessionView view, ReaderConnection reader, ReaderKind kind, long after, boolean again) {
    var driver = shared.drivers().get(view.head().id());
    if (driver != null) {
      driver.onHome(() -> {
        if (!driver.attach(reader, kind, after, true)) {
          onHome(() -> look(view, reader, kind, after));
        }
      });
    } else if (view.finish() != null) {
      replay(view, view.finish(), reader, kind, after);
    } else if (!again) {
      // It was live when the store was asked, and may be over since.
      look(view, reader, kind, after);
    } else {
      replay(view, Shared.ownFault(), reader, kind, after);
    }
  }

  private void look(SessionView before, ReaderConnection reader, ReaderKind kind, long after) {
    find(
        before.head().id(),
        before.head().owner(),
        view -> attach(view, reader, kind, after, true),
        failure -> Answers.noSession(reader, failure));
  }

  /** Finds a session that the owner may see; unknown, foreign and malformed ids are alike. */
  void find(String id, String owner, Consumer<SessionView> found, Consumer<StoreFailure> none) {
    shared
        .store()
        .find(
            id,
            owner,
            new Reply<SessionView>() {
              @Override
              public void ok(SessionView view) {
                onHome(() -> found.accept(view));
              }

              @Override
              public void failed(StoreFailure failure) {
                onHome(() -> none.accept(failure));
              }
            });
  }

  private void replay(
      SessionView view, FinishRecord finish, ReaderConnection reader, ReaderKind kind, long after) {
    var running = worker.replay(view);
    if (running != null) {
      running.attach(reader, kind, after);
    } else if (view.head().streamed() || view.last() == 0) {
      replay(view, finish, null, reader, kind, after);
    } else {
      body(
          view,
          body -> {
            // Another reader may have come while it was loaded.
            var now = worker.replay(view);
            if (now != null) {
              now.attach(reader, kind, after);
            } else {
              replay(view, finish, body, reader, kind, after);
            }
          },
          failure -> Answers.noSession(reader, failure));
    }
  }

  private void replay(
      SessionView view,
      FinishRecord finish,
      byte @Nullable [] body,
      ReaderConnection reader,
      ReaderKind kind,
      long after) {
    var replay = new Replay(worker, view, finish, body, worker.delivery(Clocks.DEFAULTS));
    worker.add(replay);
    replay.attach(reader, kind, after);
  }

  private void body(SessionView view, Consumer<byte[]> found, Consumer<StoreFailure> none) {
    var batch = new EventBatch();
    shared
        .store()
        .read(
            view.head().id(),
            0,
            1,
            batch,
            new Reply<ReadResult>() {
              @Override
              public void ok(ReadResult result) {
                onHome(() -> {
                  if (batch.count() == 0) {
                    none.accept(new StoreFailure.Unknown());
                  } else {
                    found.accept(Arrays.copyOfRange(batch.array(0), batch.start(0), batch.end(0)));
                  }
                });
              }

              @Override
              public void failed(StoreFailure failure) {
                onHome(() -> none.accept(failure));
              }
            });
  }

  private void onHome(Runnable act) {
    worker.onHome(act);
  }
}

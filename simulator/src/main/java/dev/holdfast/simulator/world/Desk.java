package dev.holdfast.simulator.world;

import dev.holdfast.engine.delivery.DeliverySettings;
import dev.holdfast.engine.delivery.Orphans;
import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.journal.Claim;
import dev.holdfast.journal.Created;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.IdempotencyKey;
import dev.holdfast.journal.ReadResult;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.SessionHead;
import dev.holdfast.journal.SessionView;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.journal.StoredRequest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where connections find their sessions, as at the relay: a request begins one or joins the one
 * that its key names; an id joins one that is live, or reads one that is over from the store.
 */
final class Desk {
  private static final FinishRecord OWN_FAULT =
      new FinishRecord.Failed("internal_error", 503, "nobody drives it", true, List.of());
  private static final Failure BEFORE = new Failure.Recorded("failed", 503, "it failed before");
  private static final byte[] NOTHING = {};

  private final Scene world;
  private final DeliverySettings delivery;
  private final int orphansMax;
  private final Orphans orphans;

  /** Makes the driver of a session under an id of its own. */
  private final Function<Candidate, Driver> drivers;

  private final Map<String, Driver> live = new HashMap<>();
  private final Map<String, Session> sessions = new HashMap<>();
  private final Map<String, Replay> replays = new HashMap<>();

  /** A session, and the id that one of its requests would give it. */
  record Candidate(Session session, String id) {}

  Desk(
      Scene world, DeliverySettings delivery, int orphansMax, Function<Candidate, Driver> drivers) {
    this.world = world;
    this.delivery = delivery;
    this.orphansMax = orphansMax;
    this.orphans = new Orphans(orphansMax);
    this.drivers = drivers;
  }

  DeliverySettings delivery() {
    return delivery;
  }

  // ---- requests

  /** Somebody sends the request. */
  void request(Session session, Connection connection, boolean canComeBack) {
    var id = session.nextId();
    var driver = drivers.apply(new Candidate(session, id));
    // Before the store knows it, so that whoever finds it there finds its driver here.
    live.put(id, driver);
    sessions.put(id, session);
    session.asked();
    var spec = session.spec;
    var key = spec.asking().keyed() ? new IdempotencyKey(session.id, "as it was") : null;
    var head =
        new SessionHead(
            id, Serving.HISTORY, session.owner(), null, "openai-chat", "any", key, spec.streamed());
    world
        .store()
        .create(
            head,
            new StoredRequest(Map.of(), spec.request()),
            new Reply<>() {
              @Override
              public void ok(Created created) {
                switch (created) {
                  case Created.Fresh fresh -> {
                    session.began(driver);
                    driver.begin(fresh.ref(), connection, canComeBack);
                    session.answered();
                  }
                  case Created.Known known -> {
                    driver.neverBegan();
                    session.answered();
                    join(session, known.session(), connection, canComeBack);
                  }
                }
              }

              @Override
              public void failed(StoreFailure failure) {
                world.verdicts().trace(() -> id + " can't be created: " + failure);
                driver.neverBegan();
                session.answered();
                connection.body(503, NOTHING);
              }
            });
  }

  /** A key names a session: one that failed with a part of its answer is taken up again. */
  private void join(Session session, SessionView view, Connection connection, boolean canComeBack) {
    var id = view.head().id();
    var kind = session.streamed() ? ReaderKind.ANSWER : ReaderKind.BODY;
    boolean mayGoOn =
        session.streamed()
            && view.last() > 0
            && view.finish() instanceof FinishRecord.Failed failed
            && failed.retryable()
            && !live.containsKey(id);
    if (!mayGoOn) {
      attach(view, connection, kind, 0, false);
      return;
    }
    var driver = drivers.apply(new Candidate(session, id));
    driver.holds(view.last());
    live.put(id, driver);
    world
        .store()
        .reopen(
            id,
            new StoredRequest(Map.of(), session.spec.request()),
            new Reply<>() {
              @Override
              public void ok(Claim claim) {
                world.verdicts().trace(() -> id + " is taken up after " + view.last());
                var wrote =
                    session.calls.stream()
                        .filter(Call::hasSpoken)
                        .map(call -> call.target.upstream() + "/" + call.target.model())
                        .toList();
                session.takenUp(driver, world.time().nanos());
                driver.takeUp(claim, session.calls.size(), wrote, connection, canComeBack, BEFORE);
              }

              @Override
              public void failed(StoreFailure failure) {
                driver.neverBegan();
                attach(view, connection, kind, 0, false);
              }
            });
  }

  // ---- cursors

  /** Somebody comes for the events after a cursor. */
  void events(Session session, Connection connection, long after) {
    var id = session.storeId();
    if (id == null) {
      connection.body(404, NOTHING);
      return;
    }
    find(
        session.owner(),
        id,
        connection,
        view -> attach(view, connection, ReaderKind.REST, after, false));
  }

  private interface Found {
    void view(SessionView view);
  }

  private void find(String owner, String id, Connection connection, Found found) {
    world
        .store()
        .find(
            id,
            owner,
            new Reply<>() {
              @Override
              public void ok(SessionView view) {
                found.view(view);
              }

              @Override
              public void failed(StoreFailure failure) {
                world.store().checkUnknown(id, failure);
                connection.body(failure instanceof StoreFailure.Unknown ? 404 : 503, NOTHING);
              }
            });
  }

  private void attach(
      SessionView view, Connection connection, ReaderKind kind, long after, boolean again) {
    var id = view.head().id();
    var driver = live.get(id);
    var finish = view.finish();
    if (driver != null && driver.attach(connection, kind, after, true)) {
      return;
    }
    if (finish != null) {
      replay(view, finish, connection, kind, after);
    } else if (!again) {
      // It was live when the store was asked, and may be over since.
      find(view.head().owner(), id, connection, now -> attach(now, connection, kind, after, true));
    } else {
      replay(view, OWN_FAULT, connection, kind, after);
    }
  }

  private void replay(
      SessionView view, FinishRecord finish, Connection connection, ReaderKind kind, long after) {
    var running = replays.get(view.head().id());
    if (running != null && running.isOf(view)) {
      running.attach(connection, kind, after);
    } else if (view.head().streamed() || view.last() == 0) {
      replay(view, finish, null, connection, kind, after);
    } else {
      body(view, finish, connection, kind, after);
    }
  }

  private void replay(
      SessionView view,
      FinishRecord finish,
      byte @Nullable [] body,
      Connection connection,
      ReaderKind kind,
      long after) {
    var replay = new Replay(world, this, view, finish, body);
    replays.put(view.head().id(), replay);
    replay.attach(connection, kind, after);
  }

  private void body(
      SessionView view, FinishRecord finish, Connection connection, ReaderKind kind, long after) {
    var batch = new EventBatch();
    world
        .store()
        .read(
            view.head().id(),
            0,
            1,
            batch,
            new Reply<>() {
              @Override
              public void ok(ReadResult result) {
                var body = Arrays.copyOfRange(batch.array(0), batch.start(0), batch.end(0));
                replay(view, finish, body, connection, kind, after);
              }

              @Override
              public void failed(StoreFailure failure) {
                connection.body(failure instanceof StoreFailure.Unknown ? 404 : 503, NOTHING);
              }
            });
  }

  // ---- ends

  void forget(Driver driver) {
    live.remove(driver.id(), driver);
  }

  void forget(Replay replay) {
    replays.remove(replay.id(), replay);
  }

  /** A session goes on without a reader; its owner's oldest such one may have to end. */
  void orphaned(Driver driver) {
    var owner = owner(driver);
    orphans
        .note(owner, driver.id())
        .map(live::get)
        .ifPresent(oldest -> {
          world.verdicts().trace(() -> oldest.id() + " is one orphan too many");
          oldest.cancel("too many go on without a reader");
        });
    long mine = live.values().stream().filter(d -> d.isOrphan() && owner(d).equals(owner)).count();
    world
        .verdicts()
        .expect(mine <= orphansMax, "orphans within the bound", () -> owner + " has " + mine);
  }

  void adopted(Driver driver) {
    orphans.forget(owner(driver), driver.id());
  }

  private String owner(Driver driver) {
    var session = sessions.get(driver.id());
    if (session == null) {
      throw new IllegalStateException("expected the session of " + driver.id());
    }
    return session.owner();
  }

  /** The process stops, and takes everybody with it. What the store has, it has. */
  void drain() {
    List.copyOf(live.values()).forEach(Driver::stop);
    List.copyOf(replays.values()).forEach(Replay::stop);
    for (var driver : live.values()) {
      world
          .verdicts()
          .expect(driver.isIdle(), "a drain closes all calls", () -> driver.id() + " calls on");
    }
  }
}

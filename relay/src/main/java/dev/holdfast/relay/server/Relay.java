package dev.holdfast.relay.server;

import dev.holdfast.journal.MemoryLimits;
import dev.holdfast.journal.MemoryStore;
import dev.holdfast.journal.SessionStore;
import dev.holdfast.relay.config.RelayConfig;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A running relay. Started with {@link #start}; stopped with {@link #drain}, which lets live
 * sessions end, or {@link #close}, which cuts them. Safe for many threads.
 */
public final class Relay {
  private static final long LOOK_AGAIN_MILLIS = 50;
  private static final long LAST_LOOK_MILLIS = 5;
  private static final long EXPIRE_EVERY_MILLIS = 1_000;

  /** For the error events of sessions that are cut to leave the process, until they are written. */
  private static final long LAST_WORDS_NANOS = 1_000_000_000L;

  private final Vertx vertx;
  private final Shared shared;
  private final List<Worker> workers = new CopyOnWriteArrayList<>();
  private volatile int port;

  private Relay(Vertx vertx, Shared shared) {
    this.vertx = vertx;
    this.shared = shared;
  }

  /**
   * Starts a relay whose sessions live in memory.
   *
   * @return fails if the address can't be listened on
   */
  public static Future<Relay> start(RelayConfig config, RelayListener listener) {
    var heap = Runtime.getRuntime().maxMemory();
    var limits =
        MemoryLimits.ofHeap(heap)
            .withKeep(config.journal().keep())
            .withPin(config.sessions().pin())
            .withSessionBytesMax(config.sessions().bytesMax());
    limits =
        limits.withSizeBytesMax(Math.min(limits.sizeBytesMax(), config.journal().sizeBytesMax()));
    return start(config, listener, new MemoryStore(limits, System::nanoTime));
  }

  /** Starts a relay on a store of the caller's. */
  public static Future<Relay> start(
      RelayConfig config, RelayListener listener, SessionStore store) {
    var vertx =
        Vertx.vertx(
            new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(config.workers()));
    var shared = new Shared(config, store, new GuardBoard(config, vertx), listener);
    var relay = new Relay(vertx, shared);
    vertx.setPeriodic(EXPIRE_EVERY_MILLIS, id -> store.expire());
    // Bound to no context: a failure is told after the event loops are gone.
    var started = Promise.<Relay>promise();
    Future<?> all = Future.succeededFuture();
    for (int i = 0; i < config.workers(); i++) {
      all = all.compose(nothing -> relay.deploy());
    }
    all.onComplete(deployed -> {
      if (deployed.succeeded()) {
        relay.port = relay.workers.getFirst().port();
        started.complete(relay);
      } else {
        vertx.close().onComplete(closed -> started.fail(deployed.cause()));
      }
    });
    return started.future();
  }

  private Future<Worker> deploy() {
    var worker = new Worker(shared);
    return vertx
        .deployVerticle(worker, new DeploymentOptions())
        .map(id -> {
          workers.add(worker);
          return worker;
        });
  }

  /** The port it listens on. */
  public int port() {
    return port;
  }

  /** Sessions that have not ended, or whose readers have not. */
  public int liveSessions() {
    return shared.liveSessions();
  }

  /** For bodies that are still arriving. */
  BodyRoom bodyRoom() {
    return shared.bodyRoom();
  }

  /**
   * Stops as a deployment needs it: not ready at once, new requests taken for a while, then refused
   * with a hint to come back; live sessions end, or are cut at the end of the time.
   */
  public Future<Void> drain() {
    var done = Promise.<Void>promise();
    var times = shared.config().drain();
    shared.enter(Shared.Phase.LEAVING);
    vertx.setTimer(
        Math.max(1, times.accept().toMillis()),
        accepted -> {
          shared.enter(Shared.Phase.DRAINING);
          long end = System.nanoTime() + times.readers().minus(times.accept()).toNanos();
          waitForSessions(end, done);
        });
    return done.future();
  }

  private void waitForSessions(long endNanos, Promise<Void> done) {
    if (shared.liveSessions() == 0 || System.nanoTime() >= endNanos) {
      close().onComplete(done);
      return;
    }
    vertx.setTimer(LOOK_AGAIN_MILLIS, id -> waitForSessions(endNanos, done));
  }

  /** Cuts readers, closes upstreams, ends. */
  public Future<Void> close() {
    shared.enter(Shared.Phase.DRAINING);
    var cuts = new ArrayList<Future<?>>();
    for (var worker : workers) {
      var cut = Promise.<Void>promise();
      worker
          .home()
          .runOnContext(nothing -> {
            worker.stopSessions();
            cut.complete();
          });
      cuts.add(cut.future());
    }
    var done = Promise.<Void>promise();
    long end = System.nanoTime() + LAST_WORDS_NANOS;
    Future.join(cuts).onComplete(cut -> closeOnceTold(end, done));
    return done.future();
  }

  private void closeOnceTold(long endNanos, Promise<Void> done) {
    if (shared.isSilent() || System.nanoTime() >= endNanos) {
      vertx.close().onComplete(done);
      return;
    }
    vertx.setTimer(LAST_LOOK_MILLIS, id -> closeOnceTold(endNanos, done));
  }
}

package dev.holdfast.relay.server;

import dev.holdfast.engine.delivery.DeliverySettings;
import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.journal.Claim;
import dev.holdfast.journal.Created;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.SessionHead;
import dev.holdfast.journal.SessionStore;
import dev.holdfast.journal.SessionView;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.journal.StoredRequest;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.PoolOptions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One event loop: its server socket, its upstream connections, and the sessions at home on it. */
final class Worker extends VerticleBase {
  /** A caller's headers; ours are a few hundred bytes, a browser's cookies some thousands. */
  static final int HEAD_BYTES_MAX = 32 << 10;

  /** One process rarely has files for more. */
  private static final int CONNECTIONS_MAX = 100_000;

  /**
   * Vert.x takes a free port for all servers that ask for one negative number; 0 is one for each.
   */
  private static final int SHARED_FREE_PORT = -1;

  private final Shared shared;
  private final Set<SessionDriver> sessions = new HashSet<>();
  private final Set<Replay> reading = new HashSet<>();
  private final Map<String, Replay> replays = new HashMap<>();
  private final Attachments attachments;
  private final Map<String, UpstreamAddress> addresses = new HashMap<>();
  private @Nullable HttpServer server;
  private @Nullable HttpClient client;
  private @Nullable TurnEnd turnEnd;
  private @Nullable Thread thread;

  Worker(Shared shared) {
    this.shared = shared;
    this.attachments = new Attachments(this, shared);
    for (var upstream : shared.config().upstreams()) {
      addresses.put(upstream.name(), UpstreamAddress.of(upstream));
    }
  }

  @Override
  public Future<?> start() {
    thread = Thread.currentThread();
    turnEnd = new TurnEnd(context);
    client =
        vertx
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setKeepAlive(true)
                    .setKeepAliveTimeout(30)
                    .setMaxHeaderSize(64 << 10)
                    .setDecompressionSupported(false))
            .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX))
            .build();
    var arrivals = new Arrivals(vertx, shared.config().requestWithin().toMillis());
    var desk = new RequestDesk(this, shared, arrivals);
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHttp2ClearTextEnabled(false)
                    .setMaxHeaderSize(HEAD_BYTES_MAX)
                    .setHandle100ContinueAutomatically(true)
                    .setAcceptBacklog(4096)
                    .setTcpNoDelay(true))
            .connectionHandler(arrivals::opened)
            .requestHandler(desk::take)
            .invalidRequestHandler(desk::invalid);
    var listen = shared.config().listen();
    return server.listen(listen.port() == 0 ? SHARED_FREE_PORT : listen.port(), listen.host());
  }

  int port() {
    return Objects.requireNonNull(server).actualPort();
  }

  // ---- sessions

  /**
   * Begins a session, unless its key names one already; of any number of calls with one key, on any
   * loops, one begins it and the others find it.
   */
  void begin(SessionCall call, byte[] body, ReaderConnection reader) {
    var driver = new SessionDriver(call, this, delivery(call.plan().clocks()), shared.seed());
    // Before the store knows it, so that whoever finds it there finds its driver here.
    sessions.add(driver);
    shared.drivers().put(call.id(), driver);
    shared.sessionBegan();
    shared
        .store()
        .create(
            head(call),
            new StoredRequest(call.upstreamHeaders(), body),
            new Reply<Created>() {
              @Override
              public void ok(Created created) {
                driver.onHome(() -> {
                  switch (created) {
                    case Created.Fresh fresh -> driver.start(fresh.ref(), reader);
                    case Created.Known known -> {
                      driver.neverBegan(Shared.stopping());
                      attachments.byKey(known.session(), call, body, reader);
                    }
                  }
                });
              }

              @Override
              public void failed(StoreFailure failure) {
                driver.onHome(() -> {
                  var why = Shared.journalFailed(failure);
                  driver.neverBegan(why);
                  Answers.failed(reader, call.face(), why, true, List.of());
                });
              }
            });
  }

  /**
   * Takes a session up again that failed after something was committed; once for each, so that
   * others who come now join it and who comes when it failed again is told so.
   *
   * @param before how it failed
   * @param after the last event that the reader has
   * @param again joins a session that somebody else drives, or replays one that stays as it is
   */
  void takeUp(
      SessionView view,
      Failure before,
      SessionCall call,
      byte[] body,
      ReaderConnection reader,
      ReaderKind kind,
      long after,
      Runnable again) {
    var driver = new SessionDriver(call, this, delivery(call.plan().clocks()), shared.seed());
    driver.holds(view.last());
    if (shared.drivers().putIfAbsent(call.id(), driver) != null) {
      again.run();
      return;
    }
    sessions.add(driver);
    shared.sessionBegan();
    shared
        .store()
        .reopen(
            call.id(),
            new StoredRequest(call.upstreamHeaders(), body),
            new Reply<Claim>() {
              @Override
              public void ok(Claim claim) {
                driver.onHome(() -> driver.takeUp(claim, before, reader, kind, after));
              }

              @Override
              public void failed(StoreFailure failure) {
                driver.onHome(() -> {
                  driver.neverBegan(before);
                  again.run();
                });
              }
            });
  }

  private static SessionHead head(SessionCall call) {
    return new SessionHead(
        call.id(),
        call.history(),
        call.owner(),
        call.label().isEmpty() ? null : call.label(),
        call.dialect().name(),
        call.plan().request().model(),
        call.key(),
        call.streaming());
  }

  /** How readers of a session with these clocks are served. */
  DeliverySettings delivery(Clocks clocks) {
    var limits = shared.config().sessions();
    return new DeliverySettings(
        clocks.commitAfter(),
        shared.config().comments(),
        limits.stuckAfter(),
        limits.goneAfter(),
        limits.orphanAfter(),
        DeliverySettings.OnDisconnect.valueOf(shared.config().onDisconnect().name()),
        limits.readersMax());
  }

  Attachments attachments() {
    return attachments;
  }

  void forget(SessionDriver driver) {
    if (sessions.remove(driver)) {
      shared.drivers().remove(driver.face().id(), driver);
      shared.sessionEnded();
    }
  }

  /** The session that is read again on this loop; null if nobody here reads it as it is now. */
  @Nullable Replay replay(SessionView view) {
    var replay = replays.get(view.head().id());
    return replay != null && replay.isOf(view) ? replay : null;
  }

  void add(Replay replay) {
    replays.put(replay.face().id(), replay);
    reading.add(replay);
    shared.sessionBegan();
  }

  void forget(Replay replay) {
    if (reading.remove(replay)) {
      replays.remove(replay.face().id(), replay);
      shared.sessionEnded();
    }
  }

  /** So many more read a session that is over, or fewer. */
  void reading(String session, int more) {
    if (more != 0) {
      shared.replays().merge(session, more, (a, b) -> a + b == 0 ? null : a + b);
    }
  }

  /** A session goes on and nobody reads it; its owner's oldest such one may have to end. */
  void orphaned(SessionFace face) {
    shared
        .orphans()
        .note(face.owner(), face.id())
        .map(oldest -> shared.drivers().get(oldest))
        .ifPresent(driver ->
            driver.onHome(
                () -> driver.cancel("too many sessions of its owner go on without a reader")));
  }

  void adopted(SessionFace face) {
    shared.orphans().forget(face.owner(), face.id());
  }

  /** Says what became of a session. Its readers still get their end if the listener throws. */
  void finished(SessionReport report) {
    shared.log().finished(report);
    try {
      shared.listener().finished(report);
    } catch (RuntimeException e) {
      shared.log().unexpected(report.session(), e);
    }
  }

  /** Ends every session of this loop, and every reading of one, with an error that says so. */
  void stopSessions() {
    for (var driver : List.copyOf(sessions)) {
      driver.stop();
    }
    for (var replay : List.copyOf(reading)) {
      replay.stop();
    }
  }

  /** Does something on this loop, at once if that is here. */
  void onHome(Runnable act) {
    if (Thread.currentThread() == thread) {
      act.run();
    } else {
      context.runOnContext(nothing -> act.run());
    }
  }

  io.vertx.core.Context home() {
    return context;
  }

  // ---- what drivers need

  Vertx vertx() {
    return vertx;
  }

  HttpClient client() {
    return Objects.requireNonNull(client);
  }

  UpstreamAddress address(String upstream) {
    return Objects.requireNonNull(addresses.get(upstream));
  }

  SessionStore store() {
    return shared.store();
  }

  TurnEnd turnEnd() {
    return Objects.requireNonNull(turnEnd);
  }

  GuardBoard board() {
    return shared.board();
  }

  RelayListener listener() {
    return shared.listener();
  }

  RelayLog log() {
    return shared.log();
  }

  long nextTicket() {
    return shared.nextTicket();
  }
}

package dev.holdfast.relay.server;

import dev.holdfast.engine.delivery.DeliverySettings;
import dev.holdfast.journal.Created;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.SessionHead;
import dev.holdfast.journal.SessionStore;
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
  private final Map<String, UpstreamAddress> addresses = new HashMap<>();
  private @Nullable HttpServer server;
  private @Nullable HttpClient client;
  private @Nullable TurnEnd turnEnd;

  Worker(Shared shared) {
    this.shared = shared;
    for (var upstream : shared.config().upstreams()) {
      addresses.put(upstream.name(), UpstreamAddress.of(upstream));
    }
  }

  @Override
  public Future<?> start() {
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
    var desk = new RequestDesk(this, shared);
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHttp2ClearTextEnabled(false)
                    .setMaxHeaderSize(HEAD_BYTES_MAX)
                    .setHandle100ContinueAutomatically(true)
                    .setAcceptBacklog(4096)
                    .setTcpNoDelay(true))
            .requestHandler(desk::take)
            .invalidRequestHandler(desk::invalid);
    var listen = shared.config().listen();
    return server.listen(listen.port() == 0 ? SHARED_FREE_PORT : listen.port(), listen.host());
  }

  int port() {
    return Objects.requireNonNull(server).actualPort();
  }

  // ---- sessions

  /** Creates the session in the store, then begins it. */
  void begin(SessionCall call, byte[] body, ReaderConnection reader) {
    var head =
        new SessionHead(
            call.id(),
            call.history(),
            call.owner(),
            call.label().isEmpty() ? null : call.label(),
            call.dialect().name(),
            call.route(),
            null);
    var context = home();
    shared
        .store()
        .create(
            head,
            new StoredRequest(call.upstreamHeaders(), body),
            new Reply<Created>() {
              @Override
              public void ok(Created created) {
                if (!(created instanceof Created.Fresh fresh)) {
                  throw new IllegalStateException("expected a fresh session without a key");
                }
                context.runOnContext(nothing -> {
                  var driver =
                      new SessionDriver(
                          call, fresh.ref(), Worker.this, settings(call), shared.seed());
                  sessions.add(driver);
                  driver.start(reader);
                });
              }

              @Override
              public void failed(StoreFailure failure) {
                context.runOnContext(nothing -> {
                  shared.sessionEnded();
                  Answers.failed(reader, call, Shared.journalFailed(failure), true, List.of());
                });
              }
            });
  }

  private DeliverySettings settings(SessionCall call) {
    var base = shared.delivery();
    return new DeliverySettings(
        call.plan().clocks().commitAfter(),
        shared.config().comments(),
        base.stuckAfter(),
        base.goneAfter(),
        base.orphanAfter(),
        DeliverySettings.OnDisconnect.valueOf(shared.config().onDisconnect().name()),
        base.readersMax());
  }

  void forget(SessionDriver driver) {
    if (sessions.remove(driver)) {
      shared.sessionEnded();
    }
  }

  void finished(SessionReport report) {
    shared.log().finished(report);
    shared.listener().finished(report);
  }

  /** Ends every session of this loop with an error that says so. */
  void stopSessions() {
    for (var driver : List.copyOf(sessions)) {
      driver.stop();
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

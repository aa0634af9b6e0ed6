package dev.holdfast.relay.server;

import dev.holdfast.engine.delivery.Orphans;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.SessionStore;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.relay.config.Router;
import dev.holdfast.relay.owner.LoopbackGate;
import dev.holdfast.relay.owner.Owners;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the event loops of one relay have in common. Safe for many threads. */
final class Shared {
  /** Where the relay stands between start and exit. */
  enum Phase {
    SERVING,
    /** Told to stop, but load balancers have not noticed yet: new requests are still taken. */
    LEAVING,
    /** No new sessions. */
    DRAINING
  }

  private static final String BASE62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final String BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz";

  private final RelayConfig config;
  private final Router router;
  private final Owners owners;
  private final LoopbackGate gate;
  private final SessionStore store;
  private final GuardBoard board;
  private final RelayListener listener;
  private final RelayLog log = new RelayLog();
  private final SecureRandom random = new SecureRandom();
  private final AtomicLong tickets = new AtomicLong();
  private final AtomicInteger live = new AtomicInteger();
  private final AtomicInteger lastWords = new AtomicInteger();
  private final ConcurrentHashMap<String, SessionDriver> drivers = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Integer> replays = new ConcurrentHashMap<>();
  private final Orphans orphans;
  private final ReaderSeats seats;
  private final BodyRoom bodyRoom;
  private volatile Phase phase = Phase.SERVING;

  Shared(RelayConfig config, SessionStore store, GuardBoard board, RelayListener listener) {
    this.config = config;
    this.router = config.router();
    this.owners = Owners.of(config.keys());
    this.gate = LoopbackGate.of(config);
    this.store = store;
    this.board = board;
    this.listener = listener;
    this.orphans = new Orphans(config.sessions().orphansMax());
    this.seats = new ReaderSeats(config.sessions().ownerReadersMax());
    this.bodyRoom = BodyRoom.ofHeap(Runtime.getRuntime().maxMemory(), config.bodyBytesMax());
  }

  static Failure journalFailed(StoreFailure failure) {
    return new Failure.Stopped(
        Failure.Stopped.Kind.JOURNAL_FAILED,
        "the session could not be stored: " + described(failure));
  }

  /** What the journal's failure means, in words. */
  static String described(StoreFailure failure) {
    return switch (failure) {
      case StoreFailure.Full f -> "the journal is full: " + f.bytes() + " of " + f.bytesMax();
      case StoreFailure.Fenced f -> "another node took the session over";
      case StoreFailure.Finished f -> "the session was finished already";
      case StoreFailure.Unknown f -> "the journal no longer knows the session";
      case StoreFailure.Io f -> "the journal failed: " + f.detail();
    };
  }

  static Failure stopping() {
    return new Failure.Stopped(Failure.Stopped.Kind.DRAINING, "the relay is stopping");
  }

  /** How a session ends that a fault of our own broke off. */
  static FinishRecord.Failed ownFault() {
    return new FinishRecord.Failed(
        "internal_error", 503, "the relay failed; its log says how", true, List.of());
  }

  RelayConfig config() {
    return config;
  }

  Router router() {
    return router;
  }

  Owners owners() {
    return owners;
  }

  LoopbackGate gate() {
    return gate;
  }

  SessionStore store() {
    return store;
  }

  GuardBoard board() {
    return board;
  }

  RelayListener listener() {
    return listener;
  }

  /** The sessions that somebody here drives, by id. */
  ConcurrentHashMap<String, SessionDriver> drivers() {
    return drivers;
  }

  /** How many connections read a session that is over, on all loops. */
  ConcurrentHashMap<String, Integer> replays() {
    return replays;
  }

  Orphans orphans() {
    return orphans;
  }

  BodyRoom bodyRoom() {
    return bodyRoom;
  }

  ReaderSeats seats() {
    return seats;
  }

  RelayLog log() {
    return log;
  }

  Phase phase() {
    return phase;
  }

  void enter(Phase next) {
    phase = next;
  }

  long nextTicket() {
    return tickets.incrementAndGet();
  }

  long seed() {
    return random.nextLong();
  }

  /** 22 characters of base 62: 131 bits. */
  String newSessionId() {
    return "hf_" + randomText(22, BASE62);
  }

  String newHistory() {
    return randomText(16, BASE36);
  }

  private String randomText(int length, String alphabet) {
    var text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  void sessionBegan() {
    live.incrementAndGet();
  }

  void sessionEnded() {
    live.decrementAndGet();
  }

  int liveSessions() {
    return live.get();
  }

  /** A response is being ended. */
  void lastWordsBegan() {
    lastWords.incrementAndGet();
  }

  /** It is out, or its reader is gone. */
  void lastWordsSaid() {
    lastWords.decrementAndGet();
  }

  /** Whether nothing is left to say to anybody. */
  boolean isSilent() {
    return live.get() == 0 && lastWords.get() == 0;
  }
}

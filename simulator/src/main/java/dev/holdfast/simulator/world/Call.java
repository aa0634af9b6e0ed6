package dev.holdfast.simulator.world;

import dev.holdfast.engine.failure.Failure;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One call: the upstream that plays its script at one end of a connection, our socket at the other.
 * What was sent waits in the socket until our process reads it.
 */
final class Call {
  /** Hears what our socket brings, as a driver does. */
  interface Ear {
    void head(int status, Script script);

    void bytes(byte[] bytes);

    void ended();

    void failed(Failure failure);
  }

  private static final long COMMENTS_NANOS = 5_000_000_000L;

  final int session;
  final int attempt;
  final TargetSpec target;
  final Fate fate;
  final Asked asked;
  final Script script;
  final long openedNanos;

  private final VirtualTime time;
  private final Ear ear;
  private final ArrayDeque<byte[]> inbox = new ArrayDeque<>();
  private int played;
  private boolean headSent;
  private boolean headRead;
  private boolean over;
  private @Nullable Failure broken;
  private boolean readScheduled;
  private boolean readingPaused;
  private boolean told;
  private boolean closed;
  private long closedNanos;

  Call(
      int session,
      int attempt,
      TargetSpec target,
      Fate fate,
      Asked asked,
      Script script,
      VirtualTime time,
      Ear ear) {
    this.session = session;
    this.attempt = attempt;
    this.target = target;
    this.fate = fate;
    this.asked = asked;
    this.script = script;
    this.time = time;
    this.ear = ear;
    this.openedNanos = time.nanos();
  }

  // ---- the upstream's end

  void begin(long connectNanos, long timeoutNanos) {
    switch (fate.kind()) {
      case REFUSED ->
          time.world(
              connectNanos,
              () ->
                  breakOff(
                      new Failure.Unreachable(Failure.Unreachable.Kind.REFUSED, "nobody listens")));
      case NO_CONNECTION ->
          time.timer(
              timeoutNanos,
              () ->
                  breakOff(
                      new Failure.Unreachable(
                          Failure.Unreachable.Kind.CONNECT_TIMEOUT, "no answer")));
      default -> time.world(connectNanos, this::sendHead);
    }
  }

  private void sendHead() {
    if (deaf()) {
      return;
    }
    headSent = true;
    readable();
    next();
  }

  private void next() {
    if (played < script.pieces.size()) {
      time.world(script.pieces.get(played).gapNanos(), this::play);
      return;
    }
    switch (script.end) {
      case CLEAN -> {
        over = true;
        readable();
      }
      case RESET -> breakOff(reset());
      case FIN ->
          breakOff(
              new Failure.Broken(
                  Failure.Broken.Kind.TRUNCATION, "the connection ended inside the body"));
      case SILENCE -> {}
      case COMMENTS -> comments();
    }
  }

  private void play() {
    if (deaf() || over) {
      return;
    }
    inbox.add(script.pieces.get(played).bytes());
    played++;
    readable();
    next();
  }

  private void comments() {
    time.world(
        COMMENTS_NANOS,
        () -> {
          if (!closed && !over) {
            inbox.add(script.comment());
            readable();
            comments();
          }
        });
  }

  /** The upstream cuts all that streams; false if this is not one. */
  boolean cut() {
    if (!headSent || over || closed) {
      return false;
    }
    breakOff(reset());
    return true;
  }

  private static Failure reset() {
    return new Failure.Broken(Failure.Broken.Kind.RESET, "the connection was reset");
  }

  private void breakOff(Failure how) {
    if (over) {
      return;
    }
    over = true;
    broken = how;
    readable();
  }

  /** Whether nobody will ever hear more of it. */
  private boolean deaf() {
    return closed && !fate.lingers();
  }

  /** How many deltas it has sent by now, at most. */
  boolean hasSpoken() {
    return played > 1;
  }

  boolean headSent() {
    return headSent;
  }

  // ---- our end

  private void readable() {
    if (!readScheduled) {
      readScheduled = true;
      time.after(0, this::read);
    }
  }

  private void read() {
    readScheduled = false;
    if (readingPaused || told || deaf()) {
      return;
    }
    if (headSent && !headRead) {
      headRead = true;
      ear.head(script.status, script);
    }
    if (!inbox.isEmpty()) {
      ear.bytes(taken());
    }
    if (readingPaused || !inbox.isEmpty()) {
      return;
    }
    if (over && !told) {
      told = true;
      if (broken == null) {
        ear.ended();
      } else {
        ear.failed(broken);
      }
    }
  }

  private byte[] taken() {
    if (inbox.size() == 1) {
      return inbox.remove();
    }
    int length = inbox.stream().mapToInt(b -> b.length).sum();
    var all = new byte[length];
    int at = 0;
    for (var bytes = inbox.poll(); bytes != null; bytes = inbox.poll()) {
      System.arraycopy(bytes, 0, all, at, bytes.length);
      at += bytes.length;
    }
    return all;
  }

  void pause() {
    readingPaused = true;
  }

  void resume() {
    readingPaused = false;
    readable();
  }

  void close() {
    closed = true;
    closedNanos = time.nanos();
    readingPaused = false;
    if (fate.lingers()) {
      readable();
    }
  }

  /** When we closed it; 0 if we did not. */
  long closedNanos() {
    return closedNanos;
  }

  /** Whether nothing more of it is ours. */
  boolean done() {
    return closed || told;
  }

  /** Whether nothing more will come of it. */
  boolean over() {
    return over || deaf();
  }
}

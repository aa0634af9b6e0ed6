package dev.holdfast.simulator.world;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A reader's connection: our process writes at one end, the reader takes at the other, as much and
 * as often as it pleases. What was written waits in between.
 */
final class Connection {
  /** Hears what our end is told. */
  interface Ours {
    void drained();

    void left();
  }

  /** Hears what comes out at the reader's end. */
  interface Theirs {
    void head();

    void bytes(byte[] bytes, int from, int to);

    void body(int status, byte[] body);

    void ended(boolean cleanly);
  }

  /** What happens to a connection besides its bytes. */
  private enum Mark {
    HEAD,
    CLEAN_END,
    CUT
  }

  private record Body(int status, byte[] bytes) {}

  private final ReaderSpec spec;
  private final VirtualTime time;
  private final Theirs theirs;
  private @Nullable Ours ours;
  private final ArrayDeque<Object> pipe = new ArrayDeque<>();
  private long servedNanos;
  private int taken;
  private int buffered;
  private boolean full;
  private boolean scheduled;
  private boolean deaf;
  private boolean gone;

  Connection(ReaderSpec spec, VirtualTime time, Theirs theirs) {
    this.spec = spec;
    this.time = time;
    this.theirs = theirs;
  }

  void served(Ours by) {
    ours = by;
    servedNanos = time.nanos();
    if (gone) {
      time.after(0, by::left);
    }
  }

  /** Since when we serve it. */
  long servedNanos() {
    return servedNanos;
  }

  // ---- our end

  void head() {
    put(Mark.HEAD);
  }

  /** How many bytes it takes before it is full. */
  int room() {
    return Math.max(1, spec.bufferBytes() - buffered);
  }

  /** Writes; false if it takes no more until {@link Ours#drained}. */
  boolean write(byte[] bytes) {
    buffered += bytes.length;
    put(bytes);
    full = buffered >= spec.bufferBytes();
    return !full;
  }

  void body(int status, byte[] bytes) {
    put(new Body(status, bytes));
  }

  void endCleanly() {
    put(Mark.CLEAN_END);
  }

  void cut() {
    put(Mark.CUT);
  }

  private void put(Object what) {
    if (!gone) {
      pipe.add(what);
      schedule();
    }
  }

  // ---- the reader's end

  private void schedule() {
    if (!scheduled && !gone && !deaf && !pipe.isEmpty()) {
      scheduled = true;
      time.world(spec.everyNanos(), this::take);
    }
  }

  private void take() {
    scheduled = false;
    int left = spec.bytesMax();
    while (left > 0 && !gone && !deaf && !pipe.isEmpty()) {
      var what = pipe.peek();
      if (what instanceof byte[] bytes) {
        int end = Math.min(bytes.length, taken + left);
        left -= end - taken;
        buffered -= end - taken;
        int from = taken;
        taken = end;
        if (end == bytes.length) {
          pipe.remove();
          taken = 0;
        }
        theirs.bytes(bytes, from, end);
      } else {
        pipe.remove();
        mark(what);
      }
    }
    if (full && buffered <= spec.bufferBytes() / 2 && !gone) {
      full = false;
      time.after(
          0,
          () -> {
            if (!gone && ours != null) {
              ours.drained();
            }
          });
    }
    schedule();
  }

  private void mark(Object what) {
    if (what == Mark.HEAD) {
      theirs.head();
    } else if (what instanceof Body body) {
      gone = true;
      theirs.body(body.status, body.bytes);
    } else {
      gone = true;
      theirs.ended(what == Mark.CLEAN_END);
    }
  }

  /** The reader takes nothing more, and doesn't say so. */
  void goDeaf() {
    deaf = true;
  }

  /** The reader closes. */
  void leave() {
    if (gone) {
      return;
    }
    gone = true;
    pipe.clear();
    time.after(
        0,
        () -> {
          if (ours != null) {
            ours.left();
          }
        });
  }
}

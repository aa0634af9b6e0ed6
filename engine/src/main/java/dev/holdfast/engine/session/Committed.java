package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Signals;
import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.engine.sse.SseBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What of the answer is committed: numbered, given to the store, and therefore possibly seen. Holds
 * back what need not be committed yet, so that a break costs as little as it can.
 */
final class Committed {
  /** The furthest kind of event that is committed; it decides what may follow a break. */
  enum Seen {
    NOTHING,
    PREAMBLE,
    REASONING,
    TEXT,
    REFUSAL,
    MEDIA,
    TOOL;

    /** Whether anything generated is committed. */
    boolean content() {
      return this.ordinal() >= REASONING.ordinal();
    }
  }

  /**
   * More than this is not held: the reader gets it, at the cost of a rewritten retry, or of an
   * error if a tool call breaks.
   */
  private static final int HELD_BYTES_MAX = 64 << 10;

  private final List<byte[]> held = new ArrayList<>();
  private int heldBytes;
  private int heldSignals;
  private boolean toolHeld;
  private long last;
  private long appended;
  private Seen seen = Seen.NOTHING;
  private boolean terminated;

  /** All that the store holds of a session that is taken up again. */
  void restore(long newLast, int signals) {
    last = newLast;
    appended = newLast;
    spliced(signals);
    if (seen == Seen.NOTHING && last > 0) {
      seen = Seen.PREAMBLE;
    }
  }

  long last() {
    return last;
  }

  long appended() {
    return appended;
  }

  Seen seen() {
    return seen;
  }

  /** Whether the store holds all that it was given. */
  boolean settled() {
    return appended == last;
  }

  /** Takes an event of the attempt that began the answer, or of one that goes on without a seam. */
  void add(SseBlock block, int signals, EventBatch batch) {
    if (holdsTool(signals)) {
      hold(block.bytes(), block.start(), block.end(), signals);
      afterToolEvent(signals, batch);
      return;
    }
    boolean empty = !Signals.any(signals, Signals.PROGRESS | Signals.FINISHED | Signals.DONE);
    boolean waits = empty && Signals.any(heldSignals, Signals.HALF);
    if ((seen == Seen.NOTHING && empty) || waits || Signals.any(signals, Signals.HALF)) {
      hold(block.bytes(), block.start(), block.end(), signals);
      if (heldBytes > HELD_BYTES_MAX) {
        release(batch);
      }
      return;
    }
    if (!held.isEmpty()) {
      release(batch);
    }
    batch.add(block.bytes(), block.start(), block.end());
    spliced(signals);
  }

  /**
   * Whether an event waits with a tool call. From the first part of a call on, everything of the
   * attempt is held in order, so that a call that breaks was never seen; it goes out with the
   * finish, as one write.
   */
  boolean holdsTool(int signals) {
    return seen != Seen.TOOL && (toolHeld || Signals.any(signals, Signals.TOOL));
  }

  /** Whether a tool call is being held. */
  boolean toolHeld() {
    return toolHeld;
  }

  /** Takes rewritten events that wait with a tool call. */
  void holdTool(EventBatch events, int signals, EventBatch batch) {
    for (int i = 0; i < events.count(); i++) {
      hold(events.array(i), events.start(i), events.end(i), 0);
    }
    heldSignals |= signals;
    afterToolEvent(signals, batch);
  }

  private void afterToolEvent(int signals, EventBatch batch) {
    toolHeld = true;
    if (Signals.any(signals, Signals.FINISHED | Signals.DONE) || heldBytes > HELD_BYTES_MAX) {
      release(batch);
    }
  }

  /** A tool call was held long enough: a reader that hears nothing gives up. */
  void releaseTool(EventBatch batch) {
    if (toolHeld) {
      release(batch);
    }
  }

  /** Notes what a splice has added by itself. */
  void spliced(int signals) {
    if (Signals.any(signals, Signals.DONE)) {
      terminated = true;
    }
    var now = furthest(signals);
    if (now.ordinal() > seen.ordinal()) {
      seen = now;
    }
  }

  private static Seen furthest(int signals) {
    if (Signals.any(signals, Signals.TOOL)) {
      return Seen.TOOL;
    }
    if (Signals.any(signals, Signals.MEDIA)) {
      return Seen.MEDIA;
    }
    if (Signals.any(signals, Signals.REFUSAL)) {
      return Seen.REFUSAL;
    }
    if (Signals.any(signals, Signals.TEXT)) {
      return Seen.TEXT;
    }
    return Signals.any(signals, Signals.REASONING) ? Seen.REASONING : Seen.NOTHING;
  }

  private void hold(byte[] array, int start, int end, int signals) {
    held.add(Arrays.copyOfRange(array, start, end));
    heldBytes += end - start;
    heldSignals |= signals;
  }

  private void release(EventBatch batch) {
    for (var event : held) {
      batch.add(event, 0, event.length);
    }
    spliced(heldSignals);
    if (seen == Seen.NOTHING) {
      seen = Seen.PREAMBLE;
    }
    dropHeld();
  }

  /**
   * The preamble goes out though nothing was generated; a delta that waits for its other half
   * stays.
   */
  void releasePreamble(EventBatch batch) {
    if (seen == Seen.NOTHING
        && !held.isEmpty()
        && !toolHeld
        && !Signals.any(heldSignals, Signals.HALF)) {
      release(batch);
    }
  }

  /** How many events are held. */
  int held() {
    return held.size();
  }

  /** Forgets what is held: its attempt is over. */
  void dropHeld() {
    held.clear();
    heldBytes = 0;
    heldSignals = 0;
    toolHeld = false;
  }

  /** Adds the terminator unless it was there. */
  void terminate(byte[] terminator, EventBatch batch) {
    if (!held.isEmpty()) {
      release(batch);
    }
    if (!terminated) {
      terminated = true;
      batch.add(terminator, 0, terminator.length);
    }
  }

  /** The terminator was added by somebody else. */
  void terminated() {
    terminated = true;
  }

  /** Whether nothing may follow. */
  boolean isTerminated() {
    return terminated;
  }

  /** The batch goes to the store. */
  void numbered(EventBatch batch) {
    last = batch.last();
  }

  /**
   * The store holds all up to this number.
   *
   * @param unacknowledged bytes it owed before
   * @return bytes that it owes now, in proportion to the events
   */
  long appended(long upTo, long unacknowledged) {
    if (upTo < appended || upTo > last) {
      throw new IllegalArgumentException(
          "expected an append between " + appended + " and " + last + ", got " + upTo);
    }
    long owed = last - appended;
    long left = owed == 0 ? 0 : unacknowledged * (last - upTo) / owed;
    appended = upTo;
    return left;
  }

  /** The store failed: what it does not hold was never committed. */
  void forgetUnappended() {
    last = appended;
    dropHeld();
  }
}

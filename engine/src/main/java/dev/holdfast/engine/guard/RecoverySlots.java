package dev.holdfast.engine.guard;

import java.util.PriorityQueue;

/**
 * How many broken streams of an upstream are taken up again at once.
 *
 * <p>A provider's restart cuts a thousand streams in one instant, and all of them must come out
 * whole without a thousand calls in the next. So a few go first; a slot is free again at the first
 * progress, which shows that the upstream takes continuations, not at the end of the answer. The
 * number doubles when as many in a row made progress, and falls back on a failure, whose slot stays
 * taken for that failure's wait. When nothing is left to recover the number falls back too: what an
 * upstream took yesterday says nothing about its next restart.
 *
 * <p>Not safe for threads; time is an argument and never goes back.
 */
final class RecoverySlots {
  private final GuardSettings.Recovery settings;

  /** When slots of failed continuations become free. */
  private final PriorityQueue<Long> cooling = new PriorityQueue<>();

  private int slots;
  private int inFlight;
  private int inRow;

  RecoverySlots(GuardSettings.Recovery settings) {
    this.settings = settings;
    slots = settings.slots();
  }

  boolean available(long nowNanos) {
    return taken(nowNanos) < slots;
  }

  /** Takes a slot; {@link #available} must have said so. */
  void take(long nowNanos) {
    if (!available(nowNanos)) {
      throw new IllegalStateException("expected a free slot of " + slots + ", there is none");
    }
    inFlight++;
  }

  /** The continuation made its first progress. */
  void progressed() {
    inFlight--;
    inRow++;
    if (inRow >= slots) {
      slots = (int) Math.min(2L * slots, settings.slotsMax());
      inRow = 0;
    }
  }

  /** It ended without progress by the upstream's fault. */
  void failed(long waitNanos, long nowNanos) {
    inFlight--;
    slots = settings.slots();
    inRow = 0;
    if (waitNanos > 0) {
      cooling.add(nowNanos + waitNanos);
    }
  }

  /** It ended without progress and without saying anything about the upstream. */
  void released() {
    inFlight--;
  }

  /** Nobody waits. If nothing is taken either, the episode is over. */
  void nobodyWaits(long nowNanos) {
    if (taken(nowNanos) == 0) {
      slots = settings.slots();
      inRow = 0;
    }
  }

  /** When a slot becomes free by time; {@link Long#MAX_VALUE} if none will. */
  long wakeAtNanos() {
    return cooling.isEmpty() ? Long.MAX_VALUE : cooling.peek();
  }

  int slots() {
    return slots;
  }

  int taken(long nowNanos) {
    while (!cooling.isEmpty() && cooling.peek() <= nowNanos) {
      cooling.remove();
    }
    return inFlight + cooling.size();
  }
}

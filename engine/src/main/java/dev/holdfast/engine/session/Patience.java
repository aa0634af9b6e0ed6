package dev.holdfast.engine.session;

/**
 * How long a sign of somebody else is waited for. It is looked at twice, shortly before it runs out
 * and when it has: a process that was stopped hears of a deadline ahead of what was readable all
 * the while, and by the second look that has been heard. Not thread-safe.
 */
public final class Patience {
  static final long NEVER = Long.MAX_VALUE;

  private static final long LOOK_AGAIN_NANOS = Clocks.LATE.toNanos();

  private long spanNanos;
  private long lookAgainNanos;
  private long lookNanos = NEVER;
  private boolean doubted;

  /** Begins to wait, anew if it waits already. */
  public void begin(long nowNanos, long newSpanNanos) {
    spanNanos = newSpanNanos;
    lookAgainNanos = Math.min(LOOK_AGAIN_NANOS, spanNanos / 2);
    lookNanos = nowNanos + spanNanos - lookAgainNanos;
    doubted = false;
  }

  /** Begins anew with the span that it had, if it waits. */
  public void restart(long nowNanos) {
    if (waits()) {
      begin(nowNanos, spanNanos);
    }
  }

  /** Waits no longer. */
  public void end() {
    lookNanos = NEVER;
  }

  /** Whether it waits. */
  public boolean waits() {
    return lookNanos != NEVER;
  }

  /** When to look; the largest number there is for never. */
  public long lookNanos() {
    return lookNanos;
  }

  /** How long it waits in all. */
  long spanNanos() {
    return spanNanos;
  }

  /** Looks; true if it has run out, which is never so at the first look. */
  public boolean hasRunOut(long nowNanos) {
    if (nowNanos < lookNanos) {
      return false;
    }
    if (!doubted) {
      doubted = true;
      lookNanos = nowNanos + lookAgainNanos;
      return false;
    }
    return true;
  }
}

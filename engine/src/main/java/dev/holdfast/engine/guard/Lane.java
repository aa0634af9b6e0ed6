package dev.holdfast.engine.guard;

/** What is kept for one target: its breaker, the retries that wait for it, and its last break. */
final class Lane {
  private static final long SECOND_NANOS = 1_000_000_000L;

  final String target;
  final CircuitBreaker breaker;
  final WaitingLine<Waiter> retries = new WaitingLine<>();

  /** Leases and waiters that point here. */
  int uses;

  private boolean brokeBefore;
  private long brokeAtNanos;

  Lane(String target, GuardSettings.Breaker settings) {
    this.target = target;
    breaker = new CircuitBreaker(settings);
  }

  /** A stream broke here; returns whether another had in the second before. */
  boolean broke(long nowNanos) {
    var another = brokeLately(nowNanos);
    brokeBefore = true;
    brokeAtNanos = nowNanos;
    return another;
  }

  /** Whether it may be forgotten. */
  boolean idle(long nowNanos) {
    return uses == 0 && !brokeLately(nowNanos) && breaker.resting(nowNanos);
  }

  private boolean brokeLately(long nowNanos) {
    return brokeBefore && nowNanos - brokeAtNanos <= SECOND_NANOS;
  }
}

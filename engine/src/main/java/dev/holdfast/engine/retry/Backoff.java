package dev.holdfast.engine.retry;

import dev.holdfast.engine.retry.RetryPolicy.Jitter;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt, when the upstream did not say.
 *
 * <p>Exponential, so that a sick upstream sees fewer and fewer of us; with full jitter, so that
 * sessions which failed together do not come back together. The random generator is the session's
 * own, seeded, hence a history replays.
 */
public final class Backoff {
  private Backoff() {}

  /**
   * The wait after the n-th failure in a row.
   *
   * @param failuresInRow 1 after the first
   * @throws IllegalArgumentException if that is less than 1
   */
  public static Duration after(int failuresInRow, RetryPolicy policy, RandomGenerator random) {
    if (failuresInRow < 1) {
      throw new IllegalArgumentException("expected at least one failure, got " + failuresInRow);
    }
    var wait = exponential(failuresInRow, policy.base().toNanos(), policy.cap().toNanos());
    return Duration.ofNanos(policy.jitter() == Jitter.NONE ? wait : upTo(wait, random));
  }

  /**
   * The wait before a continuation at a target that broke other streams in the second before:
   * uniform, so that those which were cut by one restart come back apart.
   */
  public static Duration spread(RetryPolicy policy, RandomGenerator random) {
    return Duration.ofNanos(upTo(policy.spread().toNanos(), random));
  }

  /** A uniform wait between two ends, both included. */
  public static Duration between(Duration least, Duration most, RandomGenerator random) {
    return least.plusNanos(upTo(most.minus(least).toNanos(), random));
  }

  /** Base doubled n - 1 times, but never above the cap and never overflowing. */
  private static long exponential(int failuresInRow, long baseNanos, long capNanos) {
    var wait = baseNanos;
    for (var n = 1; n < failuresInRow && wait > 0 && wait < capNanos; n++) {
      wait = wait > capNanos / 2 ? capNanos : wait * 2;
    }
    return Math.min(wait, capNanos);
  }

  private static long upTo(long mostNanos, RandomGenerator random) {
    return mostNanos == 0 ? 0 : random.nextLong(mostNanos + 1);
  }
}

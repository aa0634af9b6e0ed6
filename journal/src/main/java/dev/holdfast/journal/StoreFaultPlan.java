package dev.holdfast.journal;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * How badly a store behaves: probabilities for each operation, from 0 to 1. Prints whole, so that a
 * run can show it.
 *
 * @param seed of every draw
 * @param late that a request, and by itself its reply, or a hint, is delayed; others come in the
 *     turn
 * @param lateMax the longest delay of one way; delays are spread evenly
 * @param failed that an operation never happens and says so
 * @param replyLost that an operation happens and says it failed
 * @param fenced that a write finds its claim taken over
 */
public record StoreFaultPlan(
    long seed, double late, Duration lateMax, double failed, double replyLost, double fenced) {

  /**
   * @throws IllegalArgumentException if a probability is outside 0 to 1, the three mishaps together
   *     are above 1, or the delay is not positive
   */
  public StoreFaultPlan {
    if (late < 0 || failed < 0 || replyLost < 0 || fenced < 0) {
      throw new IllegalArgumentException("expected probabilities from 0 on, got one below");
    }
    if (late > 1 || failed + replyLost + fenced > 1) {
      throw new IllegalArgumentException("expected probabilities up to 1, got more together");
    }
    if (!lateMax.isPositive()) {
      throw new IllegalArgumentException("expected a delay above 0, got " + lateMax);
    }
  }

  /** Replies come in the call, and nothing fails. */
  public static StoreFaultPlan sameTurn(long seed) {
    return new StoreFaultPlan(seed, 0, Duration.ofNanos(1), 0, 0, 0);
  }

  /** Every way is late, and nothing fails. */
  public static StoreFaultPlan late(long seed, Duration lateMax) {
    return new StoreFaultPlan(seed, 1, lateMax, 0, 0, 0);
  }

  /** The same delays with mishaps. */
  public StoreFaultPlan withMishaps(double newFailed, double newReplyLost, double newFenced) {
    return new StoreFaultPlan(seed, late, lateMax, newFailed, newReplyLost, newFenced);
  }

  StoreFaults.Fate draw(StoreFaults.Operation operation, SplittableRandom random) {
    long requestNanos = delay(random);
    long replyNanos = delay(random);
    double luck = random.nextDouble();
    return new StoreFaults.Fate(requestNanos, replyNanos, mishap(operation, luck));
  }

  private long delay(SplittableRandom random) {
    return random.nextDouble() < late ? 1 + random.nextLong(lateMax.toNanos()) : 0;
  }

  private StoreFaults.Mishap mishap(StoreFaults.Operation operation, double luck) {
    if (luck < failed) {
      return StoreFaults.Mishap.FAILED;
    }
    if (luck < failed + replyLost) {
      return StoreFaults.Mishap.REPLY_LOST;
    }
    if (luck < failed + replyLost + fenced && operation.underClaim()) {
      return StoreFaults.Mishap.FENCED;
    }
    return StoreFaults.Mishap.NONE;
  }
}

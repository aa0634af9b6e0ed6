package dev.holdfast.engine.retry;

import java.time.Duration;

/**
 * How often, and after what waits, a session tries again. The bounds shared between sessions stand
 * in the guards.
 *
 * @param attemptsWithoutProgressMax attempts in a row that generated nothing; default 5
 * @param attemptsMax attempts in all; default 20
 * @param base the first wait; default 1 s
 * @param cap no wait of ours is longer; default 10 s
 * @param jitter how a wait is drawn; default {@link Jitter#FULL}
 * @param waitBeforeContentMax the longest hint that is waited out while nothing is committed;
 *     default 60 s
 * @param waitAfterContentMax the longest hint that is waited out after that; default 120 s
 * @param unhintedRateLimit the wait after a 429 without a hint at a single target; default 60 s
 * @param spread the upper end of the uniform wait before a continuation at a target that broke
 *     other streams in the second before; default 3 s
 * @param resetWaitMin the least wait before a continuation after the connection was lost under an
 *     answer; default none
 * @param resetWaitMax the most; the wait is uniform between the two
 * @param inputTokensFloor input spend that is always allowed; default 20,000 tokens
 * @param inputSpendFactor bound on input spend, as a multiple of the first input and what is
 *     committed; default 4
 */
public record RetryPolicy(
    int attemptsWithoutProgressMax,
    int attemptsMax,
    Duration base,
    Duration cap,
    Jitter jitter,
    Duration waitBeforeContentMax,
    Duration waitAfterContentMax,
    Duration unhintedRateLimit,
    Duration spread,
    Duration resetWaitMin,
    Duration resetWaitMax,
    long inputTokensFloor,
    int inputSpendFactor) {

  /** The values of the parameters' documentation. */
  public static final RetryPolicy DEFAULTS =
      new RetryPolicy(
          5,
          20,
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Jitter.FULL,
          Duration.ofSeconds(60),
          Duration.ofSeconds(120),
          Duration.ofSeconds(60),
          Duration.ofSeconds(3),
          Duration.ZERO,
          Duration.ZERO,
          20_000,
          4);

  /** How the wait after the n-th failure in a row is drawn. */
  public enum Jitter {
    /** Uniform from zero to the exponential wait. */
    FULL,
    /** The exponential wait itself. */
    NONE
  }

  public RetryPolicy {
    if (attemptsWithoutProgressMax < 1 || attemptsMax < attemptsWithoutProgressMax) {
      throw new IllegalArgumentException(
          "expected 1 <= attempts without progress <= attempts in all, got "
              + attemptsWithoutProgressMax
              + " and "
              + attemptsMax);
    }
    if (base.isNegative() || cap.compareTo(base) < 0) {
      throw new IllegalArgumentException("expected 0 <= base <= cap, got " + base + ", " + cap);
    }
    if (resetWaitMin.isNegative() || resetWaitMax.compareTo(resetWaitMin) < 0) {
      throw new IllegalArgumentException(
          "expected 0 <= least <= most wait after a reset, got "
              + resetWaitMin
              + ", "
              + resetWaitMax);
    }
  }

  /** A policy that goes on at once after a lost connection. */
  public RetryPolicy(
      int attemptsWithoutProgressMax,
      int attemptsMax,
      Duration base,
      Duration cap,
      Jitter jitter,
      Duration waitBeforeContentMax,
      Duration waitAfterContentMax,
      Duration unhintedRateLimit,
      Duration spread,
      long inputTokensFloor,
      int inputSpendFactor) {
    this(
        attemptsWithoutProgressMax,
        attemptsMax,
        base,
        cap,
        jitter,
        waitBeforeContentMax,
        waitAfterContentMax,
        unhintedRateLimit,
        spread,
        Duration.ZERO,
        Duration.ZERO,
        inputTokensFloor,
        inputSpendFactor);
  }

  public RetryPolicy withAttempts(int withoutProgressMax, int inAllMax) {
    return new RetryPolicy(
        withoutProgressMax,
        inAllMax,
        base,
        cap,
        jitter,
        waitBeforeContentMax,
        waitAfterContentMax,
        unhintedRateLimit,
        spread,
        resetWaitMin,
        resetWaitMax,
        inputTokensFloor,
        inputSpendFactor);
  }

  public RetryPolicy withBackoff(Duration newBase, Duration newCap, Jitter newJitter) {
    return new RetryPolicy(
        attemptsWithoutProgressMax,
        attemptsMax,
        newBase,
        newCap,
        newJitter,
        waitBeforeContentMax,
        waitAfterContentMax,
        unhintedRateLimit,
        spread,
        resetWaitMin,
        resetWaitMax,
        inputTokensFloor,
        inputSpendFactor);
  }

  /** The same with another wait after a connection was lost under an answer. */
  public RetryPolicy withResetWait(Duration least, Duration most) {
    return new RetryPolicy(
        attemptsWithoutProgressMax,
        attemptsMax,
        base,
        cap,
        jitter,
        waitBeforeContentMax,
        waitAfterContentMax,
        unhintedRateLimit,
        spread,
        least,
        most,
        inputTokensFloor,
        inputSpendFactor);
  }
}

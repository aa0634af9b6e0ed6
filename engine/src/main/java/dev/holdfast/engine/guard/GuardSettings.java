package dev.holdfast.engine.guard;

import java.time.Duration;

/**
 * The numbers of an upstream's guards.
 *
 * @param breaker of each target
 * @param budget of retries before content
 * @param recovery of continuations after content
 * @param waitingMax the most sessions that wait for a first call or a retry; default 2,000. Each
 *     costs some 300 bytes and the patience of a caller; continuations don't count, since their
 *     callers already hold half an answer
 * @param concurrencyMax the most calls in flight at once; {@link #UNLIMITED} by default
 */
public record GuardSettings(
    Breaker breaker, Budget budget, Recovery recovery, int waitingMax, int concurrencyMax) {

  /** Concurrency that is never reached. */
  public static final int UNLIMITED = Integer.MAX_VALUE;

  /** The values of the parameters' documentation. */
  public static final GuardSettings DEFAULTS =
      new GuardSettings(Breaker.DEFAULTS, Budget.DEFAULTS, Recovery.DEFAULTS, 2_000, UNLIMITED);

  public GuardSettings {
    Rule.require(waitingMax >= 0, "waiting >= 0", waitingMax);
    Rule.require(concurrencyMax >= 1, "concurrency >= 1", concurrencyMax);
  }

  public GuardSettings withBreaker(Breaker newBreaker) {
    return new GuardSettings(newBreaker, budget, recovery, waitingMax, concurrencyMax);
  }

  public GuardSettings withBudget(Budget newBudget) {
    return new GuardSettings(breaker, newBudget, recovery, waitingMax, concurrencyMax);
  }

  public GuardSettings withRecovery(Recovery newRecovery) {
    return new GuardSettings(breaker, budget, newRecovery, waitingMax, concurrencyMax);
  }

  public GuardSettings withWaitingMax(int newWaitingMax) {
    return new GuardSettings(breaker, budget, recovery, newWaitingMax, concurrencyMax);
  }

  public GuardSettings withConcurrencyMax(int newConcurrencyMax) {
    return new GuardSettings(breaker, budget, recovery, waitingMax, newConcurrencyMax);
  }

  /**
   * When a target is left alone.
   *
   * @param on whether there is a breaker at all; default true
   * @param failuresInRow of different sessions, that open it; default 5
   * @param failureRate of the results in the window, that opens it; default 0.5
   * @param resultsMin the least results on which the rate is judged; default 20
   * @param window over which the rate is counted; default 30 s
   * @param open how long it stays open if the upstream gave no hint; default 30 s
   * @param openMax the longest it stays open, whatever the hint; default 5 min
   * @param successes trials that close it; default 3
   * @param successAfter progress for so long is a success before the answer is complete; default 10
   *     s
   */
  public record Breaker(
      boolean on,
      int failuresInRow,
      double failureRate,
      int resultsMin,
      Duration window,
      Duration open,
      Duration openMax,
      int successes,
      Duration successAfter) {

    /** The values of the parameters' documentation. */
    public static final Breaker DEFAULTS =
        new Breaker(
            true,
            5,
            0.5,
            20,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            3,
            Duration.ofSeconds(10));

    public Breaker {
      Rule.require(failuresInRow >= 1, "failures in a row >= 1", failuresInRow);
      Rule.require(failureRate > 0 && failureRate <= 1, "0 < failure rate <= 1", failureRate);
      Rule.require(resultsMin >= 1, "results >= 1", resultsMin);
      Rule.require(window.toMillis() >= 100, "window >= 100 ms", window);
      Rule.require(open.isPositive() && openMax.compareTo(open) >= 0, "0 < open <= open max", open);
      Rule.require(successes >= 1, "successes >= 1", successes);
      Rule.require(!successAfter.isNegative(), "success after >= 0", successAfter);
    }

    public Breaker withOn(boolean newOn) {
      return new Breaker(
          newOn,
          failuresInRow,
          failureRate,
          resultsMin,
          window,
          open,
          openMax,
          successes,
          successAfter);
    }

    /** The same with other counts and another time; the longest time grows with it if it must. */
    public Breaker withRow(int newFailuresInRow, Duration newOpen, int newSuccesses) {
      return new Breaker(
          on,
          newFailuresInRow,
          failureRate,
          resultsMin,
          window,
          newOpen,
          newOpen.compareTo(openMax) > 0 ? newOpen : openMax,
          newSuccesses,
          successAfter);
    }

    public Breaker withRate(double newFailureRate, int newResultsMin, Duration newWindow) {
      return new Breaker(
          on,
          failuresInRow,
          newFailureRate,
          newResultsMin,
          newWindow,
          open,
          openMax,
          successes,
          successAfter);
    }
  }

  /**
   * How many retries before content an upstream gets.
   *
   * @param extra retries as a share of the first calls in the window; default 0.2
   * @param floorPerSecond retries that are always allowed, whatever the traffic; default 3
   * @param window over which both are counted; default 10 s
   */
  public record Budget(double extra, double floorPerSecond, Duration window) {
    /** The values of the parameters' documentation. */
    public static final Budget DEFAULTS = new Budget(0.2, 3, Duration.ofSeconds(10));

    public Budget {
      Rule.require(extra >= 0, "extra >= 0", extra);
      Rule.require(floorPerSecond >= 0, "floor >= 0", floorPerSecond);
      Rule.require(window.toMillis() >= 100, "window >= 100 ms", window);
    }
  }

  /**
   * How many broken streams are taken up again at once.
   *
   * @param slots at first, and again after a failure; default 8
   * @param slotsMax where doubling ends; default 1,024, about what one restart of a provider cuts
   * @param massBreakStreams breaks within a second that are a mass break; default 8
   */
  public record Recovery(int slots, int slotsMax, int massBreakStreams) {
    /** The values of the parameters' documentation. */
    public static final Recovery DEFAULTS = new Recovery(8, 1_024, 8);

    public Recovery {
      Rule.require(slots >= 1 && slotsMax >= slots, "1 <= slots <= slots max", slots);
      Rule.require(massBreakStreams >= 2, "streams of a mass break >= 2", massBreakStreams);
    }
  }
}

package dev.holdfast.relay.config;

import java.time.Duration;

/**
 * When a target that keeps failing is left alone.
 *
 * @param enabled default true; without it only the budget and the slots bound the calls
 * @param failuresInRow opens it; default 5
 * @param ratePercent of failed results in the window opens it too; default 50
 * @param resultsMin results in the window below which the rate says nothing; default 20
 * @param window over which the rate is taken; default 30 s
 * @param open how long it stays open without a hint; default 30 s
 * @param openMax the longest hint it obeys; default 5 min
 * @param successesToClose trials in a row that close it; default 3
 */
public record BreakerSettings(
    boolean enabled,
    int failuresInRow,
    int ratePercent,
    int resultsMin,
    Duration window,
    Duration open,
    Duration openMax,
    int successesToClose) {

  public static final BreakerSettings DEFAULTS =
      new BreakerSettings(
          true,
          5,
          50,
          20,
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          3);

  /** The seed's: five failures in a row, a minute, and the first success closes it. */
  public static final BreakerSettings SEED =
      new BreakerSettings(
          true,
          5,
          50,
          20,
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofMinutes(5),
          1);

  public static final BreakerSettings OFF =
      new BreakerSettings(
          false,
          5,
          50,
          20,
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          3);

  public BreakerSettings {
    if (failuresInRow < 1 || resultsMin < 1 || successesToClose < 1) {
      throw new IllegalArgumentException(
          "expected counts from 1, got "
              + failuresInRow
              + ", "
              + resultsMin
              + ", "
              + successesToClose);
    }
    if (ratePercent < 1 || ratePercent > 100) {
      throw new IllegalArgumentException("expected a rate from 1 to 100 %, got " + ratePercent);
    }
    if (!window.isPositive() || !open.isPositive() || openMax.compareTo(open) < 0) {
      throw new IllegalArgumentException(
          "expected 0 < window and 0 < open <= open-max, got "
              + window
              + ", "
              + open
              + ", "
              + openMax);
    }
  }
}

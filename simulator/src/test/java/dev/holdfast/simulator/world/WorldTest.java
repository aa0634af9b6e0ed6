package dev.holdfast.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A short campaign; the long one is a command. */
final class WorldTest {
  private static final int RUNS = 500;

  @Test
  void run_fixedSeeds_showsNothingThatShouldNeverBe() {
    var result = Campaign.run(1, RUNS, 2, runs -> {});

    assertThat(result.failure()).isEmpty();
    assertThat(result.stepsLeast()).isGreaterThanOrEqualTo(Plan.STEPS_MIN);
    assertThat(result.faultsLeast()).isGreaterThanOrEqualTo(Plan.FAULTS_MIN);
    assertThat(result.seams()).isPositive();
  }

  @Test
  void run_freshSeeds_showsNothingThatShouldNeverBe() {
    long seed = new SplittableRandom().nextLong(Long.MAX_VALUE / 2);
    System.out.println("world: fresh seeds from " + seed);

    var result = Campaign.run(seed, RUNS, 2, runs -> {});

    assertThat(result.failure()).as("runs from seed " + seed).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void run_thatDies_isThatSeedsFailure(int threads) {
    LongFunction<Report> mortal =
        seed -> {
          if (seed == 7) {
            throw new StackOverflowError("planted");
          }
          return report(seed);
        };

    var result = Campaign.run(1, RUNS, threads, runs -> {}, mortal);

    assertThat(result.failure().orElseThrow().seed()).isEqualTo(7);
    assertThat(result.failure().orElseThrow().violation())
        .contains("the run died")
        .contains("StackOverflowError: planted")
        .contains("WorldTest");
  }

  @Test
  void run_severalThatDie_tellsOfTheFirstSeed() {
    LongFunction<Report> deadly =
        seed -> {
          throw new IllegalStateException("no plan for " + seed);
        };

    var result = Campaign.run(3, RUNS, 1, runs -> {}, deadly);

    assertThat(result.failure().orElseThrow().seed()).isEqualTo(3);
    assertThat(result.runs()).isZero();
  }

  @Test
  void run_whoseProgressCannotBeTold_isAFailure() {
    var result =
        Campaign.run(
            1,
            2_000,
            2,
            runs -> {
              throw new AssertionError("nobody listens");
            },
            WorldTest::report);

    assertThat(result.failure()).isPresent();
  }

  @Test
  void judged_fewerRunsThanWanted_isAFailureThatSaysSo() {
    assertThat(Campaign.judged(Optional.empty(), 5, 100, 99).orElseThrow().violation())
        .isEqualTo("expected 100 runs from this seed on, came 99");
    assertThat(Campaign.judged(Optional.empty(), 5, 100, 100)).isEmpty();
    var found = new Campaign.Failure(6, "seen");
    assertThat(Campaign.judged(Optional.of(found), 5, 100, 2)).contains(found);
  }

  private static Report report(long seed) {
    return new Report(seed, 1, 1, 1, 1, 0, 0, Optional.empty(), List.of());
  }

  @Test
  void run_sameSeedTwice_isTheSameRun() {
    assertThat(Campaign.told(4)).isEqualTo(Campaign.told(4));
  }
}

package dev.holdfast.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

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

  @Test
  void run_sameSeedTwice_isTheSameRun() {
    assertThat(Campaign.told(4)).isEqualTo(Campaign.told(4));
  }
}

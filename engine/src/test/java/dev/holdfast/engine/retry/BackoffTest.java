package dev.holdfast.engine.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.engine.retry.RetryPolicy.Jitter;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final long SEED = 7;

  @Test
  void after_withoutJitter_doublesUpToTheCap() {
    var policy = Presets.SEED_SESSION.policy();

    var waits =
        IntStream.rangeClosed(1, 7).mapToObj(n -> Backoff.after(n, policy, random()).toSeconds());

    assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 10L, 10L, 10L);
  }

  @Test
  void after_manyFailures_neverOverflows() {
    var policy =
        RetryPolicy.DEFAULTS.withBackoff(
            Duration.ofSeconds(1), Duration.ofNanos(Long.MAX_VALUE), Jitter.NONE);

    assertThat(Backoff.after(10_000, policy, random())).isEqualTo(policy.cap());
  }

  @Test
  void after_fullJitter_fillsTheWholeRange() {
    var random = random();

    var waits =
        IntStream.range(0, 2_000)
            .mapToLong(i -> Backoff.after(3, RetryPolicy.DEFAULTS, random).toMillis())
            .summaryStatistics();

    assertThat(waits.getMin()).as("seed %d", SEED).isBetween(0L, 100L);
    assertThat(waits.getMax()).as("seed %d", SEED).isBetween(3_900L, 4_000L);
    assertThat(waits.getAverage()).as("seed %d", SEED).isBetween(1_900.0, 2_100.0);
  }

  @Test
  void between_bothEnds_areKept() {
    var random = random();
    var policy = Presets.SEED_SESSION.policy();

    for (var i = 0; i < 1_000; i++) {
      assertThat(Backoff.between(policy.resetWaitMin(), policy.resetWaitMax(), random))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
    }
  }

  @Test
  void after_noFailure_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Backoff.after(0, RetryPolicy.DEFAULTS, random()));
  }

  @Test
  void find_theSeedsNames_giveItsCountsAndTimes() {
    var basic = Presets.find("seed-basic").orElseThrow().policy();

    assertThat(basic.attemptsMax()).isEqualTo(4);
    assertThat(IntStream.rangeClosed(1, 3).mapToObj(n -> Backoff.after(n, basic, random())))
        .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
    assertThat(Presets.find("seed-session").orElseThrow().policy().attemptsMax()).isEqualTo(5);
    assertThat(Presets.find("no-such")).isEmpty();
  }

  private static SplittableRandom random() {
    return new SplittableRandom(SEED);
  }
}

package dev.holdfast.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlidingCountTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void sum_randomTimes_isTheCountOfTheWindowLessAtMostOneCell() {
    var seed = 11L;
    var random = new SplittableRandom(seed);
    var count = new SlidingCount(Duration.ofSeconds(10));
    var all = new ArrayList<Long>();
    var now = -5 * SECOND;
    for (var step = 0; step < 20_000; step++) {
      now += random.nextInt(20) == 0 ? random.nextLong(SECOND) : random.nextLong(SECOND / 100);
      if (random.nextBoolean()) {
        count.add(now);
        all.add(now);
      }
      var at = now;
      var least = all.stream().filter(t -> t > at - 9_900_000_000L).count();
      var most = all.stream().filter(t -> t > at - 10 * SECOND).count();
      assertThat((long) count.sum(now)).as("seed %d step %d", seed, step).isBetween(least, most);
      all.removeIf(t -> t < at - 11 * SECOND);
    }
  }
}

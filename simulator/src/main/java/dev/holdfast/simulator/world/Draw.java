package dev.holdfast.simulator.world;

import java.util.List;
import java.util.SplittableRandom;

/** Everything that is drawn in a run comes from here, and so from its seed. */
final class Draw {
  private static final long MILLI = 1_000_000L;

  private final SplittableRandom random;

  Draw(long seed) {
    this.random = new SplittableRandom(seed);
  }

  private Draw(SplittableRandom random) {
    this.random = random;
  }

  /** Another source, so that draws of one part don't move those of another. */
  Draw split() {
    return new Draw(random.split());
  }

  long bits() {
    return random.nextLong();
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** Both ends included. */
  int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  /** A time in nanoseconds, evenly. */
  long millis(long least, long most) {
    return least * MILLI + random.nextLong((most - least) * MILLI + 1);
  }

  /** A time in nanoseconds, short ones as often as long ones. */
  long spread(long leastMillis, long mostMillis) {
    double low = Math.log(leastMillis);
    double at = low + random.nextDouble() * (Math.log(mostMillis) - low);
    return (long) (Math.exp(at) * MILLI);
  }

  <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}

package dev.holdfast.simulator.model;

import java.util.List;

/**
 * Pseudo-random numbers from a seed (SplitMix64), the same on every JDK for ever.
 *
 * <p>Not thread-safe; made where it is used.
 */
public final class Dice {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private long state;

  private Dice(long state) {
    this.state = state;
  }

  /** Dice for a seed and whatever else the result shall depend on. */
  public static Dice of(long seed, Object... salts) {
    long state = mix(seed + GOLDEN);
    for (Object salt : salts) {
      String text = salt.toString();
      for (int i = 0; i < text.length(); i++) {
        state = mix(state * 31 + text.charAt(i));
      }
      state = mix(state + GOLDEN);
    }
    return new Dice(state);
  }

  /** The next 64 bits. */
  public long bits() {
    state += GOLDEN;
    return mix(state);
  }

  /** A number from 0 to {@code bound - 1}. */
  public int below(int bound) {
    return (int) Long.remainderUnsigned(bits(), bound);
  }

  /** A number from {@code least} to {@code most}, both included. */
  public int between(int least, int most) {
    return least + below(most - least + 1);
  }

  /** One of the list. */
  public <T> T pick(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  /** That many letters and digits. */
  public String letters(int count) {
    var text = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      text.append(Character.forDigit(below(36), 36));
    }
    return text.toString();
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

package dev.holdfast.engine.failure;

import java.time.Duration;

/**
 * How long an upstream asked us to wait.
 *
 * @param delay from the moment the hint was seen; never negative
 * @param source the header or member it came from, such as {@code retry-after}
 */
public record Hint(Duration delay, String source) {
  public Hint {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("expected a wait of zero or more, got " + delay);
    }
  }
}

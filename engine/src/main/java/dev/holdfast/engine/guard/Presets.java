package dev.holdfast.engine.guard;

import java.time.Duration;
import java.util.Optional;

/** Named settings of guards, as configuration writes them. */
public final class Presets {
  private Presets() {}

  /** The seed's breaker: 5 failures, 60 s open, the first success closes; all else as usual. */
  public static final GuardSettings SEED_BREAKER =
      GuardSettings.DEFAULTS.withBreaker(
          GuardSettings.Breaker.DEFAULTS.withRow(5, Duration.ofSeconds(60), 1));

  /** The settings of this name, if there are any. */
  public static Optional<GuardSettings> find(String name) {
    return switch (name) {
      case "standard" -> Optional.of(GuardSettings.DEFAULTS);
      case "seed-breaker" -> Optional.of(SEED_BREAKER);
      default -> Optional.empty();
    };
  }
}

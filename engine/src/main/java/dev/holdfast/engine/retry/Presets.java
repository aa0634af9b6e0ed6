package dev.holdfast.engine.retry;

import dev.holdfast.engine.retry.RetryPolicy.Jitter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Named policies, as configuration writes them. They keep all other bounds of the defaults. */
public final class Presets {
  private Presets() {}

  /**
   * A policy with a name.
   *
   * @param name as configuration writes it
   * @param policy counts and waits
   */
  public record Preset(String name, RetryPolicy policy) {}

  /** What holds where nothing is written: full jitter, and a spread from zero after a break. */
  public static final Preset STANDARD = new Preset("standard", RetryPolicy.DEFAULTS);

  /** The basic streaming client: 3 retries, 1 s doubled each time, without jitter. */
  public static final Preset SEED_BASIC =
      new Preset(
          "seed-basic",
          RetryPolicy.DEFAULTS
              .withAttempts(4, 4)
              .withBackoff(Duration.ofSeconds(1), Duration.ofSeconds(10), Jitter.NONE));

  /** Session recovery: 5 attempts, 1 s doubled up to 10 s, a uniform 1 to 3 s after a reset. */
  public static final Preset SEED_SESSION =
      new Preset(
          "seed-session",
          RetryPolicy.DEFAULTS
              .withAttempts(5, 5)
              .withBackoff(Duration.ofSeconds(1), Duration.ofSeconds(10), Jitter.NONE)
              .withResetWait(Duration.ofSeconds(1), Duration.ofSeconds(3)));

  private static final List<Preset> ALL = List.of(STANDARD, SEED_BASIC, SEED_SESSION);

  /** The preset of this name, if there is one. */
  public static Optional<Preset> find(String name) {
    return ALL.stream().filter(p -> p.name().equals(name)).findFirst();
  }
}

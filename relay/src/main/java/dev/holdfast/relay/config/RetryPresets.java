package dev.holdfast.relay.config;

import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.retry.RetryPolicy.Jitter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Retry policies with a name: the constants of the article the project began from, under the bounds
 * that hold for every policy.
 */
public final class RetryPresets {
  /** Three retries after the first attempt, plain doubling from a second. */
  public static final RetryPolicy SEED_BASIC = seed(4);

  /** Five attempts, plain doubling from a second, at most ten. */
  public static final RetryPolicy SEED_SESSION = seed(5);

  static final List<String> NAMES = List.of("seed-basic", "seed-session");

  static final Form<RetryPolicy> FORM =
      new Form<>("one of " + String.join(", ", NAMES), RetryPresets::find);

  private RetryPresets() {}

  public static Optional<RetryPolicy> find(String name) {
    return switch (name) {
      case "seed-basic" -> Optional.of(SEED_BASIC);
      case "seed-session" -> Optional.of(SEED_SESSION);
      default -> Optional.empty();
    };
  }

  private static RetryPolicy seed(int attempts) {
    return RetryPolicy.DEFAULTS
        .withAttempts(attempts, attempts)
        .withBackoff(Duration.ofSeconds(1), Duration.ofSeconds(10), Jitter.NONE);
  }
}

package dev.holdfast.relay.config;

import dev.holdfast.engine.retry.Presets;
import dev.holdfast.engine.retry.RetryPolicy;
import java.util.List;
import java.util.Optional;

/** The engine's named retry policies, as far as a configuration may name them. */
final class RetryPresets {
  static final List<String> NAMES = List.of("seed-basic", "seed-session");

  static final Form<RetryPolicy> FORM =
      new Form<>("one of " + String.join(", ", NAMES), RetryPresets::find);

  private RetryPresets() {}

  private static Optional<RetryPolicy> find(String name) {
    return NAMES.contains(name) ? Presets.find(name).map(Presets.Preset::policy) : Optional.empty();
  }
}

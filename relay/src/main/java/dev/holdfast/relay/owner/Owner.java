package dev.holdfast.relay.owner;

import dev.holdfast.relay.config.ModelPattern;
import java.util.List;

/**
 * The identity by which sessions, caps and turns are counted: the name in the configuration, not
 * the key, so that a rotated key keeps its sessions.
 *
 * @param name as configured, or {@code local} where no keys are
 * @param allowedModels what may be asked for; the pattern {@code *} allows all
 */
public record Owner(String name, List<ModelPattern> allowedModels) {
  /** Everyone on this machine, where no keys are configured. */
  public static final Owner LOCAL = new Owner("local", List.of(new ModelPattern("*")));

  public Owner {
    allowedModels = List.copyOf(allowedModels);
  }

  /** Whether this owner may ask for the model by that name, before any route is looked up. */
  public boolean mayAsk(String model) {
    return allowedModels.stream().anyMatch(pattern -> pattern.matches(model));
  }
}

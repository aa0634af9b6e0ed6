package dev.holdfast.engine.dialect;

/**
 * An upstream and a model there.
 *
 * @param upstream its name in the configuration
 * @param model its name at the upstream
 * @param profile what is known of the provider, with what the configuration says of it
 * @param mayStart whether it may be asked while nothing is committed
 * @param mayBreak whether it may go on from a committed text that another target began
 */
public record Target(
    String upstream, String model, Profile profile, boolean mayStart, boolean mayBreak) {

  /** As logs, states and metrics name it. */
  public String name() {
    return upstream + "/" + model;
  }
}

package dev.holdfast.relay.config;

/**
 * One target of a route, as written.
 *
 * @param upstream the name of a configured upstream
 * @param model the model name there; may hold one {@code *} for what the route's own matched
 * @param when what it may be used for
 */
public record RouteTarget(String upstream, String model, When when) {

  /** What a target may be used for. */
  public enum When {
    /** Tried while nothing is committed. */
    START,
    /** Continues committed text. */
    BREAK,
    BOTH,
    /** Not written: both if the model name equals the first target's, else {@link #START}. */
    BY_MODEL_NAME
  }
}

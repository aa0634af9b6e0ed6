package dev.holdfast.relay.config;

import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.Clocks;
import java.util.List;

/**
 * The ordered targets of a model name, and the rules for its sessions.
 *
 * @param model what callers ask for; may be a pattern with one {@code *}
 * @param targets in the order in which they are tried; at least one may start
 * @param policy the file's, with what the route overrides
 */
public record Route(ModelPattern model, List<RouteTarget> targets, Policy policy) {
  public Route {
    targets = List.copyOf(targets);
  }

  /** What holds for the sessions of a route. */
  public record Policy(
      RetryPolicy retry, Clocks clocks, Seams seams, Probe probe, AnchorTemplate anchor) {
    /** What holds where nothing is written. */
    public static final Policy DEFAULTS =
        new Policy(
            RetryPolicy.DEFAULTS,
            Clocks.DEFAULTS,
            Seams.STRICT,
            Probe.NEVER,
            AnchorTemplate.DEFAULT);
  }
}

package dev.holdfast.relay.server;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.session.SessionPlan;
import java.util.Map;

/**
 * What a caller asked for, after every gate.
 *
 * @param id of the session to be
 * @param history under which its events are numbered
 * @param label the caller's own; empty if none
 * @param owner whose it is
 * @param route the configured name it took
 * @param dialect of the endpoint
 * @param plan for the machine
 * @param streaming whether the caller reads events
 * @param canComeBack whether the caller showed that it could read the rest on another connection
 * @param upstreamHeaders what goes up beside our own
 * @param faultPlan goes up to simulators alone; empty if none
 */
record SessionCall(
    String id,
    String history,
    String label,
    String owner,
    String route,
    Dialect dialect,
    SessionPlan plan,
    boolean streaming,
    boolean canComeBack,
    Map<String, String> upstreamHeaders,
    String faultPlan) {}

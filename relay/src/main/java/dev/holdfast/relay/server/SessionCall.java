package dev.holdfast.relay.server;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.session.SessionPlan;
import dev.holdfast.journal.IdempotencyKey;
import dev.holdfast.journal.SessionView;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
 * @param key by which the caller may come back with the same request; null if it named none
 * @param cursor what the caller has of the answer, if its key names one
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
    @Nullable IdempotencyKey key,
    Cursor cursor,
    Map<String, String> upstreamHeaders,
    String faultPlan) {

  /** The same call for a session that there is. */
  SessionCall of(SessionView view) {
    var there = SessionFace.of(view);
    return new SessionCall(
        there.id(),
        there.history(),
        there.label(),
        owner,
        route,
        dialect,
        plan,
        streaming,
        canComeBack,
        key,
        cursor,
        upstreamHeaders,
        faultPlan);
  }

  /** The session to be, as its readers will know it. */
  SessionFace face() {
    return new SessionFace(id, history, label, owner, dialect, streaming);
  }
}

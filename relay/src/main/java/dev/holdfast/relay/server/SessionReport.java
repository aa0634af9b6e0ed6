package dev.holdfast.relay.server;

import dev.holdfast.engine.session.AttemptRecord;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.Seam;
import java.util.List;

/**
 * What became of a session; metadata only, never text.
 *
 * @param session its id
 * @param label the caller's own; empty if none
 * @param owner whose it is
 * @param route the configured name it took
 * @param outcome how it ended
 * @param events how many events it has
 * @param nanos from request to end
 * @param attempts that were made, in order
 * @param seams where continuations joined
 */
public record SessionReport(
    String session,
    String label,
    String owner,
    String route,
    Outcome outcome,
    long events,
    long nanos,
    List<AttemptRecord> attempts,
    List<Seam> seams) {
  public SessionReport {
    attempts = List.copyOf(attempts);
    seams = List.copyOf(seams);
  }
}

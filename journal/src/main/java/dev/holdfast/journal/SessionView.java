package dev.holdfast.journal;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a store knows of a session at one moment, but for its request and its events.
 *
 * @param head as it was created
 * @param histories oldest first; the last one names the events that are appended now
 * @param epoch the claim that may write
 * @param last the number of the last event; 0 if there is none
 * @param cancelRequested whether anybody wrote a cancel record
 * @param idleClaims how often it was claimed since its last event, its creation not counted
 * @param notes in the order of their writing
 * @param finish null while it is live
 * @param age since its creation, by the store's clock
 */
public record SessionView(
    SessionHead head,
    List<History> histories,
    long epoch,
    long last,
    boolean cancelRequested,
    int idleClaims,
    List<SessionNote> notes,
    @Nullable FinishRecord finish,
    Duration age) {
  public SessionView {
    histories = List.copyOf(histories);
    notes = List.copyOf(notes);
  }

  public SessionState state() {
    return finish == null ? SessionState.LIVE : finish.state();
  }
}

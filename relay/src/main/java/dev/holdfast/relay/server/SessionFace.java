package dev.holdfast.relay.server;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.journal.SessionHead;
import dev.holdfast.journal.SessionView;
import org.jspecify.annotations.Nullable;

/**
 * What readers see of a session, whether it is live or ended long ago.
 *
 * @param id its name
 * @param history under which its events are numbered
 * @param label the caller's own; empty if none
 * @param owner whose it is
 * @param dialect of its events and errors
 * @param streamed whether its log holds events; otherwise the one body
 */
record SessionFace(
    String id, String history, String label, String owner, Dialect dialect, boolean streamed) {

  static SessionFace of(SessionView view) {
    SessionHead head = view.head();
    return new SessionFace(
        head.id(),
        view.histories().getLast().name(),
        textOf(head.label()),
        head.owner(),
        Dialects.named(head.dialect()),
        head.streamed());
  }

  private static String textOf(@Nullable String label) {
    return label == null ? "" : label;
  }
}

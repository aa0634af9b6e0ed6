package dev.holdfast.relay.server;

import dev.holdfast.engine.session.AttemptRecord;

/**
 * Hears what becomes of sessions; for logs, demos and tests. Called on the session's event loop, so
 * it must not block.
 */
public interface RelayListener {
  /** Hears nothing. */
  RelayListener NONE = new RelayListener() {};

  /** A call to an upstream begins. */
  default void attemptBegan(String session, int attempt, String target) {}

  /** An attempt is over. */
  default void attemptEnded(String session, AttemptRecord attempt) {}

  /** A session is over. */
  default void finished(SessionReport report) {}
}

package dev.holdfast.journal;

/**
 * Is told that looking at a session again is worth it. Hints may come late, doubled and out of
 * order, but the last change is always followed by one. They come on any thread that changed the
 * session, never under a lock; a follower hops home itself and must not throw.
 */
public interface Follower {
  /**
   * Events or the finish record were added, or the session is gone: read on.
   *
   * @param last an event number that was reached; there may be more by now
   */
  void moved(long last);

  /** Somebody wrote a cancel record: whoever drives the session should end it. */
  default void cancelRequested() {}
}

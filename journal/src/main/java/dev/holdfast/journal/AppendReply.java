package dev.holdfast.journal;

/**
 * Hears how a write under a claim ended; the {@link Reply} of the hot path, without boxing. A
 * session can use one object for all its appends, because their replies keep the order of the
 * calls.
 */
public interface AppendReply {
  /**
   * The write is in the log as the store's sync level says; readers can see it.
   *
   * @param upTo the number of the session's last event as of this write
   */
  void appended(long upTo);

  void failed(StoreFailure failure);
}

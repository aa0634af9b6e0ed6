package dev.holdfast.journal;

/**
 * Why a store did not do what it was asked. All but {@link Io} say that nothing was changed; after
 * {@link Io} the caller does not know.
 */
public sealed interface StoreFailure {

  /**
   * Another claim took the session over; the caller must stop driving it.
   *
   * @param epoch the claim that holds it now
   */
  record Fenced(long epoch) implements StoreFailure {}

  /**
   * There is no room: a live session is over its share, or everything is full and nothing may be
   * evicted.
   *
   * @param bytes what would have been in use
   * @param bytesMax the limit it is over
   */
  record Full(long bytes, long bytesMax) implements StoreFailure {}

  /** No such session for this caller: never there, foreign, expired, evicted or erased. */
  record Unknown() implements StoreFailure {}

  /** The session has its finish record; nothing can be added. */
  record Finished(FinishRecord record) implements StoreFailure {}

  /**
   * The medium failed, or its answer was lost.
   *
   * @param detail what was expected and what came, for a log
   */
  record Io(String detail) implements StoreFailure {}
}

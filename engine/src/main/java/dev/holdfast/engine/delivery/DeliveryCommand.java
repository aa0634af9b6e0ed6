package dev.holdfast.engine.delivery;

import dev.holdfast.engine.failure.Failure;

/** What the readers' half of a session wants done, in order. */
public sealed interface DeliveryCommand {
  /** Send the 200 and the headers of an event stream. */
  record CommitHead(int reader) implements DeliveryCommand {}

  /**
   * Write the events after {@code after} and up to {@code upTo}, as many as the connection takes,
   * and answer with {@link DeliveryFact.Sent}. There is one such command under way for a reader at
   * a time.
   */
  record Send(int reader, long after, long upTo) implements DeliveryCommand {}

  /** Write a comment, so that the line stays alive. */
  record Comment(int reader) implements DeliveryCommand {}

  /** Send the whole answer as one body with 200. */
  @SuppressWarnings("ArrayRecordComponent") // Written once and never compared.
  record SendBody(int reader, byte[] body) implements DeliveryCommand {}

  /** Send a real status and the error's body. The head was not committed. */
  record Refuse(int reader, Failure failure, boolean retryable) implements DeliveryCommand {}

  /** Answer 204: the reader has the whole answer already. The head was not committed. */
  record EndEmpty(int reader) implements DeliveryCommand {}

  /**
   * Answer 412: the reader's cursor was never given out, and to follow it would lose events. The
   * head was not committed.
   *
   * @param restartFrom the last event that it can go on from
   */
  record RefuseCursor(int reader, long restartFrom) implements DeliveryCommand {}

  /** Answer 429: the session has as many readers as it may have. The head was not committed. */
  record TurnAway(int reader) implements DeliveryCommand {}

  /** End the body properly: the reader has the whole answer. */
  record EndCleanly(int reader) implements DeliveryCommand {}

  /** Write the error event, then cut: FIN without the end of the body, never a clean end. */
  record EndWithError(int reader, Failure failure, boolean retryable) implements DeliveryCommand {}

  /** Cut the connection: it takes nothing any more. */
  record Cut(int reader) implements DeliveryCommand {}

  /** Nobody reads and nobody will: the session ends. */
  record CancelSession(String reason) implements DeliveryCommand {}

  /** Nobody reads it now and it goes on: tell {@link Orphans}. */
  record NoteOrphan() implements DeliveryCommand {}

  /** It is read again, or over. */
  record ForgetOrphan() implements DeliveryCommand {}

  /** Answer with {@link DeliveryFact.DeadlinePassed} at that time. Replaces the deadline before. */
  record ArmDeadline(long deadline, long atNanos) implements DeliveryCommand {}
}

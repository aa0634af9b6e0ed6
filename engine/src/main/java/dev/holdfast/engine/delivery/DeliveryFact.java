package dev.holdfast.engine.delivery;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Outcome;

/** A fact about a session's readers, or about what they may see. */
public sealed interface DeliveryFact {
  /** When the driver saw it: monotonic nanoseconds, never less than the fact before. */
  long atNanos();

  /**
   * A connection wants to read.
   *
   * @param reader its number, larger than those of all readers before
   * @param after the last event it has; 0 for none. Means nothing to one who wants a body
   * @param kind what it came for
   * @param canComeBack whether it showed that it could read the rest on another connection
   */
  record ReaderAttached(long atNanos, int reader, long after, ReaderKind kind, boolean canComeBack)
      implements DeliveryFact {}

  /**
   * What {@link DeliveryCommand.Send} asked for was written, up to this event.
   *
   * @param writable whether the connection takes more at once
   */
  record Sent(long atNanos, int reader, long through, boolean writable) implements DeliveryFact {}

  /** The connection took what it had been given and takes more. */
  record Drained(long atNanos, int reader) implements DeliveryFact {}

  /** The connection is gone. */
  record ReaderLeft(long atNanos, int reader) implements DeliveryFact {}

  /** Events up to this number may be seen. */
  record Emitted(long atNanos, long upTo) implements DeliveryFact {}

  /** The one body of an answer that is not streamed. Told before the session is finished. */
  @SuppressWarnings("ArrayRecordComponent") // Written once and never compared.
  record BodyReady(long atNanos, byte[] body) implements DeliveryFact {}

  /** The session is over; readers end when they have read all. */
  record SessionFinished(long atNanos, Outcome outcome) implements DeliveryFact {}

  /**
   * The process ends and takes the readers with it: who does not have the whole by now is told why,
   * and cut.
   */
  record Leaving(long atNanos, Failure failure) implements DeliveryFact {}

  /** The deadline armed under this id came. */
  record DeadlinePassed(long atNanos, long deadline) implements DeliveryFact {}
}

package dev.holdfast.engine.delivery;

/** What a connection came for. */
public enum ReaderKind {
  /** The answer's events; until the head is committed a failure is a real status. */
  ANSWER,
  /**
   * The events after a cursor. Its head goes out at once, since the answer's own went out before;
   * how the session ended is told on the stream.
   */
  REST,
  /** The whole answer as one body. */
  BODY
}

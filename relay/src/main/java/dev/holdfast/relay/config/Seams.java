package dev.holdfast.relay.config;

/** What becomes of a continuation that can't be proven to fit. */
public enum Seams {
  /** Refused: the answer ends with an error. */
  STRICT,
  /** Accepted as the last rung, and marked everywhere. */
  LENIENT
}

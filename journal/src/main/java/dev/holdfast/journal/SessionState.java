package dev.holdfast.journal;

/** Where a session stands, as its records tell. */
public enum SessionState {
  /** No finish record yet, whether or not somebody drives it. */
  LIVE,
  COMPLETE,
  FAILED,
  CANCELLED
}

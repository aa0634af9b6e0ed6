package dev.holdfast.relay.config;

/** What becomes of a session whose last reader left. */
public enum OnDisconnect {
  /** Continued for callers that showed that they can come back, cancelled for others. */
  AUTO,
  CONTINUE,
  CANCEL
}

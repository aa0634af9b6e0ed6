package dev.holdfast.engine.guard;

/** What a target's breaker lets through. */
public enum BreakerState {
  /** Everything. */
  CLOSED,
  /** Nothing, until its time is over. */
  OPEN,
  /** One call at a time that has not shown progress yet. */
  HALF_OPEN
}

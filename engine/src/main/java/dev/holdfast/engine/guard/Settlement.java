package dev.holdfast.engine.guard;

/** How a call ended, as far as the guards care. */
public sealed interface Settlement {
  /** The answer is complete. */
  record Completed() implements Settlement {}

  /**
   * It ended before the answer was complete, by the upstream's fault.
   *
   * @param progressed whether this call had generated anything
   * @param waitNanos until the session's next attempt, or what the upstream asked for; a recovery
   *     slot whose continuation failed without progress stays taken for it
   * @param hintNanos what the upstream asked for; 0 if it did not. An opened breaker stays open so
   *     long
   */
  record Failed(boolean progressed, long waitNanos, long hintNanos) implements Settlement {}

  /** It says nothing about the upstream: the caller's fault, a cancel, or a call never made. */
  record Neutral() implements Settlement {}
}

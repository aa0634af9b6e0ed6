package dev.holdfast.engine.session;

import dev.holdfast.engine.failure.Failure;

/** How a session ended. */
public sealed interface Outcome {
  /** The answer is whole by its dialect's rule. */
  record Complete() implements Outcome {}

  /**
   * It is not, and will not be.
   *
   * @param failure why
   * @param retryable whether asking again later may help
   */
  record Failed(Failure failure, boolean retryable) implements Outcome {}
}

package dev.holdfast.client;

import dev.holdfast.engine.failure.Failure;
import org.jspecify.annotations.Nullable;

/** How a call ended. */
public sealed interface StreamOutcome {
  /** The answer is whole by the rule of its wire format. */
  record Complete(Answer answer) implements StreamOutcome {}

  /**
   * It is not, and will not be.
   *
   * @param failure why
   * @param retryable whether asking again later may help
   * @param partial what came of the answer; its text may be empty
   * @param cause what a callback threw, or the interrupt of the caller; null for any other failure
   */
  record Incomplete(Failure failure, boolean retryable, Answer partial, @Nullable Throwable cause)
      implements StreamOutcome {}
}

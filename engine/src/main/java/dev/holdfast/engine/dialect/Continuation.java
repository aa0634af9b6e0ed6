package dev.holdfast.engine.dialect;

import dev.holdfast.engine.failure.Failure;

/** How to go on from a transcript at a target. */
public sealed interface Continuation {
  /**
   * Ask for the rest.
   *
   * @param call the request
   * @param sent the assistant's text as it was handed back; what an echo repeats
   * @param tokensLeft how many tokens may still be written; {@link Long#MAX_VALUE} if unbounded
   */
  record Ask(UpstreamCall call, String sent, long tokensLeft) implements Continuation {}

  /** The caller's bound on the length is used up: the answer ends here, and nobody is asked. */
  record NothingLeft() implements Continuation {}

  /** This rung can't be taken. */
  record Impossible(Failure failure) implements Continuation {}
}

package dev.holdfast.engine.dialect;

import dev.holdfast.engine.dialect.seam.TextGate;
import dev.holdfast.engine.failure.Failure;

/** How to go on from a transcript at a target. */
public sealed interface Continuation {
  /**
   * Ask for the rest.
   *
   * @param call the request
   * @param gate shows what of the answer is new
   * @param tokensLeft how many tokens may still be written; {@link Long#MAX_VALUE} if the provider
   *     counts them
   * @param inputAdded tokens that this call reads and one unbroken call would not
   * @param outputRepeated tokens of text that it writes and one before it wrote already
   */
  record Ask(
      UpstreamCall call, TextGate gate, long tokensLeft, long inputAdded, long outputRepeated)
      implements Continuation {}

  /** The caller's bound on the length is used up: the answer ends here, and nobody is asked. */
  record NothingLeft() implements Continuation {}

  /** This way can't be taken from this text. */
  record Impossible(Failure failure) implements Continuation {}
}

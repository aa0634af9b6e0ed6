package dev.holdfast.simulator.model;

/**
 * What answers in a simulated provider: a pure function of prompt, prefix, seed and the number of
 * the attempt.
 *
 * <p>{@link Model} gives every attempt the same answer, so what is right is known beforehand.
 * {@link DifferingModel} gives each attempt other words, as real models do, and its texts tell by
 * themselves whether they are whole.
 */
public sealed interface LanguageModel permits Model, DifferingModel {
  /** What the texts depend on besides the prompt. */
  long seed();

  /**
   * An answer from the beginning.
   *
   * @param attempt which of the provider's calls this is, counted from 1
   */
  Answer answer(Prompt prompt, int attempt);

  /**
   * What the model adds when its answer already begins with {@code prefix}. White space aside: a
   * prefix that differs from a beginning only in the white space is gone on with as if it did not.
   *
   * @param prefix not empty
   * @param attempt which of the provider's calls this is, counted from 1
   */
  Answer continuation(Prompt prompt, String prefix, int attempt);
}

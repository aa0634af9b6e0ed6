package dev.holdfast.engine.retry;

/**
 * The bound on what a session may spend on input: over all attempts that got a 200 head, at most a
 * multiple of the first attempt's input and what is committed, and never less than a floor.
 * Refusals cost nothing and don't count. A value; each reading of a head makes the next.
 *
 * @param firstInputTokens input of the first attempt that got a head; 0 before that
 * @param spentInputTokens input of all of them
 */
public record SpendBound(long firstInputTokens, long spentInputTokens) {
  /** Before the first attempt. */
  public static final SpendBound NOTHING_SPENT = new SpendBound(0, 0);

  public SpendBound {
    if (firstInputTokens < 0 || spentInputTokens < firstInputTokens) {
      throw new IllegalArgumentException(
          "expected 0 <= first <= spent, got " + firstInputTokens + ", " + spentInputTokens);
    }
  }

  /** After an attempt with this input got a 200 head. */
  public SpendBound spent(long inputTokens) {
    return new SpendBound(
        spentInputTokens == 0 ? inputTokens : firstInputTokens, spentInputTokens + inputTokens);
  }

  /** Whether another attempt with this input keeps within the bound. The first always does. */
  public boolean allows(long inputTokens, long committedTokens, RetryPolicy policy) {
    return spentInputTokens == 0
        || spentInputTokens + inputTokens <= limit(committedTokens, policy);
  }

  /** The most that may be spent once so much is committed. */
  public long limit(long committedTokens, RetryPolicy policy) {
    return Math.max(
        policy.inputTokensFloor(),
        policy.inputSpendFactor() * (firstInputTokens + committedTokens));
  }
}

package dev.holdfast.engine.session;

/**
 * Where a continuation joins.
 *
 * @param after the last event before it
 * @param rung how it was asked for
 * @param verdict what is known of the join
 */
public record Seam(long after, String rung, Verdict verdict) {
  /** What is known of a join. */
  public enum Verdict {
    /** The provider took the delivered text as its own and went on from its last character. */
    EXACT,
    /** Found by its anchor. */
    MATCHED,
    /** Nothing is known; only accepted where the caller said so. */
    UNPROVEN
  }
}

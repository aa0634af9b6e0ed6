package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Profile;

/**
 * Where a continuation joins.
 *
 * @param attempt the number of the one that goes on
 * @param target who writes from here on, as {@link dev.holdfast.engine.dialect.Target#name}
 * @param after the last event before it
 * @param rung how it was asked for
 * @param verdict what is known of the join
 */
public record Seam(int attempt, String target, long after, Profile.Rung rung, Verdict verdict) {
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

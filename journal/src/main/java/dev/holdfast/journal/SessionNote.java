package dev.holdfast.journal;

import java.util.List;

/**
 * A record of a session beside its events: what was tried, where it was joined, what it cost. Notes
 * are few, a handful for each attempt.
 */
public sealed interface SessionNote {

  /**
   * An attempt is about to connect.
   *
   * @param ordinal 1 is the session's first
   * @param target upstream and model, as {@code upstream/model}
   * @param purpose {@code begin}, {@code probe}, or the rung by which it goes on
   * @param after the last event committed before it
   * @param edits what of the caller's request it changed, by name
   */
  record Attempt(int ordinal, String target, String purpose, long after, List<String> edits)
      implements SessionNote {
    public Attempt {
      edits = List.copyOf(edits);
    }
  }

  /**
   * An attempt is over.
   *
   * @param attempt its ordinal
   * @param progressed whether it added to the answer
   * @param why the word of its failure; empty if it completed
   */
  record Ended(int attempt, boolean progressed, String why) implements SessionNote {}

  /**
   * An attempt's words were joined to those before.
   *
   * @param attempt the ordinal of the one that goes on
   * @param after the last event before the seam
   * @param strategy by which it was asked to go on
   * @param verdict how well the join is proven
   */
  record Seam(int attempt, long after, String strategy, String verdict) implements SessionNote {}

  /**
   * What one attempt used, all of it.
   *
   * @param attempt its ordinal
   * @param inputTokens sent to the upstream
   * @param outputTokens generated, wasted ones included
   * @param wastedTokens generated and not delivered
   * @param costNanos billionths of one unit of {@code currency}
   * @param measured whether the upstream told it; else it is our estimate
   */
  record Usage(
      int attempt,
      long inputTokens,
      long outputTokens,
      long wastedTokens,
      long costNanos,
      String currency,
      boolean measured)
      implements SessionNote {}

  /**
   * A note of a kind that this release does not know, read from a store that a newer one wrote.
   *
   * @param kind the number it was stored under
   */
  record Unrecognised(int kind) implements SessionNote {}
}

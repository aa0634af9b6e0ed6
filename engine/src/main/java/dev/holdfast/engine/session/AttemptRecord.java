package dev.holdfast.engine.session;

import dev.holdfast.engine.usage.Tokens;

/**
 * What became of one attempt; for states, logs and demos.
 *
 * @param number from 1
 * @param target as {@code upstream/model}
 * @param purpose {@code begin}, {@code probe}, or the rung by which it went on, such as {@code
 *     prefill}
 * @param openedNanos when the call was made
 * @param endedNanos when it was over
 * @param progressed whether it added to the answer
 * @param tokens that it read and wrote; estimated by its events unless the upstream counted
 * @param wasted of those it wrote: what was paid for and not delivered
 * @param why the word of its failure; empty if it completed
 */
public record AttemptRecord(
    int number,
    String target,
    String purpose,
    long openedNanos,
    long endedNanos,
    boolean progressed,
    Tokens tokens,
    long wasted,
    String why) {}

package dev.holdfast.engine.session;

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
 * @param why the word of its failure; empty if it completed
 */
public record AttemptRecord(
    int number,
    String target,
    String purpose,
    long openedNanos,
    long endedNanos,
    boolean progressed,
    String why) {}

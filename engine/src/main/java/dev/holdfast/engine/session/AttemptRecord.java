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
 * @param why the word of its failure; empty if it completed
 * @param tokens what it used, as the upstream counted or as we estimate; nothing if no answer began
 * @param wastedTokens of its output, those that nobody was given
 */
public record AttemptRecord(
    int number,
    String target,
    String purpose,
    long openedNanos,
    long endedNanos,
    boolean progressed,
    String why,
    Tokens tokens,
    long wastedTokens) {}

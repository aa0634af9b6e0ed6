package dev.holdfast.engine.dialect;

/**
 * One way to go on from a committed text.
 *
 * @param rung of the ladder
 * @param attempt 1 for the first try of this rung at this text
 * @param accepting whether what can't be proven is let through, as the last rung of a caller who
 *     accepts that
 */
public record Way(Profile.Rung rung, int attempt, boolean accepting) {}

package dev.holdfast.client;

/**
 * One event of an answer.
 *
 * @param number 1, 2, 3 … without a gap, whatever broke in between
 * @param data the event's data as the provider sent it: a JSON chunk, or {@code [DONE]}
 * @param text what it adds to the text of the first choice; may end in the first half of a
 *     surrogate pair whose second half is in the next event
 * @param reasoning what it adds to the reasoning that is shown
 */
public record AnswerEvent(long number, String data, String text, String reasoning) {}

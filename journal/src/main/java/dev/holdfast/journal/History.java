package dev.holdfast.journal;

/**
 * One numbering of a session's events. A session has several only if its store lost the end of a
 * log: a cursor of an older history is good up to where the next history begins, and void above.
 *
 * @param name the part of an event's id before the dash
 * @param after the last event of the history before; 0 for the first history
 */
public record History(String name, long after) {}

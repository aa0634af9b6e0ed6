package dev.holdfast.journal;

/**
 * A session taken over.
 *
 * @param ref to write under; every older one is void
 * @param session as it stood then: history, last number, notes, and whether a cancel waits
 */
public record Claim(SessionRef ref, SessionView session) {}

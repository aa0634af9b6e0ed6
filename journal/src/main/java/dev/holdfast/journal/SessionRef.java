package dev.holdfast.journal;

/**
 * The right to write to a session, given by {@link SessionStore#create} or {@link
 * SessionStore#claim}. Void once somebody claims the session after.
 *
 * @param session the session's id
 * @param epoch counts the claims of this session; 1 is its creator's
 */
public record SessionRef(String session, long epoch) {}

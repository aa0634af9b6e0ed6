package dev.holdfast.journal;

/**
 * A caller's name for one request, by which a second request finds the first one's session. Keys of
 * different owners never meet.
 *
 * @param hash of the key and the path it was sent to
 * @param fingerprint of the request; a caller that finds a session by its key compares it
 */
public record IdempotencyKey(String hash, String fingerprint) {}

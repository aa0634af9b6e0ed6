package dev.holdfast.journal;

/** What {@link SessionStore#create} came to. */
public sealed interface Created {
  /** The session is new, and the caller's to drive. */
  record Fresh(SessionRef ref) implements Created {}

  /** The owner's key named a session already; none was made. The caller compares fingerprints. */
  record Known(SessionView session) implements Created {}
}

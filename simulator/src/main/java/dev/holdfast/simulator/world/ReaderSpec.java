package dev.holdfast.simulator.world;

/**
 * Somebody who reads.
 *
 * @param arriveNanos after the session's arrival
 * @param opening what it comes with
 * @param share where it stands among what was shown, if it comes or returns with an old cursor
 * @param bufferBytes what the connection takes before it is full
 * @param bytesMax taken at once
 * @param everyNanos between two takes; 0 for at once
 * @param leaveAfter events after which it leaves, each time; {@link Integer#MAX_VALUE} for never
 * @param leaves how often it does so
 * @param backNanos until it comes back for the rest; 0 for never
 * @param stale whether it comes back with an older cursor than it had
 * @param deaf takes nothing after it would leave, instead of leaving
 */
record ReaderSpec(
    long arriveNanos,
    Opening opening,
    double share,
    int bufferBytes,
    int bytesMax,
    long everyNanos,
    int leaveAfter,
    int leaves,
    long backNanos,
    boolean stale,
    boolean deaf) {

  /** What a reader comes with at first. */
  enum Opening {
    /** The request itself. Of several, all send it with one key. */
    REQUEST,
    /** The session's id, and no cursor. */
    FROM_START,
    /** The cursor of an event that somebody was shown. */
    SOMEWHERE,
    /** The cursor of the last event that anybody was shown. */
    AT_END,
    /** A cursor that was never given out. */
    PAST_END
  }

  /** Sends the request, takes all at once and stays. */
  static final ReaderSpec PLAIN =
      new ReaderSpec(
          0, Opening.REQUEST, 0, 1 << 20, 1 << 20, 0, Integer.MAX_VALUE, 0, 0, false, false);

  /** Sends the request, and leaves for good. */
  static ReaderSpec leaving(int after) {
    return new ReaderSpec(0, Opening.REQUEST, 0, 64 << 10, 64 << 10, 0, after, 1, 0, false, false);
  }

  boolean canComeBack() {
    return backNanos > 0;
  }
}

package dev.holdfast.simulator.world;

import java.util.Locale;

/**
 * What an upstream does with one call.
 *
 * @param kind of what goes wrong
 * @param at after so many deltas; only where the kind has a place
 * @param nanos how long; only where the kind takes time
 * @param lingers whether what was on its way still arrives after we closed
 */
record Fate(Kind kind, int at, long nanos, boolean lingers) {
  static final Fate WELL = new Fate(Kind.WELL, 0, 0, false);

  /** How calls go wrong. */
  enum Kind {
    WELL,
    /** Nobody listens. */
    REFUSED,
    /** The connection never stands. */
    NO_CONNECTION,
    /** RST after so many deltas. */
    RESET,
    /** RST inside an event. */
    RESET_IN_EVENT,
    /** A clean end after so many deltas. */
    CLEAN_END,
    /** FIN without the end of the body. */
    FIN,
    /** Nothing more, ever. */
    STALL,
    /** Nothing more but comments. */
    STALL_WITH_COMMENTS,
    /** A silence, and then it goes on. */
    SILENCE,
    /** An error event, then the end. */
    ERROR_EVENT,
    /** An event that is no JSON. */
    MALFORMED,
    /** The terminator without a finish reason. */
    NO_REASON,
    /** Finish reason {@code error}. */
    ERROR_REASON,
    /** Whole, but reset before the terminator. */
    RESET_AFTER_FINISH,
    /** Whole, but ended before the terminator. */
    END_AFTER_FINISH,
    /** Whole, and then neither terminator nor end. */
    STALL_AFTER_FINISH,
    /** Whole, and the connection stays. */
    STALL_AFTER_DONE,
    /** 429 with {@code retry-after}. */
    LIMITED,
    /** 429 without. */
    LIMITED_BLINDLY,
    QUOTA,
    STATUS_500,
    STATUS_503,
    /** Its body never ends. */
    STATUS_503_OPEN,
    STATUS_401,
    STATUS_404,
    STATUS_400,
    /** A 200 with a page. */
    PAGE;

    /** Whether the answer comes whole all the same. */
    boolean whole() {
      return switch (this) {
        case WELL,
            SILENCE,
            RESET_AFTER_FINISH,
            END_AFTER_FINISH,
            STALL_AFTER_FINISH,
            STALL_AFTER_DONE ->
            true;
        default -> false;
      };
    }

    boolean hasPlace() {
      return switch (this) {
        case RESET,
            RESET_IN_EVENT,
            CLEAN_END,
            FIN,
            STALL,
            STALL_WITH_COMMENTS,
            SILENCE,
            ERROR_EVENT,
            MALFORMED,
            NO_REASON,
            ERROR_REASON ->
            true;
        default -> false;
      };
    }

    boolean hasTime() {
      return this == SILENCE || this == LIMITED;
    }
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT)
        + (kind.hasPlace() ? "@" + at : "")
        + (kind.hasTime() ? "(" + nanos / 1_000_000 + "ms)" : "")
        + (lingers ? "+lingers" : "");
  }
}

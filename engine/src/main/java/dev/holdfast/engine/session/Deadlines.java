package dev.holdfast.engine.session;

import dev.holdfast.engine.failure.Failure;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * The clocks of a session as data: one row each, with the time it runs out. The machine arms a
 * single deadline for the earliest; progress only moves rows, so no timer is touched for a token.
 */
final class Deadlines {
  enum Clock {
    /** The first generated delta of the attempt. */
    FIRST_PROGRESS,
    /** The next generated delta. */
    IDLE,
    /** Any byte. */
    LIVENESS,
    /** Usage and terminator after the finish. */
    FINISH_GRACE,
    /** The rest of a refusal's body. */
    REFUSAL_BODY,
    /** A held tool call goes out. */
    TOOL_HOLD,
    /** The preamble goes out though nothing was generated. */
    COMMIT,
    /** The wait before the next attempt. */
    RETRY,
    /** The caller waits no longer for content. */
    CALLER,
    /** The whole answer. */
    ANSWER;

    /** Whether it measures the upstream, so that it is void when we were stopped ourselves. */
    boolean measuresUpstream() {
      return ordinal() < OF_UPSTREAM;
    }
  }

  static final long NEVER = Patience.NEVER;

  private static final Clock[] CLOCKS = Clock.values();
  private static final int OF_UPSTREAM = Clock.REFUSAL_BODY.ordinal() + 1;

  /** What the upstream's silence is called, in the order of the clocks. */
  private static final Failure.Silence.Kind[] SILENCES = {
    Failure.Silence.Kind.FIRST_PROGRESS_TIMEOUT,
    Failure.Silence.Kind.STALL,
    Failure.Silence.Kind.LIVENESS_TIMEOUT
  };

  /** Of the clocks that measure the upstream. */
  private final Patience[] upstream = new Patience[OF_UPSTREAM];

  /** Of the others. */
  private final long[] at = new long[CLOCKS.length];

  Deadlines() {
    Arrays.setAll(upstream, i -> new Patience());
    Arrays.fill(at, NEVER);
  }

  /** Runs out this many nanoseconds after now. */
  void set(Clock clock, long nowNanos, long spanNanos) {
    if (clock.measuresUpstream()) {
      upstream[clock.ordinal()].begin(nowNanos, spanNanos);
    } else {
      at[clock.ordinal()] = nowNanos + spanNanos;
    }
  }

  void clear(Clock clock) {
    if (clock.measuresUpstream()) {
      upstream[clock.ordinal()].end();
    } else {
      at[clock.ordinal()] = NEVER;
    }
  }

  boolean running(Clock clock) {
    return clock.measuresUpstream()
        ? upstream[clock.ordinal()].waits()
        : at[clock.ordinal()] != NEVER;
  }

  /** Looks whether a clock has run out. */
  boolean due(Clock clock, long nowNanos) {
    return clock.measuresUpstream()
        ? upstream[clock.ordinal()].hasRunOut(nowNanos)
        : at[clock.ordinal()] <= nowNanos;
  }

  /** Looks whether the upstream was silent for too long. */
  Optional<Failure> silence(long nowNanos) {
    for (int i = 0; i < SILENCES.length; i++) {
      if (upstream[i].hasRunOut(nowNanos)) {
        var span = Duration.ofNanos(upstream[i].spanNanos());
        return Optional.of(new Failure.Silence(SILENCES[i], span));
      }
    }
    return Optional.empty();
  }

  long earliest() {
    long earliest = NEVER;
    for (var patience : upstream) {
      earliest = Math.min(earliest, patience.lookNanos());
    }
    for (int i = OF_UPSTREAM; i < at.length; i++) {
      earliest = Math.min(earliest, at[i]);
    }
    return earliest;
  }

  /** Gives every clock that measures the upstream its whole span again. */
  void restartUpstream(long nowNanos) {
    for (var patience : upstream) {
      patience.restart(nowNanos);
    }
  }

  /** Ends every clock that belongs to one attempt. */
  void clearAttempt() {
    clear(Clock.FIRST_PROGRESS);
    clear(Clock.IDLE);
    clear(Clock.LIVENESS);
    clear(Clock.FINISH_GRACE);
    clear(Clock.REFUSAL_BODY);
    clear(Clock.TOOL_HOLD);
  }

  void clearAll() {
    for (var clock : CLOCKS) {
      clear(clock);
    }
  }
}

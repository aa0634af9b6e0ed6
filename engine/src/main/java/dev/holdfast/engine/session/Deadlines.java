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
      return ordinal() <= LIVENESS.ordinal();
    }
  }

  static final long NEVER = Long.MAX_VALUE;

  private static final Clock[] CLOCKS = Clock.values();

  private final long[] at = new long[CLOCKS.length];
  private final long[] span = new long[CLOCKS.length];

  Deadlines() {
    Arrays.fill(at, NEVER);
  }

  /** Runs out this many nanoseconds after now. */
  void set(Clock clock, long nowNanos, long spanNanos) {
    span[clock.ordinal()] = spanNanos;
    at[clock.ordinal()] = nowNanos + spanNanos;
  }

  /** Starts again from now, with the span it was set with, if it runs. */
  void restart(Clock clock, long nowNanos) {
    if (at[clock.ordinal()] != NEVER) {
      at[clock.ordinal()] = nowNanos + span[clock.ordinal()];
    }
  }

  void clear(Clock clock) {
    at[clock.ordinal()] = NEVER;
  }

  boolean running(Clock clock) {
    return at[clock.ordinal()] != NEVER;
  }

  boolean due(Clock clock, long nowNanos) {
    return at[clock.ordinal()] <= nowNanos;
  }

  /** The silence of the upstream that has lasted too long; empty if none has. */
  Optional<Failure> silence(long nowNanos) {
    if (due(Clock.FIRST_PROGRESS, nowNanos)) {
      return silence(Failure.Silence.Kind.FIRST_PROGRESS_TIMEOUT, Clock.FIRST_PROGRESS);
    }
    if (due(Clock.IDLE, nowNanos)) {
      return silence(Failure.Silence.Kind.STALL, Clock.IDLE);
    }
    return due(Clock.LIVENESS, nowNanos)
        ? silence(Failure.Silence.Kind.LIVENESS_TIMEOUT, Clock.LIVENESS)
        : Optional.empty();
  }

  private Optional<Failure> silence(Failure.Silence.Kind kind, Clock clock) {
    return Optional.of(new Failure.Silence(kind, Duration.ofNanos(span[clock.ordinal()])));
  }

  long earliest() {
    long earliest = NEVER;
    for (long time : at) {
      earliest = Math.min(earliest, time);
    }
    return earliest;
  }

  /** Gives every clock that measures the upstream its whole span again. */
  void restartUpstream(long nowNanos) {
    for (var clock : CLOCKS) {
      if (clock.measuresUpstream()) {
        restart(clock, nowNanos);
      }
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
    Arrays.fill(at, NEVER);
  }
}

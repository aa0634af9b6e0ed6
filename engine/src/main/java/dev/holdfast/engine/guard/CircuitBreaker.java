package dev.holdfast.engine.guard;

import static dev.holdfast.engine.guard.BreakerState.CLOSED;
import static dev.holdfast.engine.guard.BreakerState.HALF_OPEN;
import static dev.holdfast.engine.guard.BreakerState.OPEN;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * The breaker of one target: stops calls that would most likely fail, and finds out by single calls
 * when they no longer do.
 *
 * <pre>
 * CLOSED    -- failures in a row, or their rate --> OPEN
 * OPEN      -- its time is over                 --> HALF_OPEN
 * HALF_OPEN -- enough trials succeed            --> CLOSED
 * HALF_OPEN -- a trial fails                    --> OPEN
 * </pre>
 *
 * <p><b>What counts.</b> A call fails when it ends without progress by the upstream's fault; a
 * session counts once in the row, so one unlucky request can't shut a target for all. It succeeds
 * when it is complete or has been making progress for a while: an answer may take an hour, and the
 * breaker must not wait that long. A call that made progress and then broke is neither; such breaks
 * come through {@link #broke}, count in the rate alone, and at most once a second, since one
 * restart of a provider cuts a thousand streams and is over by then.
 *
 * <p><b>Generations.</b> Each change of state begins one, and a result moves only the generation
 * that let the call through. Otherwise the stragglers of an outage would open a breaker that just
 * closed.
 *
 * <p><b>Trials.</b> One trial without progress at a time; its first content lets the next one go,
 * so closing takes a few first tokens, not a few whole answers.
 *
 * <p>Not safe for threads; time is an argument and never goes back.
 */
final class CircuitBreaker {
  /**
   * A trial is decided by its first token, mostly within a second; told to who is refused
   * meanwhile.
   */
  private static final long TRIAL_NANOS = 1_000_000_000L;

  private static final long BROKE_EVERY_NANOS = 1_000_000_000L;

  private final GuardSettings.Breaker settings;
  private final SlidingCount results;
  private final SlidingCount failures;

  /** Who failed since the last success; at most as many as open it. */
  private final Set<Long> row = new HashSet<>();

  /** Calls making progress, oldest first, until they are old enough to be a success. */
  private final ArrayDeque<Pass> running = new ArrayDeque<>();

  private BreakerState state = CLOSED;
  private long generation;
  private long openUntilNanos;
  private boolean trialTaken;
  private int successes;
  private boolean brokeBefore;
  private long brokeAtNanos;

  /** When a call failed last, or when what came of that was over; only looked at if one did. */
  private long failedAtNanos;

  CircuitBreaker(GuardSettings.Breaker settings) {
    this.settings = settings;
    results = new SlidingCount(settings.window());
    failures = new SlidingCount(settings.window());
  }

  /** A call that was let through, to be handed back with what became of it. */
  static final class Pass {
    private final long session;
    private final long generation;
    private boolean holdsTrial;
    private boolean over;
    private long progressedAtNanos;

    private Pass(long session, long generation, boolean holdsTrial) {
      this.session = session;
      this.generation = generation;
      this.holdsTrial = holdsTrial;
    }
  }

  BreakerState state(long nowNanos) {
    advance(nowNanos);
    return state;
  }

  boolean admits(long nowNanos) {
    return switch (state(nowNanos)) {
      case CLOSED -> true;
      case OPEN -> false;
      case HALF_OPEN -> !trialTaken;
    };
  }

  /** Lets a call through; {@link #admits} must have said so. */
  Pass admit(long session, long nowNanos) {
    if (!admits(nowNanos)) {
      throw new IllegalStateException("expected a breaker that admits, it is " + state);
    }
    var trial = state == HALF_OPEN;
    trialTaken |= trial;
    return new Pass(session, generation, trial);
  }

  void progressed(Pass pass, long nowNanos) {
    advance(nowNanos);
    free(pass);
    if (settings.on() && pass.generation == generation) {
      pass.progressedAtNanos = nowNanos;
      running.add(pass);
    }
  }

  void completed(Pass pass, long nowNanos) {
    advance(nowNanos);
    free(pass);
    succeed(pass, nowNanos);
  }

  /** Returns whether this opened it. */
  boolean failed(Pass pass, long hintNanos, long nowNanos) {
    advance(nowNanos);
    free(pass);
    if (!settings.on() || pass.over || pass.generation != generation) {
      return false;
    }
    pass.over = true;
    if (state == HALF_OPEN) {
      open(hintNanos, nowNanos);
      return true;
    }
    row.add(pass.session);
    failedAtNanos = nowNanos;
    results.add(nowNanos);
    failures.add(nowNanos);
    return openIfDue(hintNanos, nowNanos);
  }

  /** The call is over and says nothing: the caller's fault, or a break after progress. */
  void ended(Pass pass, long nowNanos) {
    advance(nowNanos);
    free(pass);
    pass.over = true;
  }

  /** A stream broke after content. Returns whether this opened it. */
  boolean broke(long nowNanos) {
    advance(nowNanos);
    var counted =
        settings.on()
            && state == CLOSED
            && !(brokeBefore && nowNanos - brokeAtNanos < BROKE_EVERY_NANOS);
    if (!counted) {
      return false;
    }
    brokeBefore = true;
    brokeAtNanos = nowNanos;
    results.add(nowNanos);
    failures.add(nowNanos);
    return openIfDue(0, nowNanos);
  }

  /** How long a refused caller should stay away; meant for a breaker that does not admit. */
  long waitNanos(long nowNanos) {
    return state(nowNanos) == OPEN ? openUntilNanos - nowNanos : TRIAL_NANOS;
  }

  /** When it may admit without anything happening but time; {@link Long#MAX_VALUE} if never. */
  long wakeAtNanos() {
    return switch (state) {
      case CLOSED -> Long.MAX_VALUE;
      case OPEN -> openUntilNanos;
      case HALF_OPEN -> {
        while (!running.isEmpty() && running.peek().over) {
          running.remove();
        }
        yield running.isEmpty() ? Long.MAX_VALUE : ripeAtNanos(running.peek());
      }
    };
  }

  /** Whether it holds nothing worth remembering: nothing was asked, or failed, for a window. */
  boolean resting(long nowNanos) {
    boolean quiet =
        state(nowNanos) != OPEN && !trialTaken && running.isEmpty() && results.sum(nowNanos) == 0;
    boolean fresh = state == CLOSED && row.isEmpty();
    return quiet && (fresh || nowNanos - failedAtNanos >= settings.window().toNanos());
  }

  private void advance(long nowNanos) {
    if (state == OPEN && nowNanos >= openUntilNanos) {
      become(HALF_OPEN);
    }
    while (!running.isEmpty() && ripeAtNanos(running.peek()) <= nowNanos) {
      succeed(running.remove(), nowNanos);
    }
  }

  private long ripeAtNanos(Pass pass) {
    return pass.progressedAtNanos + settings.successAfter().toNanos();
  }

  private void succeed(Pass pass, long nowNanos) {
    if (!settings.on() || pass.over || pass.generation != generation) {
      return;
    }
    pass.over = true;
    if (state == CLOSED) {
      row.clear();
      results.add(nowNanos);
    } else if (++successes >= settings.successes()) {
      become(CLOSED);
    }
  }

  private boolean openIfDue(long hintNanos, long nowNanos) {
    var inRow = row.size() >= settings.failuresInRow();
    var all = results.sum(nowNanos);
    var byRate =
        all >= settings.resultsMin() && failures.sum(nowNanos) >= settings.failureRate() * all;
    if (inRow || byRate) {
      open(hintNanos, nowNanos);
    }
    return inRow || byRate;
  }

  private void open(long hintNanos, long nowNanos) {
    var wait = hintNanos > 0 ? hintNanos : settings.open().toNanos();
    openUntilNanos = nowNanos + Math.min(wait, settings.openMax().toNanos());
    failedAtNanos = openUntilNanos;
    become(OPEN);
  }

  private void become(BreakerState next) {
    state = next;
    generation++;
    trialTaken = false;
    successes = 0;
    row.clear();
    running.clear();
    results.clear();
    failures.clear();
  }

  private void free(Pass pass) {
    if (pass.holdsTrial) {
      pass.holdsTrial = false;
      if (pass.generation == generation) {
        trialTaken = false;
      }
    }
  }
}

package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The targets of a session's route, with what this session has learnt of each. */
final class Candidates {
  private static final class Entry {
    final Target target;
    boolean dead;
    boolean slow;
    boolean wrote;
    long notBefore = Long.MIN_VALUE;
    @Nullable Failure resting;

    Entry(Target target) {
      this.target = target;
    }
  }

  /** A target and the earliest time to ask it. */
  record Choice(Target target, long atNanos) {}

  private final List<Entry> entries = new ArrayList<>();

  Candidates(List<Target> targets) {
    for (var target : targets) {
      entries.add(new Entry(target));
    }
  }

  /** This session asks the target no more. */
  void strike(Target target) {
    entry(target).dead = true;
  }

  /** This session leaves the target alone until then, because of that. */
  void rest(Target target, long untilNanos, Failure why) {
    entry(target).notBefore = untilNanos;
    entry(target).resting = why;
  }

  /** Why the target is left alone; null if it never was. */
  @Nullable Failure restsFor(Target target) {
    return entry(target).resting;
  }

  /** Its clocks ran out once: the next attempt there gets double. */
  void slow(Target target) {
    entry(target).slow = true;
  }

  boolean isSlow(Target target) {
    return entry(target).slow;
  }

  boolean isDead(Target target) {
    return entry(target).dead;
  }

  /** It wrote some of what is committed, so it may go on from there. */
  void wrote(Target target) {
    entry(target).wrote = true;
  }

  /** The first in order that may begin an answer and can be asked soonest; null if none is left. */
  @Nullable Choice soonest(long nowNanos) {
    return soonest(nowNanos, Target::mayStart);
  }

  /**
   * The one that can soonest go on from what is committed, the first in order of those at once;
   * null if none is left.
   *
   * @param after the target whose attempt was the last; it comes first of those that can be asked
   *     at the same time
   * @param able whether a target has a way to go on
   */
  @Nullable Choice soonestToGoOn(Target after, long nowNanos, Predicate<Target> able) {
    Predicate<Target> may = t -> (entry(t).wrote || t.mayBreak()) && able.test(t);
    var best = soonest(nowNanos, may);
    var last = entry(after);
    boolean same =
        best != null
            && !last.dead
            && may.test(after)
            && Math.max(last.notBefore, nowNanos) <= best.atNanos();
    return same ? new Choice(after, Objects.requireNonNull(best).atNanos()) : best;
  }

  /** The first in order of those that can be asked soonest and may be; null if none is left. */
  @Nullable Choice soonest(long nowNanos, Predicate<Target> may) {
    Choice best = null;
    for (var entry : entries) {
      if (entry.dead || !may.test(entry.target)) {
        continue;
      }
      long at = Math.max(entry.notBefore, nowNanos);
      if (best == null || at < best.atNanos) {
        best = new Choice(entry.target, at);
      }
    }
    return best;
  }

  private Entry entry(Target target) {
    for (var entry : entries) {
      if (entry.target.equals(target)) {
        return entry;
      }
    }
    throw new IllegalArgumentException("expected a target of the route, got " + target.name());
  }
}

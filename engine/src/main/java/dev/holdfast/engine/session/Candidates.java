package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The targets of a session's route, with what this session has learnt of each. */
final class Candidates {
  private static final class Entry {
    final Target target;
    boolean dead;
    boolean slow;
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

  /** The first in order that may begin an answer and can be asked soonest; null if none is left. */
  @Nullable Choice soonest(long nowNanos) {
    Choice best = null;
    for (var entry : entries) {
      if (entry.dead || !entry.target.mayStart()) {
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

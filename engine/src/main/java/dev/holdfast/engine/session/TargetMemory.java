package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Surroundings that remember what was learnt of each target; who extends them has the guards. Safe
 * for many threads. Targets are names of models, and callers can make up any number of them: beyond
 * some, those of which nothing was learnt are let go.
 */
public abstract class TargetMemory implements Surroundings {
  private static final int TARGETS_KEPT = 1_024;
  private static final long KEY_REJECTED_NANOS = Duration.ofSeconds(60).toNanos();

  private final ConcurrentHashMap<String, TargetKnowledge> knowledge = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Long> rejectedUntil = new ConcurrentHashMap<>();

  @Override
  public final TargetKnowledge knowledge(Target target) {
    var known = knowledge.get(target.name());
    if (known != null) {
      return known;
    }
    if (knowledge.size() >= TARGETS_KEPT) {
      knowledge.values().removeIf(TargetKnowledge::isBlank);
    }
    return knowledge.computeIfAbsent(target.name(), name -> new TargetKnowledge());
  }

  @Override
  public final void keyRejected(Target target, long nowNanos) {
    if (rejectedUntil.size() >= TARGETS_KEPT) {
      rejectedUntil.values().removeIf(until -> until <= nowNanos);
    }
    rejectedUntil.put(target.name(), nowNanos + KEY_REJECTED_NANOS);
  }

  @Override
  public final void keyAccepted(Target target) {
    rejectedUntil.remove(target.name());
  }

  /** After the time one session tries the target again; the others wait for what it finds. */
  @Override
  public final boolean skipped(Target target, long nowNanos) {
    var until = rejectedUntil.get(target.name());
    if (until == null) {
      return false;
    }
    return nowNanos < until
        || !rejectedUntil.replace(target.name(), until, nowNanos + KEY_REJECTED_NANOS);
  }
}

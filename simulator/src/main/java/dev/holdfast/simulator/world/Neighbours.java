package dev.holdfast.simulator.world;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;
import dev.holdfast.engine.session.Surroundings;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** What the sessions of a run know of each other. */
final class Neighbours implements Surroundings {
  private static final long SKIP_NANOS = 60_000_000_000L;

  private final Function<String, WatchedGuards> guards;
  private final Map<String, TargetKnowledge> knowledge = new HashMap<>();
  private final Map<String, Long> rejectedUntil = new HashMap<>();

  Neighbours(Function<String, WatchedGuards> guards) {
    this.guards = guards;
  }

  @Override
  public boolean broke(Target target, long nowNanos) {
    return guards.apply(target.upstream()).broke(target.name(), nowNanos);
  }

  @Override
  public boolean massBreak(Target target, long nowNanos) {
    return guards.apply(target.upstream()).massBreak(nowNanos);
  }

  @Override
  public TargetKnowledge knowledge(Target target) {
    return knowledge.computeIfAbsent(target.name(), name -> new TargetKnowledge());
  }

  @Override
  public void keyRejected(Target target, long nowNanos) {
    rejectedUntil.put(target.name(), nowNanos + SKIP_NANOS);
  }

  @Override
  public void keyAccepted(Target target) {
    rejectedUntil.remove(target.name());
  }

  /** After the time one session tries the target again; the others wait for what it finds. */
  @Override
  public boolean skipped(Target target, long nowNanos) {
    var until = rejectedUntil.get(target.name());
    if (until == null) {
      return false;
    }
    if (nowNanos >= until) {
      rejectedUntil.put(target.name(), nowNanos + SKIP_NANOS);
      return false;
    }
    return true;
  }
}

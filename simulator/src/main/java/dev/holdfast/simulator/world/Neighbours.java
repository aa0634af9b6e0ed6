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
  private final Map<String, Long> rejected = new HashMap<>();

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
    rejected.put(target.name(), nowNanos);
  }

  @Override
  public boolean skipped(Target target, long nowNanos) {
    var since = rejected.get(target.name());
    return since != null && nowNanos - since < SKIP_NANOS;
  }
}

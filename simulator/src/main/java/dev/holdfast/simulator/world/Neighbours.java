package dev.holdfast.simulator.world;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.session.TargetMemory;
import java.util.function.Function;

/** What the sessions of a run know of each other. */
final class Neighbours extends TargetMemory {
  private final Function<String, WatchedGuards> guards;

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
}

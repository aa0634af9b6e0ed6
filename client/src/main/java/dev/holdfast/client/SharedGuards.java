package dev.holdfast.client;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.guard.Ask;
import dev.holdfast.engine.guard.BreakerState;
import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.guard.Guards;
import dev.holdfast.engine.guard.UpstreamGuards;
import dev.holdfast.engine.session.TargetMemory;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What all calls of one client share: the guards of each upstream, with a timer for what time alone
 * decides, and what was learnt of each target. Safe for many threads.
 */
final class SharedGuards extends TargetMemory {
  private static final class Watched {
    final UpstreamGuards guards;
    final AtomicLong armedAt = new AtomicLong(Long.MAX_VALUE);

    Watched(UpstreamGuards guards) {
      this.guards = guards;
    }
  }

  private final Timing timing;
  private final Map<String, Watched> upstreams = new HashMap<>();
  private final Set<String> open = ConcurrentHashMap.newKeySet();

  SharedGuards(Collection<Upstream> upstreams, GuardSettings settings, Timing timing) {
    this.timing = timing;
    for (var upstream : upstreams) {
      this.upstreams.put(upstream.name(), new Watched(new UpstreamGuards(settings)));
    }
  }

  void ask(Target target, Ask ask) {
    with(target, guards -> guards.ask(ask, timing.nanoTime()));
  }

  void withdraw(Target target, Ask ask) {
    with(target, guards -> guards.withdraw(ask, timing.nanoTime()));
  }

  /** Does something that may give others their turn, now or at another time than before. */
  void with(Target target, Consumer<Guards> act) {
    var watched = watched(target);
    act.accept(watched.guards);
    arm(watched);
  }

  /** Whether the target's breaker opened since this was asked last. */
  boolean opened(Target target) {
    var state = watched(target).guards.breaker(target.name(), timing.nanoTime());
    if (state == BreakerState.OPEN) {
      return open.add(target.name());
    }
    open.remove(target.name());
    return false;
  }

  private Watched watched(Target target) {
    var watched = upstreams.get(target.upstream());
    if (watched == null) {
      throw new IllegalStateException("expected an upstream of ours, got " + target.upstream());
    }
    return watched;
  }

  private void arm(Watched watched) {
    long wake = watched.guards.wakeAtNanos();
    // Of many at once the earliest time wins, whoever comes last.
    if (watched.armedAt.getAndAccumulate(wake, Math::min) <= wake) {
      return;
    }
    timing.schedule(
        wake,
        () -> {
          watched.armedAt.compareAndSet(wake, Long.MAX_VALUE);
          watched.guards.wake(timing.nanoTime());
          arm(watched);
        });
  }

  @Override
  public boolean broke(Target target, long nowNanos) {
    return watched(target).guards.broke(target.name(), nowNanos);
  }

  @Override
  public boolean massBreak(Target target, long nowNanos) {
    return watched(target).guards.massBreak(nowNanos);
  }
}

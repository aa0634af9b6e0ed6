package dev.holdfast.relay.server;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.guard.Ask;
import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.guard.Guards;
import dev.holdfast.engine.guard.UpstreamGuards;
import dev.holdfast.engine.session.TargetMemory;
import dev.holdfast.relay.config.BreakerSettings;
import dev.holdfast.relay.config.RelayConfig;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What all sessions of a process share: the guards of each upstream, with a timer for what time
 * alone decides, and what was learnt of each target. Safe for many threads.
 */
final class GuardBoard extends TargetMemory {
  private static final class Watched {
    final Guards guards;
    final AtomicLong armedAt = new AtomicLong(Long.MAX_VALUE);

    Watched(Guards guards) {
      this.guards = guards;
    }
  }

  private final Vertx vertx;
  private final Map<String, Watched> upstreams = new HashMap<>();

  GuardBoard(RelayConfig config, Vertx vertx) {
    this.vertx = vertx;
    for (var upstream : config.upstreams()) {
      var settings =
          GuardSettings.DEFAULTS
              .withBreaker(breaker(config.breaker()))
              .withConcurrencyMax(upstream.concurrencyMax());
      upstreams.put(upstream.name(), new Watched(new UpstreamGuards(settings)));
    }
  }

  private static GuardSettings.Breaker breaker(BreakerSettings written) {
    return new GuardSettings.Breaker(
        written.enabled(),
        written.failuresInRow(),
        written.ratePercent() / 100.0,
        written.resultsMin(),
        written.window(),
        written.open(),
        written.openMax(),
        written.successesToClose(),
        GuardSettings.Breaker.DEFAULTS.successAfter());
  }

  void ask(String upstream, Ask ask) {
    with(upstream, guards -> guards.ask(ask, System.nanoTime()));
  }

  void withdraw(String upstream, Ask ask) {
    with(upstream, guards -> guards.withdraw(ask, System.nanoTime()));
  }

  /** Does something that may give others their turn, now or at another time than before. */
  void with(String upstream, Consumer<Guards> act) {
    var watched = watched(upstream);
    act.accept(watched.guards);
    arm(watched);
  }

  private Watched watched(String upstream) {
    var watched = upstreams.get(upstream);
    if (watched == null) {
      throw new IllegalArgumentException("expected a configured upstream, got " + upstream);
    }
    return watched;
  }

  private void arm(Watched watched) {
    long wake = watched.guards.wakeAtNanos();
    // Of many at once the earliest time wins, whoever comes last.
    if (watched.armedAt.getAndAccumulate(wake, Math::min) <= wake) {
      return;
    }
    vertx.setTimer(
        millisUntil(wake),
        id -> {
          watched.armedAt.compareAndSet(wake, Long.MAX_VALUE);
          watched.guards.wake(System.nanoTime());
          arm(watched);
        });
  }

  /** A timer never fires early, so that a deadline is due when it does. */
  static long millisUntil(long nanos) {
    return Math.max(1, Math.ceilDiv(nanos - System.nanoTime(), 1_000_000L));
  }

  @Override
  public boolean broke(Target target, long nowNanos) {
    return watched(target.upstream()).guards.broke(target.name(), nowNanos);
  }

  @Override
  public boolean massBreak(Target target, long nowNanos) {
    return watched(target.upstream()).guards.massBreak(nowNanos);
  }
}

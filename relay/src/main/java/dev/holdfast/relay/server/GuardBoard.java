package dev.holdfast.relay.server;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;
import dev.holdfast.engine.guard.Ask;
import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.guard.Guards;
import dev.holdfast.engine.guard.UpstreamGuards;
import dev.holdfast.engine.session.Surroundings;
import dev.holdfast.relay.config.BreakerSettings;
import dev.holdfast.relay.config.RelayConfig;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What all sessions of a process share: the guards of each upstream, with a timer for what time
 * alone decides, and what was learnt of each target. Safe for many threads.
 */
final class GuardBoard implements Surroundings {
  /** Targets are names of models, and callers can make up any number of them. */
  private static final int TARGETS_KEPT = 1_024;

  private static final long KEY_REJECTED_NANOS = Duration.ofSeconds(60).toNanos();

  private static final class Watched {
    final Guards guards;
    final AtomicLong armedAt = new AtomicLong(Long.MAX_VALUE);

    Watched(Guards guards) {
      this.guards = guards;
    }
  }

  private final Vertx vertx;
  private final Map<String, Watched> upstreams = new HashMap<>();
  private final ConcurrentHashMap<String, TargetKnowledge> knowledge = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Long> rejectedUntil = new ConcurrentHashMap<>();

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

  @Override
  public TargetKnowledge knowledge(Target target) {
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
  public void keyRejected(Target target, long nowNanos) {
    if (rejectedUntil.size() >= TARGETS_KEPT) {
      rejectedUntil.values().removeIf(until -> until <= nowNanos);
    }
    rejectedUntil.put(target.name(), nowNanos + KEY_REJECTED_NANOS);
  }

  /** After the time one session tries the target again; the others wait for what it finds. */
  @Override
  public boolean skipped(Target target, long nowNanos) {
    var until = rejectedUntil.get(target.name());
    if (until == null) {
      return false;
    }
    return nowNanos < until
        || !rejectedUntil.replace(target.name(), until, nowNanos + KEY_REJECTED_NANOS);
  }

  @Override
  public void keyAccepted(Target target) {
    rejectedUntil.remove(target.name());
  }
}

package dev.holdfast.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.retry.Backoff;
import dev.holdfast.engine.retry.RetryPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two accidents in virtual time, with sessions that keep only the rules of attempts: a provider's
 * restart that cuts a thousand streams at once, and an outage of a minute under steady traffic.
 */
class GuardSimulationTest {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final RetryPolicy POLICY = RetryPolicy.DEFAULTS;

  /** A provider that refuses in a given time, and otherwise answers. */
  private record Provider(
      long refusesFrom, long refusesUntil, long refusalNanos, long firstNanos, long answerNanos) {
    boolean refuses(long now) {
      return now >= refusesFrom && now < refusesUntil;
    }
  }

  /** The world of one accident: guards, time, provider, and what is counted. */
  private static final class Accident {
    final UpstreamGuards guards;
    final Virtual time;
    final Provider provider;
    final SplittableRandom random;
    final List<Long> calls = new ArrayList<>();
    final List<Session> sessions = new ArrayList<>();
    int recoveriesInFlight;
    int recoveriesInFlightMax;
    int aboveSlots;

    Accident(GuardSettings settings, Provider provider, long seed) {
      guards = new UpstreamGuards(settings);
      time = new Virtual(guards);
      this.provider = provider;
      random = new SplittableRandom(seed);
    }

    Session arrive(long id) {
      var session = new Session(this, id);
      sessions.add(session);
      session.ask(Ask.Kind.FIRST, time.now() + 120 * SECOND);
      return session;
    }

    long callsBetween(long from, long until) {
      return calls.stream().filter(at -> at >= from && at < until).count();
    }

    long ended(String how) {
      return sessions.stream().filter(s -> s.ended.equals(how)).count();
    }
  }

  /** The rules of attempts, and nothing else of a session. */
  private static final class Session implements Ask.Answer {
    private final Accident world;
    private final long id;
    private final long arrivedAt;
    private Ask.Kind kind = Ask.Kind.FIRST;
    private boolean content;
    private long brokenAt;
    private int failures;
    private int inRow;
    private int attempts;
    private boolean breaks;
    String ended = "";
    long endedAt;
    long resumedAt;
    int granted;

    Session(Accident world, long id) {
      this.world = world;
      this.id = id;
      arrivedAt = world.time.now();
    }

    void ask(Ask.Kind newKind, long deadline) {
      kind = newKind;
      var owner = "owner-" + id % 50;
      var ask = new Ask(id, owner, "up/model", kind, deadline, brokenAt, this);
      world.guards.ask(ask, world.time.now());
    }

    @Override
    public void waiting(int position, long nowNanos) {
      assertThat(position).isPositive();
    }

    @Override
    public void refused(Failure failure, long nowNanos) {
      end(failure.why());
    }

    @Override
    public void granted(Lease lease, long nowNanos) {
      granted++;
      attempts++;
      world.calls.add(nowNanos);
      if (kind == Ask.Kind.CONTINUATION) {
        world.recoveriesInFlight++;
        world.recoveriesInFlightMax =
            Math.max(world.recoveriesInFlightMax, world.recoveriesInFlight);
        if (world.recoveriesInFlight > world.guards.reading(nowNanos).slots()) {
          world.aboveSlots++;
        }
      }
      if (world.provider.refuses(nowNanos)) {
        world.time.in(world.provider.refusalNanos(), () -> fail(lease));
      } else {
        world.time.in(world.provider.firstNanos(), () -> progress(lease));
      }
    }

    private void progress(Lease lease) {
      if (kind == Ask.Kind.CONTINUATION) {
        world.recoveriesInFlight--;
      }
      content = true;
      failures = 0;
      inRow = 0;
      resumedAt = world.time.now();
      lease.progressed(world.time.now());
      if (breaks) {
        world.time.at(world.provider.refusesFrom(), () -> breakOff(lease));
        breaks = false;
        return;
      }
      world.time.in(
          world.provider.answerNanos(),
          () -> {
            lease.settle(new Settlement.Completed(), world.time.now());
            end("complete");
          });
    }

    private void breakOff(Lease lease) {
      var now = world.time.now();
      brokenAt = now;
      var another = world.guards.broke("up/model", now);
      var wait = another ? Backoff.spread(POLICY, world.random).toNanos() : 0;
      lease.settle(new Settlement.Failed(true, wait, 0), now);
      again(wait);
    }

    private void fail(Lease lease) {
      var now = world.time.now();
      if (kind == Ask.Kind.CONTINUATION) {
        world.recoveriesInFlight--;
      }
      // What doesn't count towards the five still makes the waits longer.
      failures++;
      inRow += world.guards.massBreak(now) ? 0 : 1;
      var wait = Backoff.after(failures, POLICY, world.random).toNanos();
      lease.settle(new Settlement.Failed(false, wait, 0), now);
      if (inRow >= POLICY.attemptsWithoutProgressMax() || attempts >= POLICY.attemptsMax()) {
        end("attempts_spent");
        return;
      }
      again(wait);
    }

    private void again(long wait) {
      var deadline = content ? brokenAt + 600 * SECOND : arrivedAt + 120 * SECOND;
      var next = content ? Ask.Kind.CONTINUATION : Ask.Kind.RETRY;
      world.time.in(wait, () -> ask(next, deadline));
    }

    private void end(String how) {
      assertThat(ended).as("a session ends once").isEmpty();
      ended = how;
      endedAt = world.time.now();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void massBreak_aThousandStreams_allComeOutWholeAndNeverMoreThanTheSlotsAtOnce(long seed) {
    var provider = new Provider(10 * SECOND, 13 * SECOND, 20 * MILLI, 300 * MILLI, 2 * SECOND);
    var world = new Accident(GuardSettings.DEFAULTS, provider, seed);
    for (var id = 0; id < 1_000; id++) {
      world.arrive(id).breaks = true;
    }

    world.time.runUntil(120 * SECOND);

    var worst = world.sessions.stream().mapToLong(s -> s.resumedAt).max().orElseThrow();
    var after = (worst - 10 * SECOND) / MILLI;
    var refused = world.callsBetween(10 * SECOND, 13 * SECOND);
    System.out.printf(
        "mass break: seed %d, whole %d, worst %d ms, calls into the restart %d, at once %d%n",
        seed, world.ended("complete"), after, refused, world.recoveriesInFlightMax);
    assertThat(world.ended("complete")).as("seed %d", seed).isEqualTo(1_000);
    assertThat(world.aboveSlots).as("seed %d", seed).isZero();
    assertThat(after).as("seed %d", seed).isLessThanOrEqualTo(15_000);
    assertThat(refused).as("seed %d", seed).isLessThan(200);
    assertThat(world.guards.reading(120 * SECOND).inFlight()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void outage_breakerOff_isBoundedByTheBudgetAndDrainsWithinHalfAMinute(long seed) {
    var settings = GuardSettings.DEFAULTS.withBreaker(GuardSettings.Breaker.DEFAULTS.withOn(false));
    var world = outage(settings, seed);

    world.time.runUntil(60 * SECOND);
    var calls = world.callsBetween(0, 60 * SECOND);
    var waiting = world.guards.reading(60 * SECOND).waiting();
    world.time.runUntil(90 * SECOND);
    var left = world.guards.reading(90 * SECOND).waiting();
    world.time.runUntil(300 * SECOND);

    var drained =
        world.sessions.stream()
            .filter(s -> s.arrivedAt < 60 * SECOND && s.ended.equals("complete"))
            .mapToLong(s -> s.resumedAt - 60 * SECOND)
            .max()
            .orElseThrow();
    System.out.printf(
        "outage, breaker off: seed %d, calls %d, waiting at the end %d, drained after %d ms,"
            + " complete %d, queue_full %d, attempts_spent %d, wait_timeout %d%n",
        seed,
        calls,
        waiting,
        drained / MILLI,
        world.ended("complete"),
        world.ended("queue_full"),
        world.ended("attempts_spent"),
        world.ended("wait_timeout"));
    assertThat(calls).as("seed %d", seed).isLessThanOrEqualTo((long) (1.2 * 6_000) + 180);
    assertThat(left).as("seed %d", seed).isZero();
    assertThat(drained).as("seed %d", seed).isLessThanOrEqualTo(30 * SECOND);
    assertThat(world.ended("complete")).as("seed %d", seed).isGreaterThan(7_900);
    assertThat(world.ended("")).as("seed %d", seed).isZero();
  }

  @Test
  void outage_breakerOn_oneTrialAnOpenPeriod() {
    var seed = 1L;
    var world = outage(GuardSettings.DEFAULTS, seed);

    world.time.runUntil(300 * SECOND);

    var before = world.callsBetween(0, SECOND);
    var during = world.callsBetween(SECOND, 60 * SECOND);
    System.out.printf(
        "outage, breaker on: seed %d, calls before it opened %d, trials %d, complete %d,"
            + " breaker_open %d%n",
        seed, before, during, world.ended("complete"), world.ended("breaker_open"));
    assertThat(before).as("seed %d", seed).isLessThan(20);
    assertThat(during).as("seed %d", seed).isEqualTo(1);
    assertThat(world.ended("")).as("seed %d", seed).isZero();
    assertThat(world.guards.breaker("up/model", 300 * SECOND)).isEqualTo(BreakerState.CLOSED);
  }

  private static Accident outage(GuardSettings settings, long seed) {
    var provider = new Provider(0, 60 * SECOND, 50 * MILLI, 300 * MILLI, 2 * SECOND);
    var world = new Accident(settings, provider, seed);
    for (var id = 0; id < 12_000; id++) {
      var session = id;
      world.time.at(id * 10 * MILLI, () -> world.arrive(session));
    }
    return world;
  }
}

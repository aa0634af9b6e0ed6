package dev.holdfast.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.engine.guard.Ask.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations against a simple model, which keeps lists and counts them anew each time: what
 * is in flight, which retries the window holds, which slots are taken, who waits and who came
 * first.
 */
class UpstreamGuardsPropertyTest {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final int STEPS = 4_000;

  static List<Long> seeds() {
    var seeds = new ArrayList<Long>();
    for (var seed = 1L; seed <= 40; seed++) {
      seeds.add(seed);
    }
    return seeds;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anyOperations_everyAskIsAnsweredOnceAndNoLimitIsPassed(long seed) {
    var run = new Run(seed);
    try {
      for (var step = 0; step < STEPS; step++) {
        run.step();
      }
      run.settleAll();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed + ", settings " + run.settings, e);
    }
  }

  /** One history, and the model beside it. */
  private static final class Run {
    private final SplittableRandom random;
    final GuardSettings settings;
    private final UpstreamGuards guards;
    private final List<Asker> waiting = new ArrayList<>();
    private final List<Asker> live = new ArrayList<>();
    private final Map<Asker, Long> retriesOut = new IdentityHashMap<>();
    private final List<Long> firsts = new ArrayList<>();
    private final Set<Asker> onSlot = new LinkedHashSet<>();
    private final List<Long> cooling = new ArrayList<>();
    private final Set<Asker> progressed = new LinkedHashSet<>();
    private long now = -5 * SECOND;
    private long sessions;

    Run(long seed) {
      random = new SplittableRandom(seed);
      settings =
          new GuardSettings(
              GuardSettings.Breaker.DEFAULTS
                  .withOn(random.nextInt(4) > 0)
                  .withRow(1 + random.nextInt(6), Duration.ofSeconds(1 + random.nextInt(30)), 2),
              new GuardSettings.Budget(0.2, random.nextInt(4), Duration.ofSeconds(10)),
              new GuardSettings.Recovery(1 + random.nextInt(8), 64, 8),
              random.nextInt(60),
              random.nextBoolean() ? GuardSettings.UNLIMITED : 1 + random.nextInt(20));
      guards = new UpstreamGuards(settings);
    }

    void step() {
      if (random.nextInt(3) == 0) {
        now += random.nextInt(20) == 0 ? random.nextLong(4 * SECOND) : random.nextLong(50 * MILLI);
      }
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> ask();
        case 4 -> withdraw();
        case 5 -> progress();
        case 6, 7 -> settle(false);
        case 8 -> guards.broke(target(), now);
        default -> wake();
      }
      reconcile();
    }

    private void ask() {
      var kind = Kind.values()[random.nextInt(3)];
      var deadline = now + random.nextLong(20 * SECOND);
      var broken = now - random.nextLong(5 * SECOND);
      var owner = "owner" + random.nextInt(4);
      var asker = new Asker(sessions++, owner, target(), kind, deadline, broken);
      waiting.add(asker);
      asker.ask(guards, now);
      if (!asker.waits() && asker.failure != null && asker.refusal().equals("breaker_open")) {
        assertThat(kind).isEqualTo(Kind.FIRST);
      }
      if (kind == Kind.CONTINUATION) {
        assertThat(asker.refusal()).isIn("", "wait_timeout");
      }
    }

    private void withdraw() {
      if (!waiting.isEmpty()) {
        guards.withdraw(waiting.remove(random.nextInt(waiting.size())).ask, now);
      } else {
        guards.wake(now);
      }
    }

    private void progress() {
      if (live.isEmpty()) {
        guards.wake(now);
        return;
      }
      var asker = live.get(random.nextInt(live.size()));
      modelProgress(asker);
      asker.lease().progressed(now);
    }

    private void settle(boolean well) {
      if (live.isEmpty()) {
        guards.wake(now);
        return;
      }
      var asker = live.remove(random.nextInt(live.size()));
      var lease = asker.lease();
      var wait = random.nextLong(3 * SECOND);
      var how = well ? 0 : random.nextInt(4);
      Settlement settlement =
          switch (how) {
            case 0 -> new Settlement.Completed();
            case 1 -> new Settlement.Neutral();
            case 2 -> new Settlement.Failed(true, wait, 0);
            default -> new Settlement.Failed(false, wait, random.nextInt(2) * SECOND);
          };
      if (how == 0 || how == 2) {
        modelProgress(asker);
      } else if (onSlot.remove(asker) && how == 3 && wait > 0) {
        cooling.add(now + wait);
      }
      lease.settle(settlement, now);
      assertThatThrownBy(() -> lease.settle(settlement, now))
          .isInstanceOf(IllegalStateException.class);
    }

    private void modelProgress(Asker asker) {
      progressed.add(asker);
      onSlot.remove(asker);
      retriesOut.remove(asker);
    }

    private void wake() {
      var at = guards.wakeAtNanos();
      if (at <= now || random.nextBoolean() && at < now + 60 * SECOND) {
        now = Math.max(at, now);
      }
      guards.wake(now);
      assertThat(guards.wakeAtNanos()).as("after a wake").isGreaterThan(now);
    }

    /** Takes what the guards answered into the model, then checks every limit. */
    private void reconcile() {
      var before = List.copyOf(waiting);
      // A first call brings its part of a retry, which may have let one go in the same operation.
      before.stream()
          .filter(asker -> asker.lease != null && asker.ask.kind() == Kind.FIRST)
          .forEach(asker -> firsts.add(now));
      for (var asker : before) {
        assertThat(asker.answers).isLessThanOrEqualTo(1);
        if (asker.waits()) {
          assertThat(asker.places).isNotEmpty();
          assertThat(asker.ask.deadlineNanos()).as("deadline of one that waits").isGreaterThan(now);
          continue;
        }
        waiting.remove(asker);
        if (asker.lease != null) {
          overtakesNobody(asker, before);
          granted(asker);
        }
      }
      limits();
    }

    private void granted(Asker asker) {
      live.add(asker);
      switch (asker.ask.kind()) {
        case FIRST -> {}
        case RETRY -> {
          retriesOut.put(asker, now);
          retriesOut.values().removeIf(at -> at <= now - 10 * SECOND);
          assertThat(retriesOut.size()).as("retries in the window").isLessThanOrEqualTo(allowed());
        }
        case CONTINUATION -> {
          onSlot.add(asker);
          cooling.removeIf(until -> until <= now);
          assertThat(onSlot.size() + cooling.size())
              .as("slots taken")
              .isLessThanOrEqualTo(guards.reading(now).slots());
        }
      }
    }

    /**
     * Of the same kind, target and owner nobody who came earlier still waits, by break or arrival.
     */
    private void overtakesNobody(Asker granted, List<Asker> before) {
      for (var other : before) {
        if (!other.waits() || other.ask.kind() != granted.ask.kind()) {
          continue;
        }
        if (granted.ask.kind() == Kind.CONTINUATION) {
          // One that came in this very operation came after those who could go before it.
          assertThat(other.ask.session() == sessions - 1 ? now : other.ask.brokenAtNanos())
              .as("break of one that still waits")
              .isGreaterThanOrEqualTo(granted.ask.brokenAtNanos());
        } else if (other.ask.owner().equals(granted.ask.owner())
            && other.ask.target().equals(granted.ask.target())) {
          assertThat(other.ask.session())
              .as("arrival of one that still waits")
              .isGreaterThan(granted.ask.session());
        }
      }
    }

    private void limits() {
      var reading = guards.reading(now);
      cooling.removeIf(until -> until <= now);
      firsts.removeIf(at -> at <= now - 11 * SECOND);
      retriesOut.values().removeIf(at -> at <= now - 10 * SECOND);
      assertThat(reading.inFlight())
          .isEqualTo(live.size())
          .isLessThanOrEqualTo(settings.concurrencyMax());
      var inLine = waiting.stream().filter(a -> a.ask.kind() != Kind.CONTINUATION).count();
      assertThat((long) reading.waiting())
          .isEqualTo(inLine)
          .isLessThanOrEqualTo(settings.waitingMax());
      assertThat(reading.recovering()).isEqualTo((int) (waiting.size() - inLine));
      assertThat(reading.slotsTaken()).isEqualTo(onSlot.size() + cooling.size());
      assertThat(reading.retriesUsed()).isEqualTo(retriesOut.size());
      assertThat(reading.retriesAllowed()).isLessThanOrEqualTo(allowed());
    }

    private int allowed() {
      var floor = (int) (settings.budget().floorPerSecond() * 10);
      var within = firsts.stream().filter(at -> at > now - 10 * SECOND).count();
      return Math.max(floor, (int) (0.2 * within));
    }

    /** Everything ends well from here; then nobody may be left. */
    void settleAll() {
      for (var round = 0; !(live.isEmpty() && waiting.isEmpty()); round++) {
        assertThat(round).as("rounds until all is settled").isLessThan(100_000);
        if (live.isEmpty()) {
          var at = guards.wakeAtNanos();
          assertThat(at).as("wake-up while %d wait", waiting.size()).isLessThan(Long.MAX_VALUE);
          now = Math.max(now, at);
          guards.wake(now);
        } else {
          settle(true);
        }
        reconcile();
      }
      now += 10 * SECOND;
      guards.wake(now);
      var reading = guards.reading(now);
      assertThat(reading.inFlight() + reading.waiting() + reading.recovering()).isZero();
      assertThat(reading.slotsTaken()).isZero();
      assertThat(reading.retriesUsed()).isZero();
      assertThat(guards.wakeAtNanos()).isEqualTo(Long.MAX_VALUE);
    }

    private String target() {
      return "up/" + random.nextInt(3);
    }
  }
}

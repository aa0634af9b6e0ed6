package dev.holdfast.simulator.world;

import dev.holdfast.engine.delivery.DeliverySettings;
import dev.holdfast.engine.delivery.DeliverySettings.OnDisconnect;
import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.journal.MemoryLimits;
import dev.holdfast.journal.StoreFaultPlan;
import dev.holdfast.simulator.world.ReaderSpec.Opening;
import dev.holdfast.simulator.world.SessionSpec.Asking;
import dev.holdfast.simulator.world.SessionSpec.Cancel;
import dev.holdfast.simulator.world.SessionSpec.Chunking;
import dev.holdfast.simulator.world.SessionSpec.Mode;
import dev.holdfast.simulator.world.SessionSpec.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Draws a plan from a seed. Each run has its own mix, so that rare things meet each other. */
final class Planner {
  private static final long SECOND = 1_000_000_000L;
  private static final int SPARES = 16;

  /** What those come with who did not send the request. */
  private static final List<Opening> LATER =
      List.of(
          Opening.FROM_START,
          Opening.SOMEWHERE,
          Opening.SOMEWHERE,
          Opening.AT_END,
          Opening.PAST_END);

  /**
   * After the last fault everything must be over within this. Longest: calls that hang at the
   * reasoning clocks, one after the other where only one may be out, each void once and doubled.
   */
  private static final long BOUND_NANOS = 2_400 * SECOND;

  /** Between two who come late, so that a breaker has half-opened again. */
  private static final long APART_NANOS = 400 * SECOND;

  private final Draw draw;
  private final long seed;
  private boolean calm;
  private boolean crowded;
  private long clocksNanos;

  private Planner(long seed) {
    this.seed = seed;
    this.draw = new Draw(seed);
  }

  static Plan plan(long seed) {
    return new Planner(seed).draw();
  }

  private Plan draw() {
    calm = draw.chance(0.3);
    crowded = draw.chance(0.4);
    clocksNanos = draw.chance(0.4) ? 0 : draw.millis(6_000, 25_000);
    var targets = targets();
    var sessions = new ArrayList<SessionSpec>();
    int count = crowded ? draw.between(3, 6) : draw.between(1, 4);
    for (int i = 0; i < count; i++) {
      sessions.add(session(targets.size()));
    }
    sessions.sort(Comparator.comparingLong(SessionSpec::arriveNanos));
    long healNanos = draw.millis(30_000, 120_000);
    var latecomers = new ArrayList<SessionSpec>();
    for (int i = draw.between(1, 2); i > 0; i--) {
      latecomers.add(
          SessionSpec.plain(
                  BOUND_NANOS + i * APART_NANOS,
                  Item.drawn(kind(), draw),
                  route(targets.size()),
                  wire())
              .withReaders(latecomers()));
    }
    return new Plan(
        seed,
        draw.chance(0.5) ? draw.bits() >> 10 : draw.millis(0, 1_000_000),
        clocks(),
        retry(),
        delivery(),
        draw.chance(0.6) ? 10_000 : 1,
        limits(),
        guards(),
        store(),
        process(),
        targets,
        sessions,
        breaks(targets),
        outages(targets),
        stops(),
        drains(),
        spares(targets.size()),
        healNanos,
        BOUND_NANOS,
        latecomers);
  }

  /** Those who come when all is well: at first, from a cursor, and long after the end. */
  private List<ReaderSpec> latecomers() {
    var readers = new ArrayList<ReaderSpec>();
    readers.add(ReaderSpec.PLAIN);
    for (int i = draw.between(0, 2); i > 0; i--) {
      readers.add(
          new ReaderSpec(
              draw.spread(1, 100_000),
              draw.pick(LATER),
              draw.between(0, 100) / 100.0,
              64 << 10,
              64 << 10,
              0,
              draw.between(1, 20),
              draw.between(0, 3),
              draw.spread(1, 5_000),
              draw.chance(0.2),
              false));
    }
    return readers;
  }

  private List<TargetSpec> targets() {
    var targets = new ArrayList<TargetSpec>();
    int upstreams = draw.between(1, 2);
    int count = draw.between(upstreams, 3);
    for (int i = 0; i < count; i++) {
      targets.add(TargetSpec.drawn("up" + (i % upstreams), "m" + i, draw));
    }
    return targets;
  }

  private List<SessionSpec> spares(int targets) {
    var spares = new ArrayList<SessionSpec>();
    for (int i = 0; i < SPARES; i++) {
      spares.add(session(targets));
    }
    return spares;
  }

  private List<Integer> route(int targets) {
    int first = draw.between(0, targets - 1);
    int length = draw.between(1, targets);
    var route = new ArrayList<Integer>();
    for (int i = 0; i < length; i++) {
      route.add((first + i) % targets);
    }
    return route;
  }

  private Item.Kind kind() {
    return draw.chance(0.6) ? Item.Kind.TEXT : draw.pick(List.of(Item.Kind.values()));
  }

  private SessionSpec session(int targets) {
    var item = Item.drawn(kind(), draw);
    var asking = asking();
    return new SessionSpec(
        draw.millis(0, crowded ? 200 : 8_000),
        item,
        asking,
        route(targets),
        fates(item),
        wire(),
        readers(asking, item),
        cancel());
  }

  private Asking asking() {
    return new Asking(
        draw.chance(0.8) ? Mode.STREAMED : draw.pick(List.of(Mode.WHOLE, Mode.UNSTREAMED)),
        draw.chance(0.05),
        draw.chance(0.3),
        draw.chance(0.15),
        draw.chance(0.3),
        draw.chance(0.2),
        draw.chance(0.08) ? draw.millis(2_000, 100_000) : 0,
        draw.chance(0.15) ? draw.between(200, 4_000) : 256 << 10);
  }

  private Cancel cancel() {
    if (draw.chance(0.06)) {
      return new Cancel(draw.spread(1, 60_000), 0);
    }
    // Across a continuation: between the break and what follows it, or a little later.
    return draw.chance(0.05) ? new Cancel(draw.millis(0, 60), draw.between(1, 3)) : Cancel.NEVER;
  }

  private Wire wire() {
    boolean fast = draw.chance(0.4);
    return new Wire(
        draw.millis(1, fast ? 50 : 2_000),
        draw.chance(0.1) ? 0 : draw.millis(1, fast ? 20 : 400),
        draw.pick(List.of(Chunking.values())),
        draw.chance(0.2),
        draw.chance(0.1),
        draw.chance(0.2));
  }

  private List<Fate> fates(Item item) {
    var fates = new ArrayList<Fate>();
    int count = draw.chance(0.1) ? draw.between(3, 9) : draw.between(0, 4);
    for (int i = 0; i < count; i++) {
      fates.add(fate(item));
    }
    return fates;
  }

  private Fate fate(Item item) {
    var kind =
        draw.chance(0.45)
            ? draw.pick(
                List.of(
                    Fate.Kind.RESET,
                    Fate.Kind.RESET_IN_EVENT,
                    Fate.Kind.CLEAN_END,
                    Fate.Kind.STALL,
                    Fate.Kind.SILENCE))
            : draw.pick(List.of(Fate.Kind.values()));
    int at = draw.chance(0.15) ? 0 : draw.between(0, Math.max(1, item.deltas()));
    long nanos =
        kind == Fate.Kind.LIMITED
            ? draw.between(1, draw.chance(0.1) ? 200 : 12) * SECOND
            : draw.spread(500, draw.chance(0.5) ? 30_000 : 200_000);
    return new Fate(kind, at, nanos, draw.chance(0.5));
  }

  /** Sooner than any store forgets an answer, though the process stood still meanwhile. */
  private static final int LATE_CALL_MILLIS = 80_000;

  private List<ReaderSpec> readers(Asking asking, Item item) {
    boolean streaming = asking.mode() == Mode.STREAMED;
    var readers = new ArrayList<ReaderSpec>();
    readers.add(reader(0, Opening.REQUEST, item, asking));
    if (asking.keyed()) {
      for (int i = draw.between(0, 3); i > 0; i--) {
        // Late enough, it finds an answer that failed, which goes on for it.
        int latestMillis = draw.chance(0.5) ? LATE_CALL_MILLIS : 2_000;
        long arrive = draw.chance(0.3) ? 0 : draw.spread(1, latestMillis);
        readers.add(reader(arrive, Opening.REQUEST, item, asking));
      }
    }
    if (!streaming) {
      return readers;
    }
    if (draw.chance(0.3)) {
      for (int i = draw.between(1, 3); i > 0; i--) {
        readers.add(reader(draw.spread(1, 300_000), draw.pick(LATER), item, asking));
      }
    }
    if (draw.chance(0.02)) {
      long storm = draw.spread(1, 60_000);
      for (int i = draw.between(10, 30); i > 0; i--) {
        readers.add(reader(storm, draw.pick(LATER), item, asking));
      }
    }
    return readers;
  }

  private ReaderSpec reader(long arriveNanos, Opening opening, Item item, Asking asking) {
    boolean streaming = asking.mode() == Mode.STREAMED;
    boolean crawls = streaming && draw.chance(0.05);
    boolean slow = streaming && (crawls || draw.chance(0.25));
    boolean leaves = draw.chance(streaming ? 0.35 : 0.05);
    boolean deaf = leaves && draw.chance(0.15);
    boolean back = streaming && draw.chance(leaves ? 0.7 : 0.3);
    int times = draw.chance(0.5) ? 1 : draw.between(2, 5);
    int takes = slow ? draw.between(crawls ? 200 : 100, crawls ? 500 : 2_000) : 64 << 10;
    return new ReaderSpec(
        arriveNanos,
        opening,
        draw.between(0, 100) / 100.0,
        // One that crawls still takes something often enough, and is not cut.
        crawls ? takes * draw.between(1, 4) : slow ? draw.between(300, 4_000) : takes,
        takes,
        crawls ? draw.millis(2_000, 6_000) : slow ? draw.millis(1, 800) : 0,
        leaves ? draw.between(0, item.deltas() / times + 2) : Integer.MAX_VALUE,
        times,
        back ? draw.spread(1, draw.chance(0.1) ? 200_000 : 20_000) : 0,
        draw.chance(0.15),
        deaf);
  }

  private List<Plan.Break> breaks(List<TargetSpec> targets) {
    var breaks = new ArrayList<Plan.Break>();
    for (int i = draw.chance(0.4) ? draw.between(1, 2) : 0; i > 0; i--) {
      breaks.add(new Plan.Break(draw.spread(100, 20_000), draw.pick(targets).upstream()));
    }
    return breaks;
  }

  private List<Plan.Outage> outages(List<TargetSpec> targets) {
    var outages = new ArrayList<Plan.Outage>();
    if (draw.chance(0.2)) {
      outages.add(
          new Plan.Outage(
              draw.spread(50, 20_000),
              draw.spread(500, 60_000),
              draw.pick(targets).upstream(),
              draw.spread(1, 1_000)));
    }
    return outages;
  }

  private List<Plan.Stop> stops() {
    var stops = new ArrayList<Plan.Stop>();
    for (int i = draw.chance(0.3) ? draw.between(1, 2) : 0; i > 0; i--) {
      stops.add(new Plan.Stop(draw.spread(50, 25_000), draw.spread(200, 90_000)));
    }
    return stops;
  }

  private Clocks clocks() {
    return clocksNanos == 0
        ? Clocks.DEFAULTS
        : Clocks.DEFAULTS.withProgress(Duration.ofNanos(clocksNanos));
  }

  private RetryPolicy retry() {
    return draw.chance(0.8)
        ? RetryPolicy.DEFAULTS
        : RetryPolicy.DEFAULTS.withAttempts(draw.between(1, 3), draw.between(3, 6));
  }

  private DeliverySettings delivery() {
    var usual = DeliverySettings.DEFAULTS;
    return new DeliverySettings(
        usual.commitAfter(),
        usual.commentEvery(),
        usual.stuckAfter(),
        draw.chance(0.5) ? usual.goneAfter() : Duration.ofSeconds(draw.between(1, 20)),
        draw.chance(0.3) ? usual.orphanAfter() : Duration.ofSeconds(draw.between(5, 100)),
        draw.chance(0.6) ? OnDisconnect.AUTO : draw.pick(List.of(OnDisconnect.values())),
        draw.chance(0.9) ? usual.readersMax() : draw.between(1, 3));
  }

  private MemoryLimits limits() {
    // A process that stops for long must not find its sessions gone.
    return new MemoryLimits(
        1L << 40,
        64 << 20,
        Duration.ofSeconds(draw.between(150, draw.chance(0.7) ? 300 : 3_600)),
        Duration.ofDays(1),
        Duration.ofSeconds(draw.between(60, 600)));
  }

  private List<Long> drains() {
    return draw.chance(0.05) ? List.of(draw.spread(100, 30_000)) : List.of();
  }

  private GuardSettings guards() {
    var guards = GuardSettings.DEFAULTS;
    if (draw.chance(0.6)) {
      guards = guards.withBreaker(GuardSettings.Breaker.DEFAULTS.withOn(false));
    } else if (draw.chance(0.5)) {
      guards =
          guards.withBreaker(
              GuardSettings.Breaker.DEFAULTS.withRow(
                  draw.between(2, 4), Duration.ofSeconds(draw.between(1, 20)), draw.between(1, 3)));
    }
    if (draw.chance(0.5)) {
      double floor = draw.between(1, 4) / 10.0;
      guards = guards.withBudget(new GuardSettings.Budget(0.2, floor, Duration.ofSeconds(10)));
    }
    if (draw.chance(0.5)) {
      guards = guards.withRecovery(new GuardSettings.Recovery(draw.between(1, 3), 64, 3));
    }
    if (draw.chance(0.15)) {
      guards = guards.withConcurrencyMax(draw.between(1, 3));
    }
    return guards;
  }

  private StoreFaultPlan store() {
    if (calm || draw.chance(0.3)) {
      return StoreFaultPlan.sameTurn(draw.bits());
    }
    var plan =
        new StoreFaultPlan(
            draw.bits(),
            draw.between(1, 10) / 10.0,
            Duration.ofNanos(draw.spread(1, draw.chance(0.2) ? 2_000 : 30)),
            0,
            0,
            0);
    return draw.chance(0.2)
        ? plan.withMishaps(
            draw.between(0, 10) / 1000.0, draw.between(0, 10) / 1000.0, draw.between(0, 5) / 1000.0)
        : plan;
  }

  private Plan.Process process() {
    return new Plan.Process(
        draw.chance(0.5),
        calm ? 0 : draw.millis(0, 50),
        calm || draw.chance(0.6) ? 0 : 0.05,
        draw.chance(0.5) ? 0 : draw.millis(0, 5),
        draw.chance(0.2));
  }
}

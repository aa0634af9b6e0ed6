package dev.holdfast.simulator.world;

import dev.holdfast.engine.delivery.DeliverySettings;
import dev.holdfast.engine.guard.BreakerState;
import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.journal.MemoryLimits;
import dev.holdfast.journal.StoreFaultPlan;
import dev.holdfast.simulator.world.SessionSpec.Chunking;
import dev.holdfast.simulator.world.SessionSpec.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Named histories with figures that they must keep; the checkers of every run watch them too. */
public enum Scenario {
  /** A thousand streams are cut in one instant by a provider that then refuses for 3 s at once. */
  MASS_BREAK {
    @Override
    Measured run(long seed) {
      return massBreak(seed, 1);
    }
  },
  /** The same, where each refusal takes 300 ms. */
  MASS_BREAK_SLOW {
    @Override
    Measured run(long seed) {
      return massBreak(seed, 300);
    }
  },
  /** Every connection is refused for a minute under 100 arrivals a second; no breaker. */
  OUTAGE {
    @Override
    Measured run(long seed) {
      return outage(seed, false);
    }
  },
  /** The same with the breaker. */
  OUTAGE_BREAKER {
    @Override
    Measured run(long seed) {
      return outage(seed, true);
    }
  },
  /** Two minutes of silent reasoning are healthy. */
  SILENT_REASONING {
    @Override
    Measured run(long seed) {
      var wire = new Wire(120 * SECOND, 20 * MILLI, Chunking.EVENTS, false, false, false);
      var session = SessionSpec.plain(0, items(seed, 40).get(0), List.of(0), wire).withEffort();
      var world = new World(plan(seed, List.of(session)), false);
      var report = world.run();
      return new Measured(
          problem(report)
              .or(() -> expect(report.calls() == 1, "one call, came " + report.calls()))
              .or(() -> expect(report.complete() == 1, "a whole answer")),
          report.calls() + " call");
    }
  },
  /** Clocks of 10 s, and our process stands still for 40 s with 200 streams. */
  STOPPED_PROCESS {
    @Override
    Measured run(long seed) {
      return stopped(seed, true).and(() -> stopped(seed, false));
    }
  },
  /** A reader without key or label goes away: so does its call. */
  ABORT {
    @Override
    Measured run(long seed) {
      var wire = new Wire(300 * MILLI, 1_500 * MILLI, Chunking.EVENTS, false, false, false);
      var reader = ReaderSpec.leaving(5);
      var session =
          SessionSpec.plain(0, items(seed, 40).get(0), List.of(0), wire)
              .withReaders(List.of(reader));
      var world = new World(plan(seed, List.of(session)), false);
      var report = world.run();
      var seen = world.sessions().get(0);
      long closed = seen.calls.get(0).closedNanos() - seen.readers.get(0).leftNanos();
      return new Measured(
          problem(report)
              .or(() -> expect(report.calls() == 1, "one call"))
              .or(() ->
                  expect(
                      closed > 0 && closed <= 16 * SECOND,
                      "a close within 16 s, came " + Plan.seconds(closed))),
          "closed after " + Plan.seconds(closed));
    }
  },
  /** A hundred readers of each answer drop and return at random, some with stale cursors. */
  HUNDRED_READERS {
    @Override
    Measured run(long seed) {
      int answers = 5;
      var draw = new Draw(seed);
      var items = items(seed, 60);
      var sessions = new ArrayList<SessionSpec>();
      for (int i = 0; i < answers; i++) {
        sessions.add(
            SessionSpec.plain(draw.millis(0, 3_000), draw.pick(items), List.of(0), FIRST_IN_300_MS)
                .withReaders(hundredReaders(draw)));
      }
      var world = new World(plan(seed, sessions), false);
      var report = world.run();
      var readers = world.sessions().stream().flatMap(s -> s.readers.stream()).toList();
      long whole = readers.stream().filter(Reader::hasWhole).count();
      int returns = readers.stream().mapToInt(Reader::returns).sum();
      return new Measured(
          problem(report)
              .or(() -> expect(report.calls() == answers, "5 calls, came " + report.calls()))
              .or(() -> expect(whole == readers.size(), "all whole, came " + whole))
              .or(() -> expect(returns > readers.size(), "many returns, came " + returns)),
          readers.size() + " readers, " + returns + " returns, " + report.calls() + " calls");
    }
  };

  /**
   * What came out.
   *
   * @param problem what was expected and did not come; empty if all was well
   * @param figures for a person
   */
  public record Measured(Optional<String> problem, String figures) {
    Measured and(Supplier<Measured> other) {
      if (problem.isPresent()) {
        return this;
      }
      var next = other.get();
      return new Measured(next.problem, figures + "; " + next.figures);
    }
  }

  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final String UPSTREAM = "up0";
  private static final MemoryLimits LIMITS =
      new MemoryLimits(1L << 40, 64 << 20, Duration.ofHours(1), Duration.ofDays(1));
  private static final Wire FIRST_IN_300_MS =
      new Wire(270 * MILLI, 200 * MILLI, Chunking.EVENTS, false, false, false);

  /** The scenario as the command line names it. */
  public String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Runs it once. */
  public Measured measure(long seed) {
    return run(seed);
  }

  abstract Measured run(long seed);

  // ---- histories

  private static Measured massBreak(long seed, long refusalMillis) {
    int streams = 1_000;
    var draw = new Draw(seed);
    var sessions = new ArrayList<SessionSpec>();
    var items = items(seed, 60);
    for (int i = 0; i < streams; i++) {
      sessions.add(
          SessionSpec.plain(draw.millis(0, 3_000), draw.pick(items), List.of(0), FIRST_IN_300_MS));
    }
    var base = plan(seed, sessions);
    long at = 8 * SECOND;
    var plan =
        base.withBreaks(
            List.of(new Plan.Break(at, UPSTREAM)),
            List.of(new Plan.Outage(at, 3 * SECOND, UPSTREAM, refusalMillis * MILLI)));
    var world = new World(plan, false);
    var report = world.run();
    long worst =
        world.sessions().stream().mapToLong(s -> s.log.longestGapNanos()).max().orElseThrow();
    return new Measured(
        problem(report)
            .or(() ->
                expect(report.complete() == streams, "1,000 whole, came " + report.complete()))
            .or(() ->
                expect(worst <= 15 * SECOND, "recovery within 15 s, came " + Plan.seconds(worst))),
        "worst recovery "
            + Plan.seconds(worst)
            + ", calls "
            + report.calls()
            + ", continuations in flight at most "
            + world.guards(UPSTREAM).recoveringMost());
  }

  private static Measured outage(long seed, boolean breaker) {
    long outage = 60 * SECOND;
    int arrivals = 12_000;
    var draw = new Draw(seed);
    var items = items(seed, 0);
    var sessions = new ArrayList<SessionSpec>();
    for (int i = 0; i < arrivals; i++) {
      sessions.add(
          SessionSpec.plain(i * 10 * MILLI, draw.pick(items), List.of(0), FIRST_IN_300_MS));
    }
    var base = plan(seed, sessions);
    var plan =
        base.withBreaks(List.of(), List.of(new Plan.Outage(0, outage, UPSTREAM, MILLI)))
            .withGuards(
                GuardSettings.DEFAULTS.withBreaker(GuardSettings.Breaker.DEFAULTS.withOn(breaker)));
    var world = new World(plan, false);
    var seen = new OutageWatch(world, outage, breaker);
    seen.begin();
    var report = world.run();
    return new Measured(problem(report).or(seen::problem), seen.figures(report));
  }

  private static Measured stopped(long seed, boolean timersFirst) {
    int streams = 200;
    var draw = new Draw(seed);
    var items = items(seed, 60);
    var sessions = new ArrayList<SessionSpec>();
    for (int i = 0; i < streams; i++) {
      sessions.add(
          SessionSpec.plain(draw.millis(0, 3_000), draw.pick(items), List.of(0), FIRST_IN_300_MS));
    }
    var plan =
        plan(seed, sessions)
            .withClocks(Clocks.DEFAULTS.withProgress(Duration.ofSeconds(10)))
            .withStop(new Plan.Stop(6 * SECOND, 40 * SECOND), timersFirst);
    var report = World.run(plan, false);
    return new Measured(
        problem(report)
            .or(() -> expect(report.calls() == streams, "no retry, came " + report.calls()))
            .or(() -> expect(report.complete() == streams, "200 whole, came " + report.complete())),
        (report.calls() - streams) + " retries");
  }

  /** The first one sends the request and stays as well as the others. */
  private static List<ReaderSpec> hundredReaders(Draw draw) {
    var readers = new ArrayList<ReaderSpec>();
    for (int i = 0; i < 100; i++) {
      readers.add(
          new ReaderSpec(
              i == 0 ? 0 : draw.spread(1, 120_000),
              i == 0 ? ReaderSpec.Opening.REQUEST : ReaderSpec.Opening.FROM_START,
              draw.between(0, 100) / 100.0,
              64 << 10,
              64 << 10,
              0,
              draw.between(1, 25),
              draw.between(1, 6),
              draw.spread(1, 10_000),
              draw.chance(0.3),
              false));
    }
    return readers;
  }

  // ---- help

  static Optional<String> expect(boolean holds, String what) {
    return holds ? Optional.empty() : Optional.of("expected " + what);
  }

  private static Optional<String> problem(Report report) {
    return report.violation();
  }

  private static List<Item> items(long seed, int deltasMin) {
    var draw = new Draw(seed);
    var items = new ArrayList<Item>();
    while (items.size() < 16) {
      var item = Item.drawn(Item.Kind.TEXT, draw);
      if (item.deltas() >= deltasMin && item.deltas() < deltasMin + 30) {
        items.add(item);
      }
    }
    return items;
  }

  private static Plan plan(long seed, List<SessionSpec> sessions) {
    return new Plan(
        seed,
        0,
        Clocks.DEFAULTS,
        RetryPolicy.DEFAULTS,
        DeliverySettings.DEFAULTS,
        10_000,
        LIMITS,
        GuardSettings.DEFAULTS,
        StoreFaultPlan.sameTurn(seed),
        Plan.Process.PUNCTUAL,
        List.of(TargetSpec.good(UPSTREAM, "m")),
        sessions,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        600 * SECOND,
        SECOND,
        List.of());
  }

  /** Counts what an outage does to those who arrive in it and after it. */
  private static final class OutageWatch {
    private final World world;
    private final long outage;
    private final boolean breaker;
    private long wellNanos;
    private int waitingLate = -1;
    private int callsInOutage;

    OutageWatch(World world, long outage, boolean breaker) {
      this.world = world;
      this.outage = outage;
      this.breaker = breaker;
      this.wellNanos = breaker ? Long.MAX_VALUE : outage;
    }

    void begin() {
      world.time().world(outage, this::healed);
    }

    private void healed() {
      callsInOutage = world.sessions().stream().mapToInt(s -> s.calls.size()).sum();
      if (breaker) {
        look();
      } else {
        world.time().world(30 * SECOND, this::late);
      }
    }

    private void look() {
      var state = world.upstream(UPSTREAM).breaker(UPSTREAM + "/m", world.time().nanos());
      if (state == BreakerState.CLOSED) {
        wellNanos = world.time().sinceNanos();
        world.time().world(30 * SECOND, this::late);
      } else {
        world.time().world(10 * MILLI, this::look);
      }
    }

    private void late() {
      waitingLate = world.guards(UPSTREAM).waiting();
    }

    Optional<String> problem() {
      long arrivals = outage / (10 * MILLI);
      long most = breaker ? 5 + outage / (30 * SECOND) : arrivals * 12 / 10 + 180;
      return expect(callsInOutage <= most, "at most " + most + " calls, came " + callsInOutage)
          .or(() -> expect(waitingLate == 0, "nobody waiting, came " + waitingLate))
          .or(this::sessions);
    }

    private Optional<String> sessions() {
      for (var session : world.sessions()) {
        var driver = session.driver;
        if (driver == null) {
          return Optional.of("expected the store to take " + session.id);
        }
        long after = driver.overNanos() - session.arrivedNanos;
        boolean complete = driver.outcome() instanceof Outcome.Complete;
        if (!complete && after > 120 * SECOND) {
          return Optional.of(
              "expected an end within 120 s, came " + session.id + " after " + after);
        }
        boolean late = session.arrivedNanos >= wellNanos + 5 * SECOND;
        if (late && !(complete && session.calls.size() == 1)) {
          return Optional.of(
              session.id + " came after the healing and made " + session.calls.size() + " calls");
        }
      }
      return Optional.empty();
    }

    String figures(Report report) {
      long longest =
          world.sessions().stream()
              .mapToLong(s -> s.driver == null ? 0 : s.driver.overNanos() - s.arrivedNanos)
              .max()
              .orElse(0);
      return callsInOutage
          + " calls in the outage, well at "
          + Plan.seconds(wellNanos)
          + ", waiting 30 s later "
          + waitingLate
          + ", complete "
          + report.complete()
          + ", failed "
          + report.failed()
          + ", longest "
          + Plan.seconds(longest);
    }
  }
}

package dev.holdfast.simulator.world;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.chat.ChatDialect;
import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.guard.UpstreamGuards;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.SessionCommand;
import dev.holdfast.engine.session.SessionMachine;
import dev.holdfast.engine.session.SessionPlan;
import dev.holdfast.journal.DelayedStore;
import dev.holdfast.journal.MemoryStore;
import dev.holdfast.journal.StoreFaults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One run: everything a plan says, in virtual time, on one thread.
 *
 * <p>First the <em>safety</em> phase, in which things break; then all is healed, and in the
 * <em>liveness</em> phase whatever is still going must end, and those who come late must be served
 * at the first attempt. Without the second phase "never wrong" could be met by never answering.
 */
final class World implements Scene {
  private static final Fate REFUSED = new Fate(Fate.Kind.REFUSED, 0, 0, false);
  private static final long END_NANOS = 40_000_000_000_000L;
  private static final long SLACK_NANOS = 30_000_000_000L;
  private static final long SPARE_NANOS = 15_000_000_000L;
  private static final long EPOCH_MILLIS = 1_790_000_000_000L;

  private final Plan plan;
  private final VirtualTime time;
  private final Verdicts verdicts;
  private final Draw draw;
  private final Map<String, WatchedGuards> guards = new HashMap<>();
  private final Map<String, UpstreamGuards> upstreams = new HashMap<>();
  private final Neighbours neighbours;
  private final DelayedStore delayed;
  private final WatchedStore store;
  private final Desk desk;
  private final List<Target> targets = new ArrayList<>();
  private final List<Session> sessions = new ArrayList<>();
  private final List<Call> open = new ArrayList<>();
  private boolean healed;
  private int spares;
  private int faults;
  private int calls;

  World(Plan plan, boolean traced) {
    this.plan = plan;
    this.time = new VirtualTime(plan.originNanos(), plan.process().timersFirst());
    this.verdicts = new Verdicts(time, traced);
    this.draw = new Draw(plan.seed() ^ 0x5EEDL);
    for (var spec : plan.targets()) {
      targets.add(spec.target());
      guards.computeIfAbsent(spec.upstream(), this::guardsOf);
    }
    this.neighbours = new Neighbours(this::guards);
    this.delayed =
        new DelayedStore(
            new MemoryStore(plan.limits(), time), StoreFaults.seeded(plan.store()), time);
    this.store = new WatchedStore(delayed, plan.limits(), time, verdicts);
    this.desk = new Desk(this, plan.delivery(), plan.orphansMax(), this::driver);
  }

  private WatchedGuards guardsOf(String upstream) {
    var real = new UpstreamGuards(plan.guards());
    upstreams.put(upstream, real);
    return new WatchedGuards(
        upstream, real, plan.guards(), plan.process(), time, verdicts, draw.split());
  }

  static Report run(Plan plan, boolean traced) {
    return new World(plan, traced).run();
  }

  Report run() {
    plan.sessions().forEach(s -> time.world(s.arriveNanos(), () -> arrive(s, false)));
    plan.breaks().forEach(b -> time.world(b.atNanos(), () -> breakAll(b.upstream())));
    plan.drains().forEach(at -> time.world(at, () -> time.after(0, this::drain)));
    plan.stops().forEach(s -> time.world(s.atNanos(), () -> stop(s)));
    time.world(plan.healNanos(), this::heal);
    try {
      while (!verdicts.failed() && time.step(plan.originNanos() + END_NANOS)) {
        // Each step is one task.
      }
      checkEnd();
    } catch (RuntimeException e) {
      // The JVM leaves out the places of one that it has thrown often.
      verdicts.violated("no exception", e + " " + Stream.of(e.getStackTrace()).limit(6).toList());
    }
    return report();
  }

  private void heal() {
    boolean small = time.steps() < Plan.STEPS_MIN || faults < Plan.FAULTS_MIN;
    if (small && spares < plan.spares().size()) {
      var spare = plan.spares().get(spares++);
      time.world(spare.arriveNanos(), () -> arrive(spare, false));
      time.world(SPARE_NANOS, this::heal);
      return;
    }
    verdicts.trace(() -> "healed");
    healed = true;
    delayed.heal();
    time.world(plan.boundNanos(), this::checkAllOver);
    plan.latecomers().forEach(s -> time.world(s.arriveNanos(), () -> arrive(s, true)));
  }

  private void drain() {
    verdicts.trace(() -> "our process drains");
    faults++;
    desk.drain();
  }

  private void stop(Plan.Stop stop) {
    verdicts.trace(() -> "our process stops for " + Plan.seconds(stop.lastingNanos()));
    faults++;
    time.stopProcess(stop.lastingNanos());
  }

  private void breakAll(String upstream) {
    open.removeIf(Call::over);
    int cut = 0;
    for (var call : List.copyOf(open)) {
      if (call.target.upstream().equals(upstream) && call.cut()) {
        cut++;
      }
    }
    int streams = cut;
    faults += cut > 0 ? 1 : 0;
    verdicts.trace(() -> upstream + " cuts " + streams + " streams");
  }

  // ---- sessions

  private void arrive(SessionSpec spec, boolean latecomer) {
    var session = new Session(sessions.size() + 1, spec, latecomer, store, verdicts, time);
    sessions.add(session);
    verdicts.trace(() -> session.id + " arrives");
    for (int i = 0; i < spec.readers().size(); i++) {
      var reader = spec.readers().get(i);
      var name = session.id + "/r" + i;
      var sim = new Reader(reader, session.log, name, time, verdicts, door(session));
      session.readers.add(sim);
      time.world(reader.arriveNanos(), sim::connect);
      faults += reader.leaveAfter() < Integer.MAX_VALUE ? 1 : 0;
    }
    if (!spec.cancel().isNever() && spec.cancel().call() == 0) {
      time.world(spec.cancel().nanos(), () -> cancel(session));
    }
  }

  private Reader.Door door(Session session) {
    return new Reader.Door() {
      @Override
      public void request(Connection connection, boolean canComeBack) {
        time.after(0, () -> desk.request(session, connection, canComeBack));
      }

      @Override
      public void events(Connection connection, long after) {
        time.after(0, () -> session.whenKnown(() -> desk.events(session, connection, after)));
      }

      @Override
      public long shown() {
        var id = session.storeId();
        return id == null ? 0 : store.shown(id);
      }

      @Override
      public long kept() {
        var id = session.storeId();
        return id == null ? 0 : store.acknowledged(id);
      }
    };
  }

  private Driver driver(Desk.Candidate candidate) {
    var session = candidate.session();
    var reading = (Dialect.Reading.Read) ChatDialect.INSTANCE.read(session.spec.request());
    var sessionPlan = plan(session.spec, reading.request());
    var machine = new SessionMachine(sessionPlan, neighbours, draw.bits());
    return new Driver(this, desk, session.number, candidate.id(), sessionPlan, machine);
  }

  private SessionPlan plan(SessionSpec spec, DialectRequest request) {
    return new SessionPlan(
        request,
        spec.targets().stream().map(targets::get).toList(),
        plan.retry(),
        plan.clocks(),
        spec.asking().lenient(),
        spec.asking().probe(),
        AnchorTemplate.DEFAULT,
        spec.asking().callerTimeoutNanos() == 0
            ? Optional.empty()
            : Optional.of(Duration.ofNanos(spec.asking().callerTimeoutNanos())),
        SessionPlan.BLOCK_BYTES_MAX,
        spec.asking().unacknowledgedBytesMax());
  }

  private void cancel(Session session) {
    time.after(
        0,
        () -> {
          var driver = session.driver;
          if (driver != null && driver.outcome() == null) {
            verdicts.trace(() -> session.id + " is cancelled");
            faults++;
            driver.cancel("somebody cancelled it");
          }
        });
  }

  /** A call ended; who cancels across it does so before the next one, or in it. */
  private void callOver(Session session) {
    var cancel = session.spec.cancel();
    if (!cancel.isNever() && cancel.call() == session.calls.size()) {
      time.world(cancel.nanos(), () -> cancel(session));
    }
  }

  // ---- what drivers find around them

  @Override
  public VirtualTime time() {
    return time;
  }

  @Override
  public Verdicts verdicts() {
    return verdicts;
  }

  @Override
  public WatchedGuards guards(String upstream) {
    var found = guards.get(upstream);
    if (found == null) {
      throw new IllegalArgumentException("expected an upstream of the plan, got " + upstream);
    }
    return found;
  }

  @Override
  public WatchedStore store() {
    return store;
  }

  @Override
  public Call open(int number, SessionCommand.OpenUpstream command, Call.Ear ear) {
    var session = sessions.get(number - 1);
    var asked = Asked.read(command.call().body());
    var target = plan.targets().get(targets.indexOf(command.target()));
    var outage = outage(target.upstream());
    var fate = outage.isPresent() ? REFUSED : fate(session);
    calls++;
    faults += fate.kind() == Fate.Kind.WELL ? 0 : 1;
    var script = new Script(target, asked, session.spec.wire(), fate, "call" + calls, draw.split());
    var heard = new Heard(ear, () -> callOver(session));
    var call = new Call(number, command.attempt(), target, fate, asked, script, time, heard);
    verdicts.trace(() ->
        session.id
            + " calls "
            + command.target().name()
            + " for attempt "
            + command.attempt()
            + (asked.goesOn() ? " to go on after " + asked.partial().length() : "")
            + (asked.note().isEmpty() ? "" : " with a note")
            + ": "
            + fate);
    CallChecker.opened(session, call, plan, u -> guards(u).hadMassBreak(), verdicts);
    session.calls.add(call);
    open.add(call);
    call.begin(
        outage.map(Plan.Outage::answerNanos).orElseGet(() -> draw.millis(1, 30)),
        plan.clocks().connect().toNanos());
    return call;
  }

  /** Says when a call is over, after who called has heard of it. */
  private record Heard(Call.Ear ear, Runnable over) implements Call.Ear {
    @Override
    public void head(int status, Script script) {
      ear.head(status, script);
    }

    @Override
    public void bytes(byte[] bytes) {
      ear.bytes(bytes);
    }

    @Override
    public void ended() {
      ear.ended();
      over.run();
    }

    @Override
    public void failed(Failure failure) {
      ear.failed(failure);
      over.run();
    }
  }

  private Optional<Plan.Outage> outage(String upstream) {
    return healed
        ? Optional.empty()
        : plan.outages().stream().filter(o -> o.at(time.sinceNanos(), upstream)).findFirst();
  }

  private Fate fate(Session session) {
    var fates = session.spec.fates();
    int next = session.calls.size();
    return healed || next >= fates.size() ? Fate.WELL : fates.get(next);
  }

  @Override
  public long lateNanos() {
    var process = plan.process();
    if (healed || process.lateMaxNanos() == 0) {
      return 0;
    }
    if (draw.chance(process.veryLate())) {
      faults++;
      return draw.millis(800, 5_000);
    }
    return draw.millis(0, process.lateMaxNanos() / 1_000_000);
  }

  @Override
  public long lateInAllNanos() {
    return SLACK_NANOS + plan.stops().stream().mapToLong(Plan.Stop::lastingNanos).sum();
  }

  @Override
  public long hopNanos() {
    long most = plan.process().hopMaxNanos() / 1_000_000;
    return most == 0 ? 0 : draw.millis(0, most);
  }

  @Override
  public long wallMillis() {
    long jump = plan.process().wallJumps() ? draw.between(-3_600_000, 3_600_000) : 0;
    return EPOCH_MILLIS + time.sinceNanos() / 1_000_000 + jump;
  }

  // ---- the end

  private void checkEnd() {
    if (verdicts.failed()) {
      return;
    }
    checkAllOver();
    for (var session : sessions) {
      ReaderChecker.check(session, plan, store, verdicts);
      AnswerChecker.check(session, store, verdicts);
    }
    guards.values().forEach(WatchedGuards::checkEnd);
  }

  private void checkAllOver() {
    for (var session : sessions) {
      verdicts.expect(session.over(), "everything ends in time", () -> session.id + " still runs");
    }
  }

  private Report report() {
    int complete = 0;
    int failed = 0;
    int seams = 0;
    for (var session : sessions) {
      var driver = session.driver;
      if (driver == null || driver.outcome() == null) {
        continue;
      }
      seams += driver.machine().seams().size();
      if (driver.outcome() instanceof Outcome.Complete) {
        complete++;
      } else {
        failed++;
      }
    }
    return new Report(
        plan.seed(),
        time.steps(),
        faults + store.failures(),
        calls,
        complete,
        failed,
        seams,
        verdicts.violation(),
        verdicts.lines());
  }

  /** The guards themselves, for who wants to know the state of a breaker. */
  UpstreamGuards upstream(String name) {
    return Objects.requireNonNull(upstreams.get(name));
  }

  List<Session> sessions() {
    return sessions;
  }
}

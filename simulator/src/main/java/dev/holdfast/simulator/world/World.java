package dev.holdfast.simulator.world;

import dev.holdfast.engine.delivery.Delivery;
import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.chat.ChatDialect;
import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.guard.UpstreamGuards;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.SessionCommand;
import dev.holdfast.engine.session.SessionMachine;
import dev.holdfast.engine.session.SessionPlan;
import dev.holdfast.journal.Created;
import dev.holdfast.journal.DelayedStore;
import dev.holdfast.journal.MemoryLimits;
import dev.holdfast.journal.MemoryStore;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.SessionHead;
import dev.holdfast.journal.SessionRef;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.journal.StoreFaults;
import dev.holdfast.journal.StoredRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One run: everything a plan says, in virtual time, on one thread.
 *
 * <p>First the <em>safety</em> phase, in which things break; then all is healed, and in the
 * <em>liveness</em> phase whatever is still going must end, and those who come late must be served
 * at the first attempt. Without the second phase "never wrong" could be met by never answering.
 */
final class World implements Driver.Surroundings {
  private static final MemoryLimits LIMITS =
      new MemoryLimits(1L << 40, 64 << 20, Duration.ofDays(1), Duration.ofDays(1));
  private static final Fate REFUSED = new Fate(Fate.Kind.REFUSED, 0, 0, false);
  private static final long END_NANOS = 40_000_000_000_000L;
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
        new DelayedStore(new MemoryStore(LIMITS, time), StoreFaults.seeded(plan.store()), time);
    this.store = new WatchedStore(delayed, verdicts);
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
    plan.stops().forEach(s -> time.world(s.atNanos(), () -> stop(s)));
    time.world(plan.healNanos(), this::heal);
    try {
      while (!verdicts.failed() && time.step(plan.originNanos() + END_NANOS)) {
        // Each step is one task.
      }
      checkEnd();
    } catch (RuntimeException e) {
      verdicts.violated("no exception", e + " " + List.of(e.getStackTrace()).subList(0, 6));
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
    var session = new Session(sessions.size() + 1, spec, latecomer, verdicts, time);
    sessions.add(session);
    session.arrivedNanos = time.nanos();
    verdicts.trace(() -> session.id + " arrives");
    for (int i = 0; i < spec.readers().size(); i++) {
      var reader = spec.readers().get(i);
      var sim =
          new Reader(
              reader,
              session.log,
              session.id + "/r" + i,
              time,
              verdicts,
              (connection, after) ->
                  time.after(0, () -> connect(session, reader, connection, after)));
      session.readers.add(sim);
      time.world(reader.arriveNanos(), sim::connect);
      faults += reader.leaveAfter() < Integer.MAX_VALUE ? 1 : 0;
    }
    if (spec.cancelNanos() > 0) {
      faults++;
      time.world(spec.cancelNanos(), () -> time.after(0, () -> cancel(session)));
    }
    var body = spec.request();
    time.after(0, () -> create(session, body));
  }

  private void create(Session session, byte[] body) {
    var head = new SessionHead(session.id, "worldworld", "owner", null, "openai-chat", "any", null);
    store.create(
        head,
        new StoredRequest(Map.of(), body),
        new Reply<>() {
          @Override
          public void ok(Created created) {
            switch (created) {
              case Created.Fresh fresh -> begin(session, body, fresh.ref());
              case Created.Known known -> throw new IllegalStateException("expected a new session");
            }
          }

          @Override
          public void failed(StoreFailure failure) {
            verdicts.trace(() -> session.id + " can't be created: " + failure);
            session.refused = true;
            session.waiting.forEach(Runnable::run);
          }
        });
  }

  private void begin(Session session, byte[] body, SessionRef ref) {
    var spec = session.spec;
    var reading = (Dialect.Reading.Read) ChatDialect.INSTANCE.read(body);
    var sessionPlan = plan(spec, reading.request());
    var machine = new SessionMachine(sessionPlan, neighbours, draw.bits());
    var driver =
        new Driver(
            this,
            session.number,
            session.id,
            sessionPlan,
            ref,
            machine,
            new Delivery(plan.delivery()));
    session.driver = driver;
    session.waiting.forEach(Runnable::run);
    driver.begin();
  }

  private SessionPlan plan(SessionSpec spec, DialectRequest request) {
    return new SessionPlan(
        request,
        spec.targets().stream().map(targets::get).toList(),
        plan.retry(),
        plan.clocks(),
        spec.lenient(),
        spec.probe(),
        AnchorTemplate.DEFAULT,
        spec.callerTimeoutNanos() == 0
            ? Optional.empty()
            : Optional.of(Duration.ofNanos(spec.callerTimeoutNanos())),
        SessionPlan.BLOCK_BYTES_MAX,
        spec.unacknowledgedBytesMax());
  }

  private void connect(
      Session session, SessionSpec.ReaderSpec reader, Connection connection, long after) {
    if (session.refused) {
      connection.body(503, new byte[0]);
    } else if (session.driver == null) {
      session.waiting.add(() -> connect(session, reader, connection, after));
    } else {
      session.driver.attach(connection, after, session.streamed(), reader.canComeBack());
    }
  }

  private void cancel(Session session) {
    if (session.driver != null) {
      verdicts.trace(() -> session.id + " is cancelled");
      session.driver.cancel("somebody cancelled it");
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
    var call = new Call(number, command.attempt(), target, fate, asked, script, time, ear);
    verdicts.trace(() ->
        session.id
            + " calls "
            + command.target().name()
            + " for attempt "
            + command.attempt()
            + (asked.prefix().isEmpty() ? "" : " to go on after " + asked.prefix().length())
            + ": "
            + fate);
    CallChecker.opened(session, call, plan, guards(target.upstream()), verdicts);
    session.calls.add(call);
    open.add(call);
    call.begin(
        outage.map(Plan.Outage::answerNanos).orElseGet(() -> draw.millis(1, 30)),
        plan.clocks().connect().toNanos());
    return call;
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
      AnswerChecker.check(session, plan, store, verdicts);
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

package dev.holdfast.simulator.world;

import dev.holdfast.engine.delivery.DeliverySettings;
import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.journal.MemoryLimits;
import dev.holdfast.journal.StoreFaultPlan;
import java.util.List;

/**
 * All that a seed decides of a run before it begins.
 *
 * @param seed of the run
 * @param originNanos what the monotonic clock reads at the beginning
 * @param clocks of all sessions
 * @param retry of all sessions
 * @param delivery of all readers
 * @param orphansMax sessions of one owner that may go on without a reader
 * @param limits how long the store keeps what
 * @param guards of all upstreams
 * @param store how badly it behaves until it heals
 * @param process how our process behaves
 * @param targets by number
 * @param sessions in the order of their arrival
 * @param breaks moments at which an upstream cuts all that streams
 * @param outages times in which an upstream refuses every connection
 * @param stops of the whole process
 * @param drains when the process stops and begins anew with the same store
 * @param spares sessions that arrive one by one while the run is smaller than it should be
 * @param healNanos when all faults end, if the run is large enough by then
 * @param boundNanos how long after that all sessions must be over
 * @param latecomers sessions that arrive, by that time after the healing, and must complete at once
 */
record Plan(
    long seed,
    long originNanos,
    Clocks clocks,
    RetryPolicy retry,
    DeliverySettings delivery,
    int orphansMax,
    MemoryLimits limits,
    GuardSettings guards,
    StoreFaultPlan store,
    Process process,
    List<TargetSpec> targets,
    List<SessionSpec> sessions,
    List<Break> breaks,
    List<Outage> outages,
    List<Stop> stops,
    List<Long> drains,
    List<SessionSpec> spares,
    long healNanos,
    long boundNanos,
    List<SessionSpec> latecomers) {

  /** A run smaller than this shows too little. */
  static final int STEPS_MIN = 200;

  /** The same for faults. */
  static final int FAULTS_MIN = 3;

  /**
   * How our process behaves.
   *
   * @param timersFirst whether timers come before what is readable when it wakes up
   * @param lateMaxNanos how late a timer usually is at most
   * @param veryLate that a timer is seconds late
   * @param hopMaxNanos how long the answer of a guard is on its way to its session; 0 for at once
   * @param wallJumps whether the wall clock jumps about
   */
  record Process(
      boolean timersFirst,
      long lateMaxNanos,
      double veryLate,
      long hopMaxNanos,
      boolean wallJumps) {
    static final Process PUNCTUAL = new Process(true, 0, 0, 0, false);
  }

  /** An upstream cuts everything. */
  record Break(long atNanos, String upstream) {}

  /**
   * An upstream refuses every connection.
   *
   * @param answerNanos until it says so
   */
  record Outage(long atNanos, long lastingNanos, String upstream, long answerNanos) {
    boolean at(long sinceNanos, String where) {
      return where.equals(upstream) && sinceNanos >= atNanos && sinceNanos < atNanos + lastingNanos;
    }
  }

  /** Nothing of our process runs for so long. */
  record Stop(long atNanos, long lastingNanos) {}

  Plan {
    targets = List.copyOf(targets);
    sessions = List.copyOf(sessions);
    breaks = List.copyOf(breaks);
    outages = List.copyOf(outages);
    stops = List.copyOf(stops);
    drains = List.copyOf(drains);
    spares = List.copyOf(spares);
    latecomers = List.copyOf(latecomers);
  }

  Plan withClocks(Clocks newClocks) {
    return new Plan(
        seed,
        originNanos,
        newClocks,
        retry,
        delivery,
        orphansMax,
        limits,
        guards,
        store,
        process,
        targets,
        sessions,
        breaks,
        outages,
        stops,
        drains,
        spares,
        healNanos,
        boundNanos,
        latecomers);
  }

  Plan withGuards(GuardSettings newGuards) {
    return new Plan(
        seed,
        originNanos,
        clocks,
        retry,
        delivery,
        orphansMax,
        limits,
        newGuards,
        store,
        process,
        targets,
        sessions,
        breaks,
        outages,
        stops,
        drains,
        spares,
        healNanos,
        boundNanos,
        latecomers);
  }

  Plan withBreaks(List<Break> newBreaks, List<Outage> newOutages) {
    return new Plan(
        seed,
        originNanos,
        clocks,
        retry,
        delivery,
        orphansMax,
        limits,
        guards,
        store,
        process,
        targets,
        sessions,
        newBreaks,
        newOutages,
        stops,
        drains,
        spares,
        healNanos,
        boundNanos,
        latecomers);
  }

  Plan withStop(Stop stop, boolean timersFirst) {
    var stopping =
        new Process(
            timersFirst,
            process.lateMaxNanos,
            process.veryLate,
            process.hopMaxNanos,
            process.wallJumps);
    return new Plan(
        seed,
        originNanos,
        clocks,
        retry,
        delivery,
        orphansMax,
        limits,
        guards,
        store,
        stopping,
        targets,
        sessions,
        breaks,
        outages,
        List.of(stop),
        drains,
        spares,
        healNanos,
        boundNanos,
        latecomers);
  }

  /** The plan as lines, for a person. */
  @Override
  public String toString() {
    var out = new StringBuilder("plan of seed " + seed + "\n");
    line(out, "clocks", clocks);
    line(out, "retry", retry);
    line(out, "delivery", delivery + ", orphans " + orphansMax);
    line(out, "limits", limits);
    line(out, "guards", guards);
    line(out, "store", store);
    line(out, "process", process);
    for (int i = 0; i < targets.size(); i++) {
      line(out, "target " + i, targets.get(i));
    }
    for (int i = 0; i < sessions.size(); i++) {
      session(out, "session " + i, sessions.get(i));
    }
    breaks.forEach(b -> line(out, "break of " + b.upstream + " at", seconds(b.atNanos)));
    outages.forEach(o ->
        line(
            out,
            "outage of " + o.upstream + " at",
            seconds(o.atNanos)
                + " for "
                + seconds(o.lastingNanos)
                + ", told after "
                + seconds(o.answerNanos)));
    stops.forEach(
        s -> line(out, "stop at", seconds(s.atNanos) + " for " + seconds(s.lastingNanos)));
    drains.forEach(at -> line(out, "drain at", seconds(at)));
    line(out, "healed at", seconds(healNanos) + ", all over after " + seconds(boundNanos));
    for (int i = 0; i < spares.size(); i++) {
      session(out, "spare " + i, spares.get(i));
    }
    for (int i = 0; i < latecomers.size(); i++) {
      session(out, "latecomer " + i, latecomers.get(i));
    }
    return out.toString();
  }

  private static void session(StringBuilder out, String name, SessionSpec s) {
    line(
        out,
        name,
        seconds(s.arriveNanos())
            + " "
            + s.item().question()
            + " ("
            + s.item().deltas()
            + " deltas) targets "
            + s.targets()
            + (s.cancel().isNever()
                ? ""
                : " cancel " + seconds(s.cancel().nanos()) + " after call " + s.cancel().call()));
    line(out, "  asking", s.asking());
    line(out, "  fates", s.fates());
    line(out, "  wire", s.wire());
    s.readers().forEach(r -> line(out, "  reader", r));
  }

  private static void line(StringBuilder out, String name, Object value) {
    out.append("  ").append(name).append(": ").append(value).append('\n');
  }

  static String seconds(long nanos) {
    return nanos / 1_000_000 / 1000.0 + "s";
  }
}

package dev.holdfast.simulator.world;

import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.Seam;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One session of a run: what was planned, and what was seen of it from outside. */
final class Session {
  final int number;
  final String id;
  final SessionSpec spec;
  final boolean latecomer;
  final SessionLog log;
  final List<Reader> readers = new ArrayList<>();

  /** The calls of its generation. */
  final List<Call> calls = new ArrayList<>();

  private final Verdicts verdicts;
  private final WatchedStore store;
  long arrivedNanos;

  /** Null until the store has it. */
  @Nullable Driver driver;

  private boolean generatedAgain;
  private int callsBefore;
  private final List<Seam> seamsBefore = new ArrayList<>();
  private long takenUpNanos = -1;
  private int requests;
  private int unanswered;

  /** Who came for it before the store had answered. */
  private final List<Runnable> waiting = new ArrayList<>();

  Session(
      int number,
      SessionSpec spec,
      boolean latecomer,
      WatchedStore store,
      Verdicts verdicts,
      VirtualTime time) {
    this.number = number;
    this.id = "s" + number;
    this.spec = spec;
    this.latecomer = latecomer;
    this.store = store;
    this.verdicts = verdicts;
    this.log = new SessionLog(verdicts, time);
    this.arrivedNanos = time.nanos();
  }

  boolean streamed() {
    return spec.streamed();
  }

  String owner() {
    return "owner" + number % 2;
  }

  // ---- its requests

  /** The id of the next request, if it begins a session. */
  String nextId() {
    requests++;
    return requests == 1 ? id : id + "." + requests;
  }

  void asked() {
    unanswered++;
  }

  /** The store answered a request. */
  void answered() {
    unanswered--;
    if (driver != null || unanswered == 0) {
      waiting.forEach(Runnable::run);
      waiting.clear();
    }
  }

  /** Does something once the store has answered. */
  void whenKnown(Runnable act) {
    if (driver != null || (unanswered == 0 && requests > 0)) {
      act.run();
    } else {
      waiting.add(act);
    }
  }

  /** A generation begins. A second one may only if nothing came of the first. */
  void began(Driver next) {
    var before = driver;
    if (before != null && next.outcome() != null) {
      // Heard of late: a drain ended it before the store answered, and another began since.
      return;
    }
    if (before != null) {
      verdicts.expect(
          before.outcome() != null && store.acknowledged(before.id()) == 0,
          "one generation for a key",
          () -> id + " is generated again as " + next.id());
      calls.clear();
      callsBefore = 0;
      generatedAgain = true;
    }
    driver = next;
  }

  /** It failed with a part of the answer, and goes on; once. */
  void takenUp(Driver next, long nowNanos) {
    var before = driver;
    verdicts.expect(
        takenUpNanos < 0
            && before != null
            && before.outcome() instanceof Outcome.Failed failed
            && failed.retryable(),
        "what failed is taken up once",
        () -> id + " is taken up");
    if (before != null) {
      seamsBefore.addAll(before.machine().seams());
    }
    takenUpNanos = nowNanos;
    callsBefore = calls.size();
    driver = next;
  }

  /** Whether it was taken up after that. */
  boolean takenUpSince(long nanos) {
    return takenUpNanos >= nanos;
  }

  /** The calls since it began, or was taken up. */
  List<Call> callsNow() {
    return calls.subList(callsBefore, calls.size());
  }

  /** Its seams, those of before it was taken up among them. */
  List<Seam> seams() {
    var all = new ArrayList<>(seamsBefore);
    if (driver != null) {
      all.addAll(driver.machine().seams());
    }
    return all;
  }

  /** Whether its key was free again because nothing came of the first generation. */
  boolean generatedAgain() {
    return generatedAgain;
  }

  /** Its id in the store; null if it never began. */
  @Nullable String storeId() {
    return driver == null ? null : driver.id();
  }

  /** The store did not take it: it never began. */
  boolean refused() {
    return driver == null && unanswered == 0;
  }

  boolean over() {
    return refused() || (driver != null && driver.outcome() != null);
  }
}

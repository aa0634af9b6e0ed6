package dev.holdfast.simulator.world;

import dev.holdfast.engine.session.Outcome;

/** Looks at how each reader of a session ended: no end may lie, and nobody is left waiting. */
final class ReaderChecker {
  private final Session session;
  private final Plan plan;
  private final WatchedStore store;
  private final Verdicts verdicts;

  private ReaderChecker(Session session, Plan plan, WatchedStore store, Verdicts verdicts) {
    this.session = session;
    this.plan = plan;
    this.store = store;
    this.verdicts = verdicts;
  }

  static void check(Session session, Plan plan, WatchedStore store, Verdicts verdicts) {
    var checker = new ReaderChecker(session, plan, store, verdicts);
    session.readers.stream().filter(Reader::connected).forEach(checker::reader);
  }

  private void expect(boolean holds, String rule, String what) {
    verdicts.expect(holds, rule, () -> session.id + ": " + what);
  }

  private void reader(Reader reader) {
    expect(
        reader.end() != Reader.End.NOT_YET || reader.deaf(),
        "every reader's connection ends",
        reader.name() + " still waits");
    var driver = session.driver;
    if (driver == null) {
      expect(!reader.hasWhole(), "nothing ends cleanly half-way", reader.name() + " has nothing");
      return;
    }
    boolean complete = driver.outcome() instanceof Outcome.Complete;
    if (reader.hasWhole()) {
      whole(reader, driver.id(), complete);
    } else if (session.latecomer) {
      expect(
          reader.end() == Reader.End.LEFT || reader.turnedAway(),
          "after the faults all is well",
          reader.name() + " has " + reader.last() + " and ended as " + reader.end());
    }
    // What the store lost, a drain cut off, a generation before failed, or somebody else had gone
    // on with later, may be whole all the same.
    boolean excused =
        session.generatedAgain()
            || store.failed(driver.id())
            || store.expired(driver.id(), reader.endedNanos())
            || session.takenUpSince(reader.servedNanos())
            || !plan.drains().isEmpty();
    switch (reader.end()) {
      case CUT -> {
        expect(
            reader.deaf() || !complete || excused,
            "a whole answer ends cleanly",
            reader.name() + " was cut");
        expect(
            reader.deaf() || reader.errorSeen() || excused,
            "an error is told before the cut",
            reader.name() + " was told nothing");
      }
      case BODY -> {
        boolean ofFailure = reader.status() >= 400 && !complete;
        // It came while the first request had failed, and before another one began the session.
        boolean tooEarly = reader.status() == 404 && !driver.id().equals(session.id);
        boolean lost = store.failures() > 0 && (reader.cameInVain() || tooEarly);
        boolean inVain = reader.turnedAway() || lost;
        expect(
            reader.hasWhole() || ofFailure || excused || inVain,
            "a status tells of a failure",
            reader.name() + " got " + reader.status());
      }
      case NOT_YET, CLEAN, LEFT -> {}
    }
  }

  private void whole(Reader reader, String id, boolean complete) {
    expect(complete, "nothing ends cleanly half-way", reader.name() + " ended cleanly");
    long kept = store.acknowledged(id);
    boolean has = reader.end() == Reader.End.BODY ? reader.last() >= kept : reader.last() == kept;
    expect(
        !session.streamed() || has,
        "nothing ends cleanly half-way",
        reader.name() + " has " + reader.last() + " of " + kept);
  }
}

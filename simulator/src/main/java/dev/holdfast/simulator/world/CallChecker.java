package dev.holdfast.simulator.world;

import java.util.function.Predicate;

/** Watches what upstreams are asked: one call at a time for a session, and not too many. */
final class CallChecker {
  /** A refusal of prefill or a known answer is not counted by a session, and comes once each. */
  private static final int UNCOUNTED = 2;

  private CallChecker() {}

  /**
   * @param brokeEnMasse of an upstream, whether failures there were not counted for a while
   */
  static void opened(
      Session session, Call call, Plan plan, Predicate<String> brokeEnMasse, Verdicts verdicts) {
    var all = session.calls;
    verdicts.expect(
        all.isEmpty() || all.get(all.size() - 1).done(),
        "one call at a time",
        () -> session.id + " has a call open");
    var before = session.callsNow();
    verdicts.expect(
        before.size() < plan.retry().attemptsMax(),
        "attempts within the bound",
        () -> session.id + " makes call " + (before.size() + 1));
    int row = 0;
    for (var earlier : before) {
      if (earlier.hasSpoken()) {
        row = 0;
      } else if (!brokeEnMasse.test(earlier.target.upstream())) {
        row++;
      }
    }
    int silent = row;
    verdicts.expect(
        silent < plan.retry().attemptsWithoutProgressMax() + UNCOUNTED,
        "attempts without progress within the bound",
        () -> session.id + " goes on after " + silent + " in a row");
    var driver = session.driver;
    verdicts.expect(
        driver == null || !driver.cancelled(),
        "no call after a cancel",
        () -> session.id + " calls after it was cancelled");
    verdicts.expect(
        !session.over(), "no call after the end", () -> session.id + " calls after its end");
    verdicts.expect(
        !call.asked.goesOn() || !call.asked.isOurs() || call.asked.streamed(),
        "continuations are streamed",
        () -> session.id);
  }
}

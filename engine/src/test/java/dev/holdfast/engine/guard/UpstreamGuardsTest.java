package dev.holdfast.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.Hint;
import dev.holdfast.engine.guard.Ask.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpstreamGuardsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Settlement COMPLETED = new Settlement.Completed();
  private static final Settlement NEUTRAL = new Settlement.Neutral();

  private UpstreamGuards guards = new UpstreamGuards(GuardSettings.DEFAULTS);
  private long sessions = 1_000;

  @Test
  void ask_firstAtRest_isGrantedAtOnce() {
    assertThat(Asker.first(1).ask(guards, 0).lease).isNotNull();
    assertThat(guards.wakeAtNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void ask_firstWhileOpen_isRefusedWithTheRemainingTime() {
    open(0);

    var late = Asker.first(1).ask(guards, 10 * SECOND);

    assertThat(late.refusal()).isEqualTo("breaker_open");
    assertThat(late.hint().map(Hint::delay)).contains(Duration.ofSeconds(20));
  }

  @Test
  void ask_otherTargetWhileOpen_isGranted() {
    open(0);

    var other = new Asker(1, "o", "other", Kind.FIRST, Long.MAX_VALUE, 0).ask(guards, 0);

    assertThat(other.lease).isNotNull();
  }

  @Test
  void ask_retryWhileOpen_waitsForHalfOpenOneByOne() {
    open(0);
    var one = Asker.retry(1).ask(guards, 0);
    var two = Asker.retry(2).ask(guards, 0);
    assertThat(one.places).containsExactly(1);
    assertThat(two.places).containsExactly(2);
    assertThat(guards.wakeAtNanos()).isEqualTo(30 * SECOND);

    guards.wake(30 * SECOND);

    assertThat(one.lease).isNotNull();
    assertThat(two.waits()).isTrue();
    one.lease().progressed(31 * SECOND);
    assertThat(two.lease).isNotNull();
  }

  @Test
  void ask_retryWhileOpen_isRefusedAtItsDeadline() {
    open(0);
    var retry = new Asker(1, "o", "t", Kind.RETRY, 7 * SECOND, 0).ask(guards, 0);

    guards.wake(guards.wakeAtNanos());

    assertThat(retry.refusal()).isEqualTo("wait_timeout");
    assertThat(retry.answeredAtNanos).isEqualTo(7 * SECOND);
  }

  @Test
  void ask_deadlinePassed_isGrantedIfFreeElseRefused() {
    var free = new Asker(1, "o", "t", Kind.FIRST, 0, 0).ask(guards, 5);
    open(5);
    var late = new Asker(2, "o", "t", Kind.RETRY, 0, 0).ask(guards, 5);

    assertThat(free.lease).isNotNull();
    assertThat(late.refusal()).isEqualTo("wait_timeout");
  }

  @Test
  void ask_retryWithoutBudget_waitsAndFirstsPassIt() {
    var retries = retries(31);

    assertThat(retries.get(29).lease).isNotNull();
    assertThat(retries.get(30).waits()).isTrue();
    assertThat(Asker.first(1).ask(guards, 0).lease).isNotNull();
    guards.wake(guards.wakeAtNanos());
    assertThat(retries.get(30).answeredAtNanos).isEqualTo(10 * SECOND);
  }

  @Test
  void progressed_retryAfterDryBudget_letsTheNextGo() {
    var retries = retries(33);

    retries.get(0).lease().progressed(SECOND);
    retries.get(1).lease().settle(COMPLETED, SECOND);

    assertThat(retries.get(30).lease).isNotNull();
    assertThat(retries.get(31).lease).isNotNull();
    assertThat(retries.get(32).waits()).isTrue();
  }

  @Test
  void ask_lineFull_isRefused() {
    guards = new UpstreamGuards(GuardSettings.DEFAULTS.withWaitingMax(2).withConcurrencyMax(1));
    Asker.first(1).ask(guards, 0);
    Asker.first(2).ask(guards, 0);
    Asker.retry(3).ask(guards, 0);

    assertThat(Asker.first(4).ask(guards, 0).refusal()).isEqualTo("queue_full");
    assertThat(Asker.continuation(5, 0).ask(guards, 0).waits()).isTrue();
  }

  @Test
  void ask_concurrencyFull_waitsInTurnsOfOwners() {
    guards = new UpstreamGuards(GuardSettings.DEFAULTS.withConcurrencyMax(1));
    var running = Asker.first(1).ask(guards, 0);
    var a1 = new Asker(2, "a", "t", Kind.FIRST, Long.MAX_VALUE, 0).ask(guards, 0);
    var a2 = new Asker(3, "a", "t", Kind.FIRST, Long.MAX_VALUE, 0).ask(guards, 0);
    var b1 = new Asker(4, "b", "t", Kind.FIRST, Long.MAX_VALUE, 0).ask(guards, 0);
    assertThat(b1.places).containsExactly(2);

    running.lease().settle(COMPLETED, 1);
    a1.lease().settle(COMPLETED, 2);
    b1.lease().settle(COMPLETED, 3);

    assertThat(a2.lease).isNotNull();
  }

  @Test
  void settle_concurrencyFreed_continuationThenFirstAndRetryInTurns() {
    guards = new UpstreamGuards(GuardSettings.DEFAULTS.withConcurrencyMax(1));
    var running = Asker.first(1).ask(guards, 0);
    var order = new ArrayList<Asker>();
    order.add(Asker.continuation(2, 0));
    order.add(Asker.first(3));
    order.add(Asker.retry(4));
    order.add(Asker.first(5));
    order.add(Asker.retry(6));
    order.reversed().forEach(asker -> asker.ask(guards, 0));
    // Within one owner's line the one that came first is the next.
    assertThat(order.get(3).places).containsExactly(1);

    running.lease().settle(COMPLETED, 1);

    assertThat(order.get(0).lease).isNotNull();
    var kinds = new ArrayList<Kind>();
    var last = order.get(0);
    for (var turn = 2; turn < 6; turn++) {
      last.lease().settle(COMPLETED, turn);
      last = latest(order, turn);
      kinds.add(last.ask.kind());
    }
    assertThat(kinds).containsExactly(Kind.FIRST, Kind.RETRY, Kind.FIRST, Kind.RETRY);
  }

  @Test
  void breakerOpens_firstsThatWaitForConcurrency_areRefused() {
    guards = new UpstreamGuards(GuardSettings.DEFAULTS.withConcurrencyMax(5));
    var running = new ArrayList<Asker>();
    for (var n = 0; n < 5; n++) {
      running.add(Asker.first(n).ask(guards, 0));
    }
    var waiting = new ArrayList<Asker>();
    for (var n = 0; n < 6; n++) {
      waiting.add(new Asker(10 + n, "o", "t", Kind.FIRST, Long.MAX_VALUE, 0).ask(guards, 0));
    }

    running.forEach(asker -> asker.fails(1));

    assertThat(waiting.subList(0, 4)).allMatch(asker -> asker.lease != null);
    assertThat(waiting.subList(4, 6)).allMatch(asker -> asker.refusal().equals("breaker_open"));
  }

  @Test
  void ask_continuations_byTimeOfBreakAndWhateverTheBreakerSays() {
    open(0);
    var taken = new ArrayList<Asker>();
    for (var n = 0; n < 8; n++) {
      taken.add(Asker.continuation(n, 0).ask(guards, 0));
    }
    var late = Asker.continuation(20, 5).ask(guards, 10);
    var early = Asker.continuation(21, 3).ask(guards, 10);
    assertThat(taken).allMatch(asker -> asker.lease != null);

    taken.get(0).lease().progressed(11);

    assertThat(early.lease).isNotNull();
    assertThat(late.waits()).isTrue();
  }

  @Test
  void settle_failedContinuation_slotStaysTakenForItsWait() {
    var taken = new ArrayList<Asker>();
    for (var n = 0; n < 8; n++) {
      taken.add(Asker.continuation(n, 0).ask(guards, 0));
    }
    var next = Asker.continuation(20, 0).ask(guards, 0);

    taken.get(0).lease().settle(new Settlement.Failed(false, 2 * SECOND, 0), SECOND);

    assertThat(next.waits()).isTrue();
    guards.wake(3 * SECOND);
    assertThat(next.answeredAtNanos).isEqualTo(3 * SECOND);
  }

  @Test
  void settle_failedContinuations_dontOpenTheBreaker() {
    for (var n = 0; n < 50; n++) {
      Asker.continuation(n, 0).ask(guards, 0).fails(0);
    }

    assertThat(guards.breaker("t", 0)).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void broke_tellsOfAnotherInTheSecondBefore_byTarget() {
    assertThat(guards.broke("t", 0)).isFalse();
    assertThat(guards.broke("other", SECOND)).isFalse();
    assertThat(guards.broke("t", SECOND)).isTrue();
    assertThat(guards.broke("t", 3 * SECOND)).isFalse();
  }

  @Test
  void massBreak_eightBreaks_untilAContinuationProgresses() {
    for (var n = 0; n < 8; n++) {
      assertThat(guards.massBreak(n)).isFalse();
      guards.broke("t" + n % 2, n);
    }
    assertThat(guards.massBreak(8)).isTrue();
    Asker.first(1).ask(guards, 9).lease().progressed(9);
    assertThat(guards.massBreak(9)).isTrue();

    Asker.continuation(2, 0).ask(guards, 10).lease().progressed(10);

    assertThat(guards.massBreak(10)).isFalse();
  }

  @Test
  void settle_twice_isAMistake() {
    var lease = Asker.first(1).ask(guards, 0).lease();
    lease.settle(NEUTRAL, 0);

    assertThatIllegalStateException().isThrownBy(() -> lease.settle(NEUTRAL, 1));
    assertThatIllegalStateException().isThrownBy(() -> lease.progressed(1));
    assertThat(guards.reading(1).inFlight()).isZero();
  }

  @Test
  void ask_sameAskWhileItWaits_isAMistake() {
    open(0);
    var retry = Asker.retry(1).ask(guards, 0);

    assertThatIllegalStateException().isThrownBy(() -> retry.ask(guards, 0));
  }

  @Test
  void withdraw_whileWaiting_leavesTheLineAndIsNotAnswered() {
    open(0);
    var one = Asker.retry(1).ask(guards, 0);
    var two = Asker.retry(2).ask(guards, 0);

    guards.withdraw(one.ask, 1);
    guards.withdraw(one.ask, 1);
    guards.wake(30 * SECOND);

    assertThat(one.waits()).isTrue();
    assertThat(two.places).containsExactly(2, 1);
    assertThat(two.lease).isNotNull();
  }

  @Test
  void wake_linesThatMoved_areAnnouncedAtMostOnceASecond() {
    open(0);
    var askers = new ArrayList<Asker>();
    for (var n = 0; n < 4; n++) {
      askers.add(Asker.retry(n).ask(guards, 0));
    }
    var last = askers.get(3);

    guards.withdraw(askers.get(0).ask, 1);
    guards.withdraw(askers.get(1).ask, 2);
    assertThat(last.places).containsExactly(4, 3);
    assertThat(guards.wakeAtNanos()).isEqualTo(SECOND + 1);
    guards.wake(SECOND + 1);

    assertThat(last.places).containsExactly(4, 3, 2);
    assertThat(guards.wakeAtNanos()).isEqualTo(30 * SECOND);
  }

  @Test
  void answer_thatAsksAgain_isServedAfterwardsAndInOrder() {
    var heard = new ArrayList<String>();
    var again =
        new Ask.Answer() {
          @Override
          public void granted(Lease lease, long nowNanos) {
            heard.add("granted");
            lease.settle(new Settlement.Failed(false, 0, 0), nowNanos);
            Asker.first(77).ask(guards, nowNanos);
            heard.add("returned");
          }

          @Override
          public void waiting(int position, long nowNanos) {
            heard.add("waiting");
          }

          @Override
          public void refused(Failure failure, long nowNanos) {
            heard.add("refused");
          }
        };

    guards.ask(new Ask(1, "o", "t", Kind.FIRST, SECOND, 0, again), 0);

    assertThat(heard).containsExactly("granted", "returned");
  }

  @Test
  void answer_thatThrows_doesNotStopTheOthers() {
    guards = new UpstreamGuards(GuardSettings.DEFAULTS.withConcurrencyMax(1));
    var running = Asker.first(1).ask(guards, 0);
    var bad =
        new Ask.Answer() {
          @Override
          public void granted(Lease lease, long nowNanos) {
            lease.settle(new Settlement.Neutral(), nowNanos);
            throw new IllegalStateException("a listener's own fault");
          }

          @Override
          public void waiting(int position, long nowNanos) {}

          @Override
          public void refused(Failure failure, long nowNanos) {}
        };
    guards.ask(new Ask(2, "o", "t", Kind.FIRST, SECOND, 0, bad), 0);
    var good = Asker.first(3).ask(guards, 0);

    assertThatIllegalStateException()
        .isThrownBy(() -> running.lease().settle(NEUTRAL, 1))
        .withMessage("a listener's own fault");

    assertThat(good.lease).isNotNull();
  }

  @Test
  void ask_timesSlightlyOutOfOrder_areMadeMonotonic() {
    Asker.first(1).ask(guards, 100);

    assertThat(Asker.first(2).ask(guards, 90).answeredAtNanos).isEqualTo(100);
  }

  private static Asker latest(List<Asker> askers, long at) {
    return askers.stream()
        .filter(asker -> asker.lease != null && asker.answeredAtNanos == at)
        .findFirst()
        .orElseThrow();
  }

  private List<Asker> retries(int count) {
    var all = new ArrayList<Asker>();
    for (var n = 0; n < count; n++) {
      all.add(Asker.retry(sessions++).ask(guards, 0));
    }
    return all;
  }

  private void open(long now) {
    for (var n = 0; n < 5; n++) {
      Asker.first(sessions++).ask(guards, now).fails(now);
    }
    assertThat(guards.breaker("t", now)).isEqualTo(BreakerState.OPEN);
  }
}

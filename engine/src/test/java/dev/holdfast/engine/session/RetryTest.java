package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.TargetKnowledge;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.Hint;
import dev.holdfast.engine.guard.Ask;
import dev.holdfast.engine.guard.Settlement;
import dev.holdfast.engine.retry.Presets;
import dev.holdfast.engine.retry.RetryPolicy;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether, where and when a session tries again. */
class RetryTest {
  @RegisterExtension final Sessions sessions = new Sessions();

  private static final String LIMITED = "{\"error\":{\"code\":\"rate_limit_exceeded\"}}";
  private static final String NO_KEY = "{\"error\":{\"code\":\"invalid_api_key\"}}";

  private SessionHarness two() {
    return sessions.plan().targets(TargetSpec.at("a"), TargetSpec.at("b")).begin();
  }

  /** The next call is made exactly then, counted from now. */
  private static void callsAfter(SessionHarness session, Duration wait) {
    int before = session.calls.size();
    if (!wait.isZero()) {
      session.after(wait.minusNanos(1));
      session.called(before);
      session.after(Duration.ofNanos(1));
    }
    session.called(before + 1);
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  // ---- waits

  @Test
  void backoff_withoutProgress_doublesUpToItsCap() {
    var session = sessions.plan().retry(sessions.plan().retry().withAttempts(9, 20)).begin();
    for (long wait : new long[] {1, 2, 4, 8, 10, 10}) {
      session.reset();
      callsAfter(session, seconds(wait));
    }
  }

  @Test
  void hint_ofTheUpstream_isWaitedFor() {
    var session = sessions.streaming().refusal(503, "{}", "retry-after", "7");

    callsAfter(session, seconds(7));
    assertThat(session.settlement(1))
        .isEqualTo(new Settlement.Failed(false, seconds(7).toNanos(), seconds(7).toNanos()));
  }

  @Test
  void hint_ofAMinuteBeforeContent_isWaitedFor() {
    callsAfter(sessions.streaming().refusal(429, LIMITED, "retry-after", "60"), seconds(60));
  }

  @Test
  void hint_beyondAMinuteBeforeContent_isFinalAndCarried() {
    var failure =
        sessions.streaming().refusal(429, LIMITED, "retry-after", "61").failed("rate_limited");

    assertThat(failure.hint()).map(Hint::delay).contains(seconds(61));
  }

  @Test
  void hint_ofTwoMinutesAfterContent_isWaitedFor() {
    var session = sessions.streaming().answer(Chat.text("Hi")).reset();

    callsAfter(session.refusal(429, LIMITED, "retry-after", "120"), seconds(120));
  }

  @Test
  void hint_beyondTwoMinutesAfterContent_isFinal() {
    var session = sessions.streaming().answer(Chat.text("Hi")).reset();

    session.refusal(429, LIMITED, "retry-after", "121").failed("rate_limited");
    assertThat(session.text()).isEqualTo("Hi");
    assertThat(session.retryable()).isTrue();
  }

  @Test
  void rateLimit_withoutAHint_isAMinute() {
    callsAfter(sessions.streaming().refusal(429, LIMITED), seconds(60));
  }

  @Test
  void continuation_afterProgress_goesAtOnce() {
    sessions.streaming().answer(Chat.text("Hi")).reset().called(2);
  }

  @Test
  void continuation_afterALostConnection_waitsAsTheSeedsSessionDoes() {
    var preset = Presets.SEED_SESSION.policy();

    var session = sessions.plan().retry(preset).begin().answer(Chat.text("Hi")).reset();

    session.after(seconds(1).minusNanos(1)).called(1);
    session.after(seconds(2).plusNanos(1)).called(2);
  }

  @Test
  void continuation_afterACleanEndInTheMiddle_waitsAsAfterALostConnection() {
    var preset = Presets.SEED_SESSION.policy();

    var session = sessions.plan().retry(preset).begin().answer(Chat.text("Hi")).end();

    session.after(seconds(1).minusNanos(1)).called(1);
    session.after(seconds(2).plusNanos(1)).called(2);
  }

  @Test
  void continuation_afterAnErrorInTheStream_goesAtOnceWithTheSeedsSessionToo() {
    var preset = Presets.SEED_SESSION.policy();

    sessions
        .plan()
        .retry(preset)
        .begin()
        .answer(Chat.text("Hi"))
        .send("data: {\"error\":{\"message\":\"boom\"}}\n\n")
        .called(2);
  }

  @Test
  void nextAttempt_afterABreak_saysWhereWhyAndWhen() {
    var session = sessions.streaming();
    assertThat(session.machine.nextAttempt()).isEmpty();

    session.reset();

    var next = session.machine.nextAttempt().orElseThrow();
    assertThat(next.target().name()).isEqualTo("a/m");
    assertThat(next.purpose()).isEqualTo("begin");
    assertThat(next.failure().why()).isEqualTo("reset");
    assertThat(next.waitNanos()).isEqualTo(seconds(1).toNanos());
    session.afterSeconds(1).called(2);
    assertThat(session.machine.nextAttempt()).containsSame(next);
  }

  @Test
  void continuation_whereOthersBrokeToo_isSpreadOverThreeSeconds() {
    var others = new FakeSurroundings();
    others.othersBroke = true;

    var session = sessions.plan().among(others).begin().answer(Chat.text("Hi")).reset();

    session.called(1).afterSeconds(3).called(2);
    assertThat(others.breaks).containsExactly("a/m");
  }

  @Test
  void continuation_withoutProgress_waitsExponentially() {
    var session = sessions.streaming().answer(Chat.text("Hi")).reset().called(2);

    session.reset();

    callsAfter(session, seconds(1));
    session.reset();
    callsAfter(session, seconds(2));
  }

  @Test
  void break_beforeContent_isNotToldToOthers() {
    var session = sessions.streaming().reset();

    assertThat(session.surroundings.breaks).isEmpty();
  }

  // ---- bounds

  @Test
  void attempts_fiveInARowWithoutProgress_areTheEnd() {
    var session = sessions.streaming();
    for (int i = 0; i < 4; i++) {
      session.reset().afterSeconds(10);
    }
    session.called(5).reset();

    session.failed("reset");
  }

  @Test
  void attempts_inARow_countAnewAfterProgress() {
    var session = sessions.streaming();
    for (int i = 0; i < 4; i++) {
      session.reset().afterSeconds(10);
    }
    session.answer(Chat.text("Hi")).reset().called(6);
    for (int i = 0; i < 4; i++) {
      session.reset().afterSeconds(10);
    }

    session.called(10).reset().failed("reset");
  }

  @Test
  void attempts_twentyInAll_areTheEnd() {
    var session = sessions.streaming();
    for (int i = 0; i < 19; i++) {
      session.answer(Chat.text("x")).reset();
    }

    session.called(20).answer(Chat.text("x")).reset().failed("reset");
  }

  @Test
  void attempts_duringAMassBreak_countTowardsTwentyAlone() {
    var others = new FakeSurroundings();
    others.massBreak = true;
    var session = sessions.plan().among(others).begin().answer(Chat.text("Hi")).reset();

    for (int i = 0; i < 10; i++) {
      session.reset().afterSeconds(10);
    }
    assertThat(session.called(12).running()).isTrue();
    for (int i = 0; i < 8; i++) {
      session.reset().afterSeconds(10);
    }

    session.called(20).reset().failed("reset");
  }

  @Test
  void spend_overFourTimesTheInput_isTheEnd() {
    var session = sessions.plan().request(longRequest(30_000)).begin();
    for (int i = 0; i < 4; i++) {
      session.answer(Chat.text("x")).reset();
    }

    session.failed("reset");
    session.called(4);
  }

  @Test
  void spend_onRefusals_isNone() {
    var session = sessions.plan().request(longRequest(100_000)).begin();
    for (int i = 0; i < 4; i++) {
      session.refusal(500, "{}").afterSeconds(10);
    }

    session.called(5);
  }

  private static String longRequest(int tokens) {
    return Sessions.STREAM.replace("hi", "word".repeat(tokens));
  }

  // ---- other targets

  @Test
  void otherTarget_afterAFailure_isAskedAtOnce() {
    var session = two().reset();

    assertThat(session.called(2).targets()).containsExactly("a", "b");
    assertThat(session.leases)
        .extracting(SessionCommand.AcquireLease::kind)
        .containsExactly(Ask.Kind.FIRST, Ask.Kind.RETRY);
  }

  @Test
  void otherTarget_whenAllRest_isTheOneThatMayBeAskedSoonest() {
    var session = two();
    session.refusal(503, "{}", "retry-after", "9").refusal(503, "{}", "retry-after", "5");

    callsAfter(session, seconds(5));
    assertThat(session.targets()).containsExactly("a", "b", "b");
  }

  @Test
  void key_rejected_endsTheTargetAndIsTold() {
    var session = two().refusal(401, NO_KEY);

    assertThat(session.called(2).targets()).containsExactly("a", "b");
    assertThat(session.surroundings.rejectedKeys).containsExactly("a/m");
    assertThat(session.reset().afterSeconds(2).targets()).containsExactly("a", "b", "b");
  }

  @Test
  void key_accepted_isTold() {
    var session = two().refusal(503, "{}");
    assertThat(session.surroundings.accepted).isEmpty();

    session.head();

    assertThat(session.surroundings.accepted).containsExactly("b/m");
  }

  @Test
  void key_rejectedByOthersBefore_isSkipped() {
    var others = new FakeSurroundings();
    others.skipped.add("a/m");
    var setup = sessions.plan().among(others);

    var session = setup.targets(TargetSpec.at("a"), TargetSpec.at("b")).begin();

    assertThat(session.targets()).containsExactly("b");
  }

  @Test
  void key_rejectedEverywhereBefore_endsItWithoutACall() {
    var others = new FakeSurroundings();
    others.skipped.add("a/m");

    sessions.plan().among(others).begin().called(0).failed("no_target");
  }

  @ParameterizedTest
  @CsvSource({
    "401,upstream_auth",
    "402,out_of_quota",
    "404,unknown_model",
    "301,redirect",
  })
  void failure_ofOneTarget_isFinalWhenItWasTheLast(int status, String why) {
    var session = two();

    session.refusal(status, "{}").called(2).refusal(status, "{}");

    session.failed(why);
    assertThat(session.retryable()).isFalse();
  }

  @Test
  void failure_finallyChosen_isTheOneThatSaysWhenToComeBack() {
    var session = two();

    session.refusal(429, LIMITED, "retry-after", "300").refusal(401, NO_KEY);

    assertThat(session.failed("rate_limited").hint()).map(Hint::delay).contains(seconds(300));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 422})
  void failure_ofTheRequest_isFinalAtOnce(int status) {
    var session = two().refusal(status, "{\"error\":{\"message\":\"no\"}}");

    assertThat(session.called(1).running()).isFalse();
    assertThat(session.retryable()).isFalse();
    assertThat(session.settlement(1)).isEqualTo(new Settlement.Neutral());
  }

  @Test
  void target_thatMayOnlyContinue_doesNotBegin() {
    var session =
        sessions
            .plan()
            .targets(TargetSpec.at("a"), TargetSpec.at("b").onlyAfterBreaks())
            .begin()
            .reset();

    session.afterSeconds(1);
    assertThat(session.targets()).containsExactly("a", "a");
  }

  @Test
  void target_thatMayOnlyBegin_goesOnWithWhatItWrote() {
    var session =
        sessions
            .plan()
            .targets(TargetSpec.at("a").onlyToStart(), TargetSpec.at("b"))
            .begin()
            .answer(Chat.text("Hi"))
            .reset();

    assertThat(session.called(2).targets()).containsExactly("a", "a");
  }

  @Test
  void lease_refused_sendsItElsewhere() {
    var session = sessions.plan().targets(TargetSpec.at("a"), TargetSpec.at("b")).build();
    session.grantsByHand().begin();

    session.refuse(open(Optional.empty())).grant();

    assertThat(session.targets()).containsExactly("b");
    assertThat(session.leases.getLast().kind()).isEqualTo(Ask.Kind.FIRST);
  }

  @Test
  void lease_refusedEverywhere_isFinal() {
    var session = sessions.plan().targets(TargetSpec.at("a"), TargetSpec.at("b")).build();
    session.grantsByHand().begin();

    session.refuse(open(Optional.empty())).refuse(open(Optional.empty()));

    session.called(0).failed("breaker_open");
    assertThat(session.retryable()).isTrue();
  }

  @Test
  void lease_refusedWhereTheOtherRestsTooLong_isFinalWithItsHint() {
    var session = sessions.plan().targets(TargetSpec.at("a"), TargetSpec.at("b")).build();
    session.grantsByHand().begin().grant();
    session.refusal(429, LIMITED, "retry-after", "300");

    session.refuse(open(Optional.empty()));

    assertThat(session.failed("rate_limited").hint()).map(Hint::delay).contains(seconds(300));
  }

  @Test
  void lease_refusedAfterContent_isFinal() {
    var session = sessions.plan().build();
    session.grantsByHand().begin().grant().answer(Chat.text("Hi")).reset();

    session.refuse(open(Optional.empty()));

    session.failed("breaker_open");
  }

  @Test
  void lease_ofAContinuation_carriesWhenTheStreamBroke() {
    var session = sessions.streaming().afterSeconds(5).answer(Chat.text("Hi"));
    long broken = session.afterSeconds(5).nowNanos();
    session.reset().afterSeconds(7).reset().afterSeconds(1).called(3);

    assertThat(session.leases.getLast().kind()).isEqualTo(Ask.Kind.CONTINUATION);
    assertThat(session.leases.getLast().brokenAtNanos()).isEqualTo(broken);
    long later = session.answer(Chat.text("!")).afterSeconds(7).nowNanos();
    assertThat(session.reset().called(4).leases.getLast().brokenAtNanos()).isEqualTo(later);
  }

  @Test
  void lease_ofARetry_isWaitedForAMinute() {
    var session = sessions.streaming().reset().afterSeconds(1).called(2);

    assertThat(session.leases.getLast().deadlineNanos() - session.nowNanos())
        .isEqualTo(seconds(60).toNanos());
  }

  @Test
  void lease_refusedAfterAFailure_leavesThatOneForTheCallerToHear() {
    var session =
        sessions
            .plan()
            .targets(TargetSpec.at("a"), TargetSpec.at("b"))
            .callerTimeout(seconds(20))
            .build();
    session.grantsByHand().begin().grant().refusal(503, "{}", "retry-after", "5");
    session.refuse(open(Optional.empty())).afterSeconds(20);

    session.failed("overloaded");
  }

  private static Failure open(Optional<Hint> hint) {
    return new Failure.Stopped(Failure.Stopped.Kind.BREAKER_OPEN, "sick", hint);
  }

  // ---- what is learnt

  private static final String NO_OPTION =
      "{\"error\":{\"message\":\"unknown field stream_options\"}}";
  private static final String NO_PREFILL =
      "{\"error\":{\"message\":\"assistant prefill is not supported\"}}";

  private SessionHarness askingForUsage() {
    return sessions.plan().targets(TargetSpec.at("a").includeUsage()).begin();
  }

  private static TargetKnowledge knowledge(SessionHarness session) {
    return session.surroundings.knowledge(session.calls.getFirst().target());
  }

  @Test
  void option_refused_isAskedAgainWithoutAtOnceAndRemembered() {
    var session = askingForUsage().refusal(400, NO_OPTION).called(2);

    assertThat(session.call(2).at("stream_options").exists()).isFalse();
    assertThat(knowledge(session).usageRefused()).isTrue();
    session.answer(Chat.text("Hi") + Chat.stop()).complete();
  }

  @Test
  void option_refusedAgain_isFinal() {
    var session = askingForUsage().refusal(400, NO_OPTION).refusal(400, NO_OPTION);

    session.failed("option_refused");
  }

  @Test
  void option_refusedToTwoAtOnce_isAskedAgainByBoth() {
    var session = askingForUsage();
    knowledge(session).learnUsageRefused();

    session.refusal(400, NO_OPTION);

    session.called(2);
  }

  @Test
  void option_ofTheCallers_isNulledWhereItIsRefused() {
    var session = sessions.plan().with("\"stream_options\":{\"include_usage\":true}").begin();
    session.refusal(400, NO_OPTION).called(2);

    assertThat(session.call(2).at("stream_options").exists()).isFalse();
  }

  @Test
  void option_refusedToAContinuation_isAskedAgainAsOne() {
    var session = askingForUsage().answer(Chat.text("Hi")).reset().refusal(400, NO_OPTION);

    assertThat(session.called(3).handedBack(3)).isEqualTo("Hi");
  }

  @Test
  void prefill_refused_isRememberedAndEndsTheLadder() {
    var session = sessions.streaming().answer(Chat.text("Hi")).reset().refusal(400, NO_PREFILL);

    session.called(2).failed("unproven_seam");
    assertThat(knowledge(session).prefillRefused()).isTrue();
    var next = sessions.plan().among(session.surroundings).begin();
    next.answer(Chat.text("Hi")).reset().called(1).failed("unproven_seam");
  }

  @Test
  void prefill_ofTheCallersOwn_refused_isFinal() {
    var session = sessions.streaming().refusal(400, NO_PREFILL);

    session.called(1).failed("prefill_refused");
    assertThat(knowledge(session).prefillRefused()).isFalse();
  }

  // ---- settlements

  @Test
  void settlement_ofAWholeAnswer_isCompleted() {
    var session = sessions.streaming().answer(Chat.text("Hi") + Chat.stop());

    assertThat(session.settlement(1)).isEqualTo(new Settlement.Completed());
  }

  @Test
  void settlement_ofABreakAfterProgress_saysSo() {
    var session = sessions.streaming().answer(Chat.text("Hi")).reset();

    assertThat(session.settlement(1)).isEqualTo(new Settlement.Failed(true, 0, 0));
  }

  @Test
  void settlement_ofACancel_isNeutral() {
    var session = sessions.streaming().answer(Chat.text("Hi")).cancel();

    assertThat(session.settlement(1)).isEqualTo(new Settlement.Neutral());
    session.failed("cancelled");
    assertThat(session.retryable()).isFalse();
  }

  @Test
  void policy_ofOneAttempt_triesOnce() {
    var session = sessions.plan().retry(RetryPolicy.DEFAULTS.withAttempts(1, 1)).begin();

    session.reset().called(1).failed("reset");
  }
}

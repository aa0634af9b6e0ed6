package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.failure.Failure;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a session waits for what. */
class ClocksTest {
  @RegisterExtension final Sessions sessions = new Sessions();

  private static String why(SessionHarness session, int attempt) {
    return session.machine.attempts().get(attempt - 1).why();
  }

  /** The attempt ends exactly then, counted from now. */
  private static void endsAfter(SessionHarness session, long seconds, String why) {
    int before = session.machine.attempts().size();
    session.after(Duration.ofSeconds(seconds).minusNanos(1));
    assertThat(session.machine.attempts()).as("just before").hasSize(before);
    session.after(Duration.ofNanos(1));
    assertThat(session.machine.attempts()).as("just then").hasSize(before + 1);
    assertThat(why(session, before + 1)).isEqualTo(why);
  }

  @Test
  void firstProgress_absent_endsTheAttemptAfterAMinute() {
    endsAfter(sessions.streaming(), 60, "first_progress_timeout");
  }

  @Test
  void firstProgress_absentAfterTheHead_countsFromTheRequest() {
    var session = sessions.streaming().afterSeconds(20).head().send(Chat.ROLE);

    endsAfter(session, 40, "first_progress_timeout");
  }

  @Test
  void firstProgress_ofTheNextAttemptThere_isWaitedForTwiceAsLong() {
    var session = sessions.streaming();
    endsAfter(session, 60, "first_progress_timeout");
    session.afterSeconds(1).called(2);

    endsAfter(session, 120, "first_progress_timeout");
  }

  @Test
  void firstProgress_elsewhereAfterATimeout_isWaitedForAsUsual() {
    var session = sessions.plan().targets(TargetSpec.at("a"), TargetSpec.at("b")).begin();
    endsAfter(session, 60, "first_progress_timeout");

    assertThat(session.called(2).targets()).containsExactly("a", "b");
    endsAfter(session, 60, "first_progress_timeout");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"reasoning_effort\":\"high\"",
        "\"reasoning\":{}",
        "\"thinking\":{\"type\":\"enabled\"}",
        "\"enable_thinking\":true"
      })
  void firstProgress_whenTheRequestSaysReasoning_isFiveMinutes(String members) {
    endsAfter(sessions.plan().with(members).begin(), 300, "first_progress_timeout");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"reasoning_effort\":\"none\"",
        "\"reasoning_effort\":\"minimal\"",
        "\"reasoning_effort\":null",
        "\"reasoning\":null",
        "\"thinking\":{\"type\":\"disabled\"}",
        "\"thinking\":null",
        "\"enable_thinking\":false"
      })
  void firstProgress_whenTheRequestSaysNoReasoning_isOneMinute(String members) {
    endsAfter(sessions.plan().with(members).begin(), 60, "first_progress_timeout");
  }

  @Test
  void firstProgress_ofAModelThatThinks_isFiveMinutes() {
    var session = sessions.plan().targets(TargetSpec.at("a").reasoningModels("^m$")).begin();

    endsAfter(session, 300, "first_progress_timeout");
  }

  @Test
  void firstProgress_ofAnAnswerInOneBody_isFiveMinutes() {
    var session =
        sessions.plan().request("{\"model\":\"m\",\"messages\":[],\"unheard_of\":1}").begin();

    endsAfter(session, 300, "first_progress_timeout");
  }

  @Test
  void keepAlives_areNoProgress() {
    var session = sessions.streaming().head();
    for (int i = 0; i < 5; i++) {
      session.afterSeconds(10).send(": keep-alive\n\n");
    }

    endsAfter(session, 10, "first_progress_timeout");
  }

  @Test
  void idle_afterText_endsTheAttemptAfterAMinute() {
    var session = sessions.streaming().afterSeconds(30).answer(Chat.text("Hi"));
    session.afterSeconds(59).send(": ping\n\n").send(Chat.delta("{}", "null"));

    endsAfter(session, 1, "stall");
  }

  @Test
  void idle_thatRanOut_saysHowLongItWas() {
    var session = sessions.streaming().answer(Chat.text("Hi")).afterSeconds(60);

    assertThat(session.machine.nextAttempt().orElseThrow().failure())
        .isEqualTo(new Failure.Silence(Failure.Silence.Kind.STALL, Duration.ofSeconds(60)));
  }

  @Test
  void refusal_whoseBodyCameInTime_leavesTheNextAttemptAlone() {
    var session = sessions.streaming().head(503).after(Duration.ofMillis(1_500));
    session.end().afterSeconds(1).called(2);

    endsAfter(session, 60, "first_progress_timeout");
  }

  @Test
  void idle_startsAnewWithEachDelta() {
    var session = sessions.streaming().answer(Chat.text("Hi"));
    session.afterSeconds(59).send(Chat.text(" you")).afterSeconds(59);

    assertThat(session.machine.attempts()).isEmpty();
    endsAfter(session, 1, "stall");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"reasoning_content\":\"hm\"}"})
  void idle_afterReasoning_isFiveMinutes(String delta) {
    endsAfter(sessions.streaming().answer(Chat.delta(delta, "null")), 300, "stall");
  }

  @Test
  void idle_whileAToolCallIsOpen_isFiveMinutes() {
    endsAfter(sessions.streaming().answer(Chat.text("Hi") + Chat.tool("{")), 300, "stall");
  }

  @Test
  void liveness_atATargetThatSendsKeepAlives_isAMinuteWithoutAByte() {
    var session =
        sessions.plan().with("\"reasoning\":{}").targets(TargetSpec.at("a").keepAlives()).begin();
    session.afterSeconds(100).head().afterSeconds(50).send(": ping\n\n");

    endsAfter(session, 60, "liveness_timeout");
  }

  @Test
  void liveness_countsFromTheHead() {
    var session =
        sessions.plan().with("\"reasoning\":{}").targets(TargetSpec.at("a").keepAlives()).begin();

    endsAfter(session.afterSeconds(100).head(), 60, "liveness_timeout");
  }

  @Test
  void liveness_ofABrokenAttempt_isNotThatOfTheNext() {
    var session =
        sessions.plan().with("\"reasoning\":{}").targets(TargetSpec.at("a").keepAlives()).begin();
    session.head().afterSeconds(50).reset().afterSeconds(1).called(2);

    endsAfter(session, 300, "first_progress_timeout");
  }

  @Test
  void liveness_beforeTheFirstByte_isNotMeasured() {
    var session =
        sessions.plan().with("\"reasoning\":{}").targets(TargetSpec.at("a").keepAlives()).begin();

    endsAfter(session, 300, "first_progress_timeout");
  }

  @Test
  void liveness_elsewhere_isNotMeasured() {
    var session = sessions.plan().with("\"reasoning\":{}").begin().head();

    endsAfter(session, 300, "first_progress_timeout");
  }

  @Test
  void deadline_aSecondLate_isLookedAtAgain() {
    var session = sessions.streaming().answer(Chat.text("Hi")).afterSeconds(20);

    session.pauseOfTheProcess(Duration.ofSeconds(40)).fireOverdue();
    assertThat(session.machine.attempts()).isEmpty();

    endsAfter(session, 1, "stall");
  }

  /** How late the deadline is tells nothing, if the stop began long before it. */
  @Test
  void deadline_aSecondLate_letsWhatIsReadableComeFirst() {
    var session = sessions.streaming().answer(Chat.text("Hi")).afterSeconds(20);

    session.pauseOfTheProcess(Duration.ofSeconds(40)).fireOverdue().send(Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hi");
  }

  @Test
  void deadline_laterThanThat_isVoidAndArmedAnew() {
    var session = sessions.streaming().answer(Chat.text("Hi")).afterSeconds(20);

    session.pauseOfTheProcess(Duration.ofSeconds(100)).fireOverdue();
    assertThat(session.machine.attempts()).isEmpty();

    endsAfter(session, 60, "stall");
  }

  @Test
  void deadline_late_letsWhatIsReadableComeFirst() {
    var session = sessions.streaming().answer(Chat.text("Hi")).afterSeconds(20);

    session.pauseOfTheProcess(Duration.ofSeconds(100)).fireOverdue().send(Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hi");
  }

  @Test
  void deadline_ofAnotherId_isVoid() {
    var session = sessions.streaming();

    session.tell(new SessionFact.DeadlinePassed(session.nowNanos(), 99));

    assertThat(session.machine.droppedFacts()).isEqualTo(1);
  }

  @Test
  void answer_longerThanAnHour_ends() {
    var session = sessions.streaming().head();
    for (int i = 0; i < 119; i++) {
      session.send(Chat.text("x")).afterSeconds(30);
    }
    assertThat(session.send(Chat.text("x")).running()).isTrue();

    session.afterSeconds(30);

    session.failed("answer_timeout");
    assertThat(session.retryable()).isFalse();
  }

  @Test
  void caller_whoWaitsNoLonger_endsItBeforeContent() {
    var session = sessions.plan().callerTimeout(Duration.ofSeconds(20)).begin();

    session.afterSeconds(19);
    assertThat(session.running()).isTrue();
    session.afterSeconds(1);

    session.failed("first_progress_timeout");
  }

  @Test
  void caller_whoWaitsNoLonger_hearsOfTheLastFailure() {
    var session = sessions.plan().callerTimeout(Duration.ofMillis(1_500)).begin();
    session.reset().afterSeconds(1).called(2).afterSeconds(1);

    session.failed("reset");
  }

  @Test
  void caller_withContent_waitsOn() {
    var session = sessions.plan().callerTimeout(Duration.ofSeconds(20)).begin();

    session.answer(Chat.text("Hi")).afterSeconds(30);

    assertThat(session.running()).isTrue();
  }

  @Test
  void caller_whoWaitsForOneBody_hasNoContentBeforeTheEnd() {
    var session =
        sessions
            .plan()
            .request("{\"model\":\"m\",\"messages\":[]}")
            .callerTimeout(Duration.ofSeconds(20))
            .begin();

    session.answer(Chat.text("Hi")).afterSeconds(20);

    session.failed("first_progress_timeout");
  }

  @Test
  void queue_ofTheFirstAttempt_isTwoMinutesOrTheCallers() {
    var session = sessions.streaming();
    var hurried = sessions.plan().callerTimeout(Duration.ofSeconds(20)).begin();

    assertThat(session.leases.getFirst().deadlineNanos() - session.nowNanos())
        .isEqualTo(Duration.ofSeconds(120).toNanos());
    assertThat(hurried.leases.getFirst().deadlineNanos() - hurried.nowNanos())
        .isEqualTo(Duration.ofSeconds(20).toNanos());
  }

  @Test
  void recovery_afterALongAnswer_countsFromTheLastProgress() {
    var session = sessions.streaming().head();
    for (int i = 0; i < 30; i++) {
      session.send(Chat.text("x")).afterSeconds(30);
    }

    session.end();

    session.called(2);
    assertThat(session.leases.getLast().deadlineNanos() - session.nowNanos())
        .isEqualTo(Duration.ofSeconds(570).toNanos());
  }

  @Test
  void recovery_tenMinutesAfterTheLastProgress_isOver() {
    var slots = new Failure.Broken(Failure.Broken.Kind.RESET, "again");
    var session = sessions.plan().with("\"reasoning\":{}").begin().answer(Chat.text("Hi")).end();
    session.afterSeconds(299).fail(slots).afterSeconds(1).called(3);
    session.afterSeconds(299).fail(slots);

    session.afterSeconds(2);

    session.failed("recovery_timeout");
  }

  @Test
  void assembled_brokenAfterTwoMinutes_isStillRetried() {
    var session = sessions.plan().request("{\"model\":\"m\",\"messages\":[]}").begin().head();
    for (int i = 0; i < 6; i++) {
      session.send(Chat.text("x")).afterSeconds(30);
    }

    session.reset().afterSeconds(1);

    session.called(2).answer(Chat.text("Hi") + Chat.stop()).complete();
  }
}

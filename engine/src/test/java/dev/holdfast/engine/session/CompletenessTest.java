package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an answer counts as whole. */
class CompletenessTest {
  @RegisterExtension final Sessions sessions = new Sessions();

  private static final String BEGUN = Chat.ROLE + Chat.texts("Hello", " world");

  @Test
  void unbroken_withReasonAndTerminator_isPassedOnByteForByte() {
    var wire = BEGUN + Chat.stop();

    var session = sessions.streaming().answer(wire);

    assertThat(session.complete().wire()).isEqualTo(wire);
    session.called(1);
    assertThat(session.machine.seams()).isEmpty();
    assertThat(session.machine.attempts())
        .singleElement()
        .satisfies(a -> assertThat(a.why()).isEmpty());
  }

  @Test
  void eof_withoutReason_isABreak() {
    var session = sessions.streaming().answer(BEGUN).end();

    session.called(2);
    assertThat(session.machine.attempts().getFirst().why()).isEqualTo("truncation");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\n  \"error\": {\n    \"code\": 503,\n    \"status\": \"UNAVAILABLE\"\n  }\n}\n",
        "[{\"error\":{\"code\":503,\"message\":\"no room\"}}]\n"
      })
  void unframedError_behindTheEvents_isTheBreak(String error) {
    var session = sessions.streaming().answer(BEGUN + error).end();

    session.called(2);
    assertThat(session.machine.attempts().getFirst().why()).isIn("in_band_error", "overloaded");
  }

  @Test
  void eof_afterReason_completesAndAddsTheTerminator() {
    var session = sessions.streaming().answer(BEGUN + Chat.finish("stop")).end();

    assertThat(session.complete().wire()).isEqualTo(BEGUN + Chat.stop());
  }

  @Test
  void reset_afterReason_completes() {
    var session = sessions.streaming().answer(BEGUN + Chat.finish("stop")).reset();

    assertThat(session.complete().called(1).wire()).isEqualTo(BEGUN + Chat.stop());
  }

  @Test
  void error_afterReason_completesWithoutIt() {
    var session = sessions.streaming().answer(BEGUN + Chat.finish("stop") + Chat.error("\"late\""));

    assertThat(session.complete().wire()).isEqualTo(BEGUN + Chat.stop());
  }

  @Test
  void silence_afterReason_completesAfterTwoSeconds() {
    var session = sessions.streaming().answer(BEGUN + Chat.finish("stop"));

    session.after(Duration.ofMillis(1_999));
    assertThat(session.running()).isTrue();
    session.after(Duration.ofMillis(1));

    assertThat(session.complete().wire()).isEqualTo(BEGUN + Chat.stop());
  }

  @Test
  void eof_behindATerminatorWhoseLastByteIsMissing_completes() {
    var wire = (BEGUN + Chat.finish("stop") + Chat.DONE).replace("\n", "\r\n");
    var session = sessions.streaming().answer(wire.substring(0, wire.length() - 1));
    assertThat(session.running()).isTrue();

    session.end().complete().called(1);
  }

  @Test
  void usage_ofAnEmptyAnswerWithoutTerminator_isPassedOn() {
    var wire = Chat.ROLE + Chat.finish("stop") + Chat.usage(9, 0);

    var session = sessions.streaming().answer(wire).end();

    assertThat(session.complete().wire()).isEqualTo(wire + Chat.DONE);
  }

  @Test
  void usage_withinTheGrace_isPassedOn() {
    var session = sessions.streaming().answer(BEGUN + Chat.finish("stop"));

    session.afterSeconds(1).send(Chat.usage(9, 2) + Chat.DONE);

    assertThat(session.complete().wire())
        .isEqualTo(BEGUN + Chat.finish("stop") + Chat.usage(9, 2) + Chat.DONE);
  }

  @Test
  void done_withoutReason_isContinuedOnce() {
    var session = sessions.streaming().answer(BEGUN + Chat.DONE).called(2);
    session.answer(Chat.text("!") + Chat.DONE);

    session.failed("no_finish_reason");
    assertThat(session.text()).isEqualTo("Hello world!");
  }

  @Test
  void done_withoutReasonThenWhole_completes() {
    var session = sessions.streaming().answer(BEGUN + Chat.DONE).called(2);
    session.answer(Chat.text("!") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello world!");
  }

  @Test
  void done_withoutReasonAtATargetThatNeverSendsOne_isWhole() {
    var session = sessions.plan().targets(TargetSpec.at("a").doneWithoutReason()).begin();

    session.answer(BEGUN + Chat.DONE);

    assertThat(session.complete().called(1).wire()).isEqualTo(BEGUN + Chat.DONE);
  }

  @Test
  void done_aloneAtATargetThatNeverSendsAReason_isABreak() {
    var session = sessions.plan().targets(TargetSpec.at("a").doneWithoutReason()).begin();

    session.answer(Chat.DONE).afterSeconds(1);

    assertThat(session.called(2).running()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "abort", "insufficient_system_resource"})
  void reason_thatSaysInterrupted_isABreak(String reason) {
    var session = sessions.streaming().answer(BEGUN + Chat.finish(reason)).called(2);
    session.answer(Chat.text("!") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello world!");
    assertThat(session.wire()).doesNotContain(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null"})
  void reason_thatSaysNothing_goesOn(String reason) {
    var session = sessions.streaming().answer(BEGUN + Chat.finish(reason));

    session.afterSeconds(3);
    assertThat(session.running()).isTrue();
    session.end();

    session.called(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"length", "content_filter", "tool_calls", "model_length", "eos"})
  void reason_thatIsAnyOther_isWhole(String reason) {
    var session = sessions.streaming().answer(BEGUN + Chat.finish(reason) + Chat.DONE);

    assertThat(session.complete().wire()).contains("\"" + reason + "\"");
  }

  @Test
  void reason_besideAnErrorInTheChoice_isABreak() {
    var wire =
        "data: {\"id\":\"a1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},"
            + "\"finish_reason\":\"stop\",\"error\":{\"code\":502,\"message\":\"lost\"}}]}\n\n";

    var session = sessions.streaming().answer(BEGUN + wire + Chat.DONE);

    session.called(2);
  }

  @Test
  void reason_besideANativeError_isABreak() {
    var wire =
        "data: {\"id\":\"a1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\","
            + "\"native_finish_reason\":\"error\"}]}\n\n";

    var session = sessions.streaming().answer(BEGUN + wire + Chat.DONE);

    session.called(2);
  }

  @Test
  void error_withTheTerminatorInOneRead_isOneBreak() {
    var session =
        sessions.streaming().answer(BEGUN + Chat.error("{\"message\":\"gone\"}") + Chat.DONE);

    session.called(2);
    assertThat(session.machine.attempts()).hasSize(1);
  }

  @Test
  void choices_whenOneHasNotBegun_areNotFinished() {
    var session = sessions.plan().with("\"n\":2").begin();
    session.answer(
        Chat.choice(0, "{\"content\":\"one\"}", "null") + Chat.choice(0, "{}", "\"stop\""));

    session.afterSeconds(3);
    assertThat(session.running()).isTrue();
    session.send(
        Chat.choice(1, "{\"content\":\"two\"}", "null")
            + Chat.choice(1, "{}", "\"stop\"")
            + Chat.DONE);

    assertThat(session.complete().called(1).events()).hasSize(5);
  }

  @Test
  void choices_cutBeforeTheSecondBegan_areABreak() {
    var session = sessions.plan().with("\"n\":2").begin();
    session.answer(
        Chat.choice(0, "{\"content\":\"one\"}", "null") + Chat.choice(0, "{}", "\"stop\""));

    session.end();

    session.failed("several_choices");
  }

  @Test
  void choices_atAProviderThatIgnoresN_areWholeByItsTerminator() {
    var session = sessions.plan().with("\"n\":2").begin();

    session.answer(BEGUN + Chat.stop());

    session.complete();
  }

  @Test
  void choices_withAnErrorInOneBesideAFinishOfTheOther_areABreak() {
    var session = sessions.plan().with("\"n\":2").begin();
    var wire =
        "data: {\"id\":\"a1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"},"
            + "{\"index\":1,\"delta\":{},\"error\":{\"message\":\"x\"}}]}\n\n";

    session.answer(Chat.choice(0, "{\"content\":\"one\"}", "null") + wire + Chat.DONE);

    session.failed("several_choices");
  }

  @Test
  void event_cutInside_isNeverShown() {
    var session = sessions.streaming().head();
    session.send(BEGUN + "data: {\"id\":\"a1\",\"choi").end();

    assertThat(session.called(2).wire()).isEqualTo(BEGUN);
  }

  @Test
  void event_thatIsNotJson_isABreak() {
    var session = sessions.streaming().answer(BEGUN + "data: {oops\n\n" + Chat.stop());

    session.called(2);
    assertThat(session.machine.attempts().getFirst().why()).isEqualTo("malformed_stream");
  }

  @Test
  void event_longerThanTheLimit_isABreak() {
    var session = sessions.plan().blockBytesMax(400).begin();

    session.answer(BEGUN + Chat.text("x".repeat(500)));

    session.called(2);
    assertThat(session.machine.attempts().getFirst().why()).isEqualTo("malformed_stream");
  }

  @Test
  void half_aSurrogatePair_waitsForTheOther() {
    var session = sessions.streaming().head();
    session.send(BEGUN + Chat.delta("{\"content\":\"\\ud83d\"}", "null"));

    assertThat(session.events()).hasSize(3);
    session.send(Chat.delta("{\"content\":\"\\ude00 ok\"}", "null"));
    assertThat(session.events()).hasSize(5);
    session.send(Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello world😀 ok");
  }

  @Test
  void half_atABreak_isForgottenAndWrittenAnew() {
    var session = sessions.streaming().head();
    session.send(BEGUN + Chat.delta("{\"content\":\"\\ud83d\"}", "null")).end();

    assertThat(session.called(2).handedBack(2)).isEqualTo("Hello world");
    session.head();
    session.send(
        Chat.delta("{\"content\":\"\\uD83D\"}", "null")
            + Chat.delta("{\"content\":\"\\uDE00\"}", "null")
            + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello world😀");
  }

  @Test
  void half_beforeAnEmptyDelta_stillWaits() {
    var session = sessions.streaming().head();
    session.send(
        BEGUN + Chat.delta("{\"content\":\"\\ud83d\"}", "null") + Chat.delta("{}", "null"));

    assertThat(session.events()).hasSize(3);
  }

  @Test
  void half_inARetryAfterThePreamble_waitsToo() {
    var session = sessions.streaming().head().send(Chat.ROLE).afterSeconds(10);
    session.end().afterSeconds(1).called(2).head();

    session.send(Chat.ROLE + Chat.delta("{\"content\":\"\\ud83d\"}", "null"));
    assertThat(session.text()).isEmpty();
    session.send(Chat.delta("{\"content\":\"\\ude00\"}", "null") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("😀");
  }
}

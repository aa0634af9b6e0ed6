package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile.Rung;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What follows a break, by what is committed. */
class BreakTableTest {
  @RegisterExtension final Sessions sessions = new Sessions();

  @Test
  void nothing_thenABreak_isRetriedAnywhere() {
    var session = sessions.plan().targets(TargetSpec.at("a"), TargetSpec.at("b")).begin();

    session.head().send(Chat.ROLE).end();

    assertThat(session.called(2).targets()).containsExactly("a", "b");
    session.answer(Chat.asOtherCall(Chat.ROLE + Chat.text("Hi") + Chat.stop()));
    assertThat(session.complete().wire())
        .isEqualTo(Chat.asOtherCall(Chat.ROLE + Chat.text("Hi") + Chat.stop()));
  }

  @Test
  void preamble_beforeProgress_isHeldUntilProgress() {
    var session = sessions.streaming().head();
    session.send(": comment\n\n" + Chat.ROLE + Chat.delta("{\"content\":\"\"}", "null"));

    assertThat(session.events()).isEmpty();
    session.send(Chat.text("Hi"));

    assertThat(session.events()).hasSize(3);
  }

  @Test
  void preamble_afterTenSeconds_isCommitted() {
    var session = sessions.streaming().head().send(Chat.ROLE).afterSeconds(9);
    assertThat(session.events()).isEmpty();

    session.afterSeconds(1);

    assertThat(session.wire()).isEqualTo(Chat.ROLE);
  }

  @Test
  void preamble_committed_isNotRepeatedByTheRetry() {
    var session = sessions.plan().targets(TargetSpec.at("a"), TargetSpec.at("b")).begin();
    session.head().send(Chat.ROLE).afterSeconds(10).end();

    assertThat(session.called(2).targets()).containsExactly("a", "b");
    session.answer(Chat.asOtherCall(Chat.ROLE + Chat.text("Hi") + Chat.stop()));

    assertThat(session.complete().wire()).isEqualTo(Chat.ROLE + Chat.text("Hi") + Chat.stop());
    assertThat(session.machine.seams()).isEmpty();
  }

  @Test
  void preamble_longerThanIsHeld_isCommitted() {
    var session = sessions.streaming().head();
    for (int i = 0; i < 500; i++) {
      session.send(Chat.ROLE);
    }

    assertThat(session.events()).hasSizeGreaterThan(400);
  }

  @Test
  void reasoning_thenABreak_isAppendedTo() {
    var session = sessions.streaming().answer(Chat.ROLE + Chat.reasoning("Let me")).end();

    assertThat(session.called(2).call(2).at("messages").items()).hasSize(1);
    session.answer(
        Chat.asOtherCall(Chat.ROLE + Chat.reasoning("Think anew") + Chat.text("Hi") + Chat.stop()));

    assertThat(session.complete().wire())
        .isEqualTo(
            Chat.ROLE
                + Chat.reasoning("Let me")
                + Chat.reasoning("Think anew")
                + Chat.text("Hi")
                + Chat.stop());
  }

  @Test
  void text_thenABreak_isHandedBack() {
    var session =
        sessions.streaming().answer(Chat.ROLE + Chat.texts("Hello", " wor")).end().called(2);

    assertThat(session.handedBack(2)).isEqualTo("Hello wor");
    session.answer(Chat.asOtherCall(Chat.ROLE + Chat.text("ld") + Chat.stop()));

    assertThat(session.complete().wire())
        .isEqualTo(Chat.ROLE + Chat.texts("Hello", " wor", "ld") + Chat.stop());
    assertThat(session.machine.seams())
        .containsExactly(new Seam(2, "a/m", 3, Rung.PREFILL, Seam.Verdict.EXACT));
  }

  @Test
  void text_brokenAgainAndAgain_isWholeInTheEnd() {
    var session = sessions.streaming().answer(Chat.ROLE + Chat.text("1")).end();
    for (int n = 2; n <= 15; n++) {
      session.answer(Chat.ROLE + Chat.text(" " + n)).end();
    }
    session.answer(Chat.stop());

    assertThat(session.complete().text()).isEqualTo("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15");
  }

  @Test
  void text_atATargetWithoutARung_isAnError() {
    var session = sessions.plan().targets(TargetSpec.at("a").rungs()).begin();

    session.answer(Chat.text("Hello")).end();

    session.failed("unproven_seam");
    assertThat(session.text()).isEqualTo("Hello");
  }

  @Test
  void text_atAnUnprovenTarget_isAnError() {
    var session = sessions.plan().targets(TargetSpec.at("a").unproven()).begin();

    session.answer(Chat.text("Hello")).end();

    session.called(1).failed("unproven_seam");
  }

  @Test
  void text_atAnUnprovenTargetLenient_isGoneOnWithAndSaysSo() {
    var session = sessions.plan().lenient().targets(TargetSpec.at("a").unproven()).begin();

    session.answer(Chat.text("Hello")).end().answer(Chat.text(" you") + Chat.stop());

    session.complete();
    assertThat(session.machine.seams())
        .containsExactly(new Seam(2, "a/m", 1, Rung.PREFILL, Seam.Verdict.UNPROVEN));
  }

  @Test
  void tool_released_isAnError() {
    var session = sessions.streaming().answer(Chat.ROLE + Chat.tool("{\"a\":"));

    session.afterSeconds(20).end();

    session.called(1).failed("tool_call_released");
  }

  @Test
  void tool_afterText_isAnError() {
    var session = sessions.streaming().answer(Chat.text("Hi") + Chat.tool("{"));

    session.afterSeconds(20).end();

    session.called(1).failed("tool_call_released");
  }

  @Test
  void tool_whole_isComplete() {
    var session =
        sessions.streaming().answer(Chat.tool("{}") + Chat.finish("tool_calls") + Chat.DONE);

    session.complete();
  }

  @Test
  void refusal_thenABreak_isAnError() {
    var session = sessions.streaming().answer(Chat.delta("{\"refusal\":\"I can\"}", "null")).end();

    session.called(1).failed("unproven_seam");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"audio\":{\"data\":\"AA\"}}", "{\"annotations\":[{}],\"content\":\"a\"}"})
  void media_thenABreak_isAnError(String delta) {
    var session = sessions.streaming().answer(Chat.delta(delta, "null")).end();

    session.called(1).failed("audio");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"response_format\":{\"type\":\"json_object\"}|structured_output",
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":"
            + "{\"properties\":{\"text\":{\"type\":\"text\"}}}}}|structured_output",
        "\"guided_json\":{}|structured_output",
        "\"grammar\":\"root ::= x\"|structured_output",
        "\"n\":2|several_choices",
        "\"logprobs\":true|logprobs",
        "\"top_logprobs\":3|logprobs",
        "\"audio\":{\"voice\":\"x\"}|audio",
      })
  void hazard_afterText_isAnError(String members, String why) {
    var session = sessions.plan().with(members).begin().answer(Chat.text("Hi")).end();

    session.called(1).failed(why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"response_format\":{\"type\":\"json_object\"}",
        "\"n\":2",
        "\"logprobs\":true",
        "\"audio\":{\"voice\":\"x\"}"
      })
  void hazard_beforeContent_isRetried(String members) {
    var session = sessions.plan().with(members).begin().head().send(Chat.ROLE).end();

    session.afterSeconds(1).called(2);
  }

  /** After a committed preamble the retry is rewritten, and each choice keeps its own finish. */
  @Test
  void choices_afterACommittedPreamble_eachFinish() {
    var session = sessions.plan().with("\"n\":2").begin();
    session.head().send(Chat.ROLE).afterSeconds(10).end().afterSeconds(1).called(2);
    var answer =
        Chat.choice(0, "{\"content\":\"Hi\"}", "null")
            + Chat.choice(1, "{\"content\":\"Ho\"}", "null")
            + Chat.choice(0, "{}", "\"stop\"")
            + Chat.choice(1, "{}", "\"stop\"")
            + Chat.DONE;

    session.answer(Chat.asOtherCall(answer));

    assertThat(session.complete().wire()).isEqualTo(Chat.ROLE + answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"response_format\":{\"type\":\"text\"}",
        "\"response_format\":null",
        "\"n\":1",
        "\"logprobs\":false",
        "\"top_logprobs\":null",
        "\"tools\":[]"
      })
  void hazard_thatIsNone_isGoneOnWith(String members) {
    var session = sessions.plan().with(members).begin().answer(Chat.text("Hi")).end();

    session.called(2);
  }
}

package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.dialect.seam.Anchor;
import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.usage.Tokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the call that goes on asks for, and when none can be made. */
class ContinuationCallTest {
  private static final String TEXT =
      "The keeper counted the ships twice and wrote the number beside the first of them, "
          + "then he closed the book and looked at the water for a long while";

  @RegisterExtension final Sessions sessions = new Sessions();

  private static TargetSpec only(Rung rung) {
    return TargetSpec.at("a").unproven().rungs(rung);
  }

  private static String anchor() {
    return Anchor.shortest(TEXT).orElseThrow().text();
  }

  // ---- replay

  private SessionHarness replayed(TargetSpec target, String temperature, int words) {
    return sessions
        .plan()
        .with("\"temperature\":" + temperature)
        .targets(target)
        .begin()
        .answer(Chat.text("a ").repeat(words))
        .end();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0.0", "-0", "0.000"})
  void replay_ofALongText_isTriedWhereATargetRepeatsItself(String zero) {
    var session = replayed(only(Rung.REPLAY).deterministic(), zero, 60).called(2);

    session.answer(Chat.text("a ").repeat(60) + Chat.text("b") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("a ".repeat(60) + "b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.7", "0.01", "1", "null"})
  void replay_ofALongText_isNotTriedAtAnotherTemperature(String temperature) {
    replayed(only(Rung.REPLAY).deterministic(), temperature, 60).called(1).failed("unproven_seam");
  }

  @Test
  void replay_ofALongText_isNotTriedWhereATargetDoesNotRepeatItself() {
    replayed(only(Rung.REPLAY), "0", 60).called(1).failed("unproven_seam");
  }

  @Test
  void replay_isForTextsOfThirtyTwoTokens() {
    replayed(only(Rung.REPLAY), "1", 32).called(2);
    replayed(only(Rung.REPLAY), "1", 33).called(1).failed("unproven_seam");
  }

  // ---- an assistant's words that the caller began

  private SessionHarness begun(TargetSpec target, String own, String written) {
    return sessions
        .plan()
        .targets(target)
        .request(
            "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"content\":"
                + JsonStrings.quote(own)
                + "}],\"stream\":true}")
        .begin()
        .answer(Chat.text(written))
        .end();
  }

  private static TargetSpec echoing(Echo echo) {
    return TargetSpec.at("a").echo(echo);
  }

  @Test
  void ownWords_thatMayHaveBeenEchoed_areToldFromFortyCodePoints() {
    var forty = TEXT.substring(0, 40);
    var less = TEXT.substring(0, 39);

    assertThat(begun(echoing(Echo.UNKNOWN), forty, forty + " and").handedBack(2))
        .isEqualTo(forty + " and");
    begun(echoing(Echo.UNKNOWN), less, less + " and").called(1).failed("unproven_seam");
    assertThat(begun(echoing(Echo.NEVER), less, less + " and").handedBack(2))
        .isEqualTo(less + less + " and");
  }

  @Test
  void ownWords_echoedInPart_canNotBeTold() {
    begun(echoing(Echo.ALWAYS), TEXT, TEXT.substring(0, 50)).called(1).failed("unproven_seam");
  }

  @Test
  void ownWords_thatWereNotEchoed_areGoneOnWith() {
    assertThat(begun(echoing(Echo.UNKNOWN), "Sure: ", "amber").handedBack(2))
        .isEqualTo("Sure: amber");
    assertThat(begun(echoing(Echo.UNKNOWN), "", "amber").handedBack(2)).isEqualTo("amber");
  }

  @Test
  void ownWords_whereAnAnchorIsAskedFor_canNotBeGoneOnWith() {
    begun(only(Rung.ANCHOR), "Sure: ", TEXT).called(1).failed("unproven_seam");
  }

  // ---- the bound on the length

  @Test
  void length_usedUpWhereAnAnchorWouldBeAskedFor_isWrittenAndNobodyIsAsked() {
    long written = Tokens.estimate(TEXT);
    var plan = sessions.plan().targets(only(Rung.ANCHOR));

    var done = plan.with("\"max_tokens\":" + written).begin().answer(Chat.text(TEXT)).end();
    var left = plan.with("\"max_tokens\":" + (written + 1)).begin().answer(Chat.text(TEXT)).end();

    assertThat(done.called(1).complete().wire()).contains("\"length\"");
    left.called(2);
  }

  // ---- what it costs

  @Test
  void anchor_withoutUsage_isEstimatedWithItsNote() {
    var session = sessions.plan().targets(only(Rung.ANCHOR)).begin().answer(Chat.text(TEXT)).end();
    var first = session.machine.attempts().getFirst().tokens().input();
    session.answer(Chat.texts(anchor(), ", and nobody came until the lamp was out.") + Chat.stop());

    var note = AnchorTemplate.DEFAULT.note(Anchor.shortest(TEXT).orElseThrow(), 1);
    assertThat(session.machine.attempts().getLast().tokens().input())
        .isEqualTo(first + Tokens.estimate(TEXT) + Tokens.estimate(note));
  }

  @Test
  void usage_askedForByUsAlone_isTakenOutBehindASeamToo() {
    var session = sessions.plan().targets(TargetSpec.at("a").includeUsage()).begin();
    session.answer(Chat.text("Hi")).end();

    session.answer(Chat.text(" you") + Chat.finish("stop") + Chat.usage(9, 2) + Chat.DONE);

    assertThat(session.complete().text()).isEqualTo("Hi you");
    assertThat(session.wire()).doesNotContain("usage");
  }

  @Test
  void usage_behindAnAnchor_addsUp() {
    var plan = sessions.plan().with("\"stream_options\":{\"include_usage\":true}");
    var session = plan.targets(only(Rung.ANCHOR)).begin().answer(Chat.text(TEXT)).end();
    session.answer(
        Chat.texts(anchor(), ", and nobody came until the lamp was out.")
            + Chat.finish("stop")
            + Chat.usage(500, 30)
            + Chat.DONE);

    var note = AnchorTemplate.DEFAULT.note(Anchor.shortest(TEXT).orElseThrow(), 1);
    long prompt = 500 - Tokens.estimate(TEXT) - Tokens.estimate(note);
    long completion = Tokens.estimate(TEXT) + 30 - Tokens.estimate(anchor());
    assertThat(session.complete().wire())
        .contains(
            "\"prompt_tokens\":" + prompt,
            "\"completion_tokens\":" + completion,
            "\"total_tokens\":" + (prompt + completion));
  }
}

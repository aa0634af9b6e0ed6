package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.Profile.Prefill;
import dev.holdfast.engine.dialect.Profile.Rung;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One answer from two calls. */
class SeamTest {
  @RegisterExtension final Sessions sessions = new Sessions();

  private static final String LONG = "The quick brown fox jumps over the lazy dog, and then ";

  /** A session whose only target is in this manner, broken after this text. */
  private SessionHarness broken(Echo echo, String text) {
    return broken(TargetSpec.at("a").echo(echo), text);
  }

  private SessionHarness broken(TargetSpec target, String text) {
    return sessions.plan().targets(target).begin().answer(Chat.ROLE + Chat.text(text)).end();
  }

  @Test
  void exact_continuation_joinsAtTheLastCharacter() {
    var session = broken(Echo.NEVER, LONG).answer(Chat.texts("it", " rests.") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(LONG + "it rests.");
  }

  @ParameterizedTest
  @EnumSource(
      value = Echo.class,
      names = {"UNKNOWN", "ALWAYS"})
  void echo_whole_isCut(Echo echo) {
    var session = broken(echo, LONG).answer(Chat.texts(LONG, "it rests.") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(LONG + "it rests.");
  }

  @ParameterizedTest
  @EnumSource(
      value = Echo.class,
      names = {"UNKNOWN", "ALWAYS"})
  void echo_gluedToTheFirstToken_isCut(Echo echo) {
    var session = broken(echo, LONG).answer(Chat.texts(LONG + "it", " rests.") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(LONG + "it rests.");
  }

  @Test
  void echo_inOddPieces_isCut() {
    var random = new SplittableRandom(7);
    for (int round = 0; round < 50; round++) {
      var session = broken(Echo.UNKNOWN, LONG).head();
      var all = LONG + "it rests.";
      for (int at = 0; at < all.length(); ) {
        int to = Math.min(all.length(), at + 1 + random.nextInt(12));
        session.send(Chat.text(all.substring(at, to)));
        at = to;
      }
      session.send(Chat.stop());

      assertThat(session.complete().text()).as("round %s", round).isEqualTo(all);
    }
  }

  /** The next call may be answered by another server behind the same name. */
  @Test
  void echo_thatDidNotCome_isCutTheNextTime() {
    var session = broken(Echo.UNKNOWN, "Hi").answer(Chat.text(" there.") + Chat.stop());
    session.complete();

    var target = TargetSpec.at("a").echo(Echo.UNKNOWN);
    var next = sessions.plan().among(session.surroundings).targets(target).begin();
    next.answer(Chat.text(LONG)).end().answer(Chat.texts(LONG, "it") + Chat.stop());

    assertThat(next.complete().text()).isEqualTo(LONG + "it");
  }

  @Test
  void echo_ofAShortText_isNotToldByAnEchoBefore() {
    var session = broken(Echo.UNKNOWN, LONG).answer(Chat.texts(LONG, "it") + Chat.stop());
    session.complete();

    var target = TargetSpec.at("a").echo(Echo.UNKNOWN);
    var next = sessions.plan().among(session.surroundings).targets(target).begin();
    next.answer(Chat.text("1")).end().answer(Chat.texts("1", " is") + Chat.stop());

    assertThat(next.text()).isEqualTo("1");
    next.failed("unproven_seam");
  }

  @Test
  void echo_thatDiffersOnTheWay_wasText() {
    var session = broken(Echo.UNKNOWN, LONG).head();
    session.send(Chat.text("The quick"));
    assertThat(session.text()).isEqualTo(LONG);

    session.send(Chat.text(" red fox.") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(LONG + "The quick red fox.");
  }

  @Test
  void echo_thatEndsOnTheWay_wasText() {
    var session = broken(Echo.UNKNOWN, LONG).answer(Chat.text("The quick") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(LONG + "The quick");
  }

  @Test
  void echo_thatEndsOnTheWayWithoutReason_isShownBeforeTheTerminator() {
    var session = broken(TargetSpec.at("a").echo(Echo.UNKNOWN).doneWithoutReason(), LONG);
    session.answer(Chat.text("The quick") + Chat.DONE);

    assertThat(session.complete().text()).isEqualTo(LONG + "The quick");
  }

  @Test
  void echo_cutInTheMiddle_isForgotten() {
    var session = broken(Echo.UNKNOWN, LONG).answer(Chat.text("The quick")).end();

    session.afterSeconds(3).called(3).answer(Chat.text("it rests.") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(LONG + "it rests.");
  }

  @Test
  void echo_withoutItsLeadingSpace_isCut() {
    var session = broken(Echo.UNKNOWN, " " + LONG).answer(Chat.texts(LONG, "it") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(" " + LONG + "it");
  }

  @Test
  void echo_withoutItsTrailingSpace_isCut() {
    var session =
        broken(Echo.UNKNOWN, LONG)
            .answer(Chat.texts(LONG.stripTrailing() + "it", " rests.") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(LONG + "it rests.");
  }

  @Test
  void echo_withoutItsTrailingSpaceAndNothingElse_isNotShown() {
    var session = broken(Echo.UNKNOWN, LONG).answer(Chat.texts(LONG.stripTrailing()) + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(LONG);
  }

  @Test
  void echo_atATargetThatNeverDoes_isText() {
    var session = broken(Echo.NEVER, "ha").answer(Chat.text("ha") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("haha");
  }

  @Test
  void echo_ofAShortTextAtATargetThatAlwaysDoes_isCut() {
    var session = broken(Echo.ALWAYS, "ha").answer(Chat.texts("h", "a", "ha") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("haha");
  }

  @Test
  void echo_ofAShortTextThatCanNotBeTold_isAnError() {
    var session = broken(Echo.UNKNOWN, "ha").answer(Chat.text("ha"));

    session.failed("unproven_seam");
    assertThat(session.text()).isEqualTo("ha");
  }

  @Test
  void echo_ofAShortTextGluedToTheWholeRest_isAnErrorToo() {
    var session =
        broken(Echo.UNKNOWN, "ha")
            .answer(Chat.delta("{\"content\":\"haha\"}", "\"stop\"") + Chat.DONE);

    session.failed("unproven_seam");
    assertThat(session.text()).isEqualTo("ha");
  }

  @Test
  void beginning_ofAShortTextThatDiffers_isText() {
    var session = broken(Echo.UNKNOWN, "hat").answer(Chat.texts("ha", "ppy") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("hathappy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Hello ", "Hello\n", "Hello\n\n  "})
  void whiteSpace_atTheJoin_isSentAndKept(String text) {
    var session = broken(Echo.NEVER, text);

    assertThat(session.handedBack(2)).isEqualTo(text);
    session.answer(Chat.text(" you") + Chat.stop());
    assertThat(session.complete().text()).isEqualTo(text + " you");
  }

  // ---- stop sequences

  private SessionHarness stopping(String committed) {
    return sessions
        .plan()
        .with("\"stop\":[\"END\",\"\\n\\n\"]")
        .begin()
        .answer(Chat.text(committed))
        .end();
  }

  @Test
  void stop_overTheJoin_stops() {
    var session = stopping("go EN").answer(Chat.texts("D", " more") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("go EN");
    assertThat(session.wire()).contains("\"finish_reason\":\"stop\"");
    assertThat(session.machine.seams())
        .containsExactly(new Seam(2, "a/m", 1, Rung.PREFILL, Seam.Verdict.MATCHED));
  }

  @Test
  void stop_inPiecesOverTheJoin_isHeldAndStops() {
    var session = stopping("go E").head().send(Chat.text("N"));
    assertThat(session.events()).hasSize(1);

    session.send(Chat.text("D more"));

    assertThat(session.complete().text()).isEqualTo("go E");
  }

  @Test
  void stop_thatDoesNotComeAbout_isReleased() {
    var session = stopping("go E").head().send(Chat.text("N")).send(Chat.text("ter"));
    session.send(Chat.stop());

    assertThat(session.complete().text()).isEqualTo("go ENter");
  }

  @Test
  void stop_heldWhenTheAnswerEnds_isReleased() {
    var session = stopping("go E").answer(Chat.text("N") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("go EN");
  }

  @Test
  void stop_asASingleText_stopsToo() {
    var session = sessions.plan().with("\"stop\":\"<|x|>\"").begin();
    session.answer(Chat.text("a<|")).end().answer(Chat.text("x|>b"));

    assertThat(session.complete().text()).isEqualTo("a<|");
  }

  // ---- one identity

  @Test
  void identity_ofTheSecondCall_isThatOfTheFirst() {
    var session = broken(Echo.NEVER, "Hello");
    session.answer(Chat.asOtherCall(Chat.ROLE + Chat.text(" you") + Chat.stop()));

    assertThat(session.complete().wire())
        .doesNotContain("b2", "m-other", "\"created\":9")
        .containsOnlyOnce("assistant");
  }

  @Test
  void reasoning_afterText_isDropped() {
    var session = broken(Echo.NEVER, "Hello");
    session.answer(Chat.reasoning("hm") + Chat.text(" you") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello you");
    assertThat(session.wire()).doesNotContain("hm");
  }

  @Test
  void event_ofSeveralDataLines_isRewrittenWhole() {
    var session = broken(Echo.NEVER, "Hello");
    session.answer(
        "data: {\"id\":\"b2\",\ndata: \"choices\":[{\"index\":0,\ndata: \"delta\":"
            + "{\"content\":\" you\"},\"finish_reason\":null}]}\n\n"
            + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello you");
  }

  @Test
  void usage_askedForByTheCaller_isThatOfOneCall() {
    var session =
        sessions
            .plan()
            .with("\"stream_options\":{\"include_usage\":true}")
            .targets(TargetSpec.at("a").includeUsage())
            .begin();
    session.answer(Chat.ROLE + Chat.texts("one", " two", " three")).end();

    session.answer(Chat.text(" four") + Chat.finish("stop") + Chat.usage(13, 1) + Chat.DONE);

    assertThat(session.complete().events().get(6))
        .contains("\"prompt_tokens\":10", "\"completion_tokens\":4", "\"total_tokens\":14");
  }

  @Test
  void usage_afterReasoningAndText_countsTheReasoningAsWrittenAlone() {
    var session =
        sessions
            .plan()
            .with("\"stream_options\":{\"include_usage\":true}")
            .targets(TargetSpec.at("a").includeUsage())
            .begin();
    session.answer(Chat.reasoning("hm") + Chat.texts("one", " two")).end();

    session.answer(Chat.text(" four") + Chat.finish("stop") + Chat.usage(12, 1) + Chat.DONE);

    assertThat(session.complete().wire())
        .contains("\"prompt_tokens\":10", "\"completion_tokens\":4");
  }

  @Test
  void usage_askedForByUsAlone_isTakenOut() {
    var session = sessions.plan().targets(TargetSpec.at("a").includeUsage()).begin();

    assertThat(session.call(1).at("stream_options", "include_usage").truthy()).isTrue();
    session.answer(Chat.text("Hi") + Chat.finish("stop") + Chat.usage(9, 1) + Chat.DONE);

    assertThat(session.complete().wire()).isEqualTo(Chat.text("Hi") + Chat.stop());
  }

  @Test
  void usage_askedForByUsAndThenForbiddenByAnother_isStillTakenOut() {
    var session = sessions.plan().targets(TargetSpec.at("a").includeUsage()).begin();

    session.surroundings.knowledge(TargetSpec.at("a").build()).learnUsageRefused();
    session.answer(Chat.text("Hi") + Chat.finish("stop") + Chat.usage(9, 1) + Chat.DONE);

    assertThat(session.complete().wire()).isEqualTo(Chat.text("Hi") + Chat.stop());
  }

  @Test
  void usage_refusedByTheCaller_isNotAskedFor() {
    var session =
        sessions
            .plan()
            .with("\"stream_options\":{\"include_usage\":false}")
            .targets(TargetSpec.at("a").includeUsage())
            .begin();

    assertThat(session.call(1).at("stream_options", "include_usage").truthy()).isFalse();
  }

  // ---- the bound on the length

  @ParameterizedTest
  @ValueSource(strings = {"max_tokens", "max_completion_tokens"})
  void length_leftOver_isAskedFor(String name) {
    var session = sessions.plan().with("\"" + name + "\":10").begin();
    session.answer(Chat.ROLE + Chat.texts("a", "b", "c")).end();

    assertThat(session.call(2).at(name).text()).isEqualTo("7");
  }

  @Test
  void length_usedUp_isWrittenAndNobodyIsAsked() {
    var session = sessions.plan().with("\"max_tokens\":3").begin();

    session.answer(Chat.ROLE + Chat.texts("a", "b", "c")).end();

    assertThat(session.complete().called(1).wire())
        .endsWith("\"delta\":{},\"finish_reason\":\"length\"}]}\n\n" + Chat.DONE);
    assertThat(session.text()).isEqualTo("abc");
  }

  @Test
  void length_belowTheProvidersLeast_isAskedForAndCut() {
    var session =
        sessions
            .plan()
            .with("\"max_tokens\":5")
            .targets(TargetSpec.at("a").outputTokensMin(16))
            .begin();
    session.answer(Chat.texts("a", "b", "c")).end();

    assertThat(session.call(2).at("max_tokens").text()).isEqualTo("16");
    session.answer(Chat.texts("d", "e", "f", "g") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("abcde");
    assertThat(session.wire()).contains("\"length\"");
  }

  @Test
  void length_reachedByTheFinishItself_isFinishedOnce() {
    var session =
        sessions
            .plan()
            .with("\"max_tokens\":2")
            .targets(TargetSpec.at("a").outputTokensMin(16))
            .begin();
    session.answer(Chat.text("a")).end();

    session.answer(Chat.delta("{\"content\":\"b\"}", "\"stop\"") + Chat.DONE);

    assertThat(session.complete().text()).isEqualTo("ab");
    assertThat(session.wire()).doesNotContain("\"length\"");
  }

  @Test
  void length_ofTextInFewEvents_isEstimated() {
    var session = sessions.plan().with("\"max_tokens\":100").begin();

    session.answer(Chat.text("four".repeat(20))).end();

    assertThat(session.call(2).at("max_tokens").text()).isEqualTo("80");
  }

  // ---- how it is asked

  @Test
  void flag_ofTheProfile_isSetWithItsPath() {
    var target =
        TargetSpec.at("a")
            .prefill(new Prefill(true, "\"prefix\":true", "\"x\":1,\"y\":false", "/beta/chat"));

    var session = broken(target, "Hello");

    var call = session.call(2);
    assertThat(call.at("messages").items().getLast().at("prefix").truthy()).isTrue();
    assertThat(call.at("messages").items().getLast().at("role").text()).isEqualTo("assistant");
    assertThat(call.at("x").text()).isEqualTo("1");
    assertThat(session.calls.get(1).call().path()).isEqualTo("/beta/chat");
    assertThat(session.calls.get(0).call().path()).isEqualTo("/chat/completions");
  }

  private static String endingIn(String assistant) {
    return "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
        + assistant
        + "],\"stream\":true}";
  }

  @Test
  void request_thatItselfEndsInAnAssistantsWords_isGoneOnWithInOneMessage() {
    var session =
        sessions
            .plan()
            .request(endingIn("{\"role\":\"assistant\",\"content\":\"Sure: \"}"))
            .begin()
            .answer(Chat.text("a"))
            .end();

    assertThat(session.handedBack(2)).isEqualTo("Sure: a");
    assertThat(session.call(2).at("messages").items()).hasSize(2);
  }

  @Test
  void request_whoseOwnWordsWereEchoed_handsThemBackOnce() {
    var target =
        TargetSpec.at("a").prefill(new Prefill(true, "\"prefix\":true", "", "")).echo(Echo.ALWAYS);
    var session =
        sessions
            .plan()
            .targets(target)
            .request(endingIn("{\"role\":\"assistant\",\"content\":\"Sure: \",\"prefix\":true}"))
            .begin()
            .answer(Chat.texts("Sure: ", "a"))
            .end();

    assertThat(session.handedBack(2)).isEqualTo("Sure: a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}",
        "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]}",
        "{\"role\":\"assistant\"}",
      })
  void request_endingInAnAssistantMessageThatIsNotText_canNotBeGoneOnWith(String assistant) {
    var session = sessions.plan().request(endingIn(assistant)).begin().answer(Chat.text("a")).end();

    session.called(1).failed("unproven_seam");
  }

  @Test
  void request_endingInAnAssistantMessageWithoutTheNeededFlag_canNotBeGoneOnWith() {
    var target = TargetSpec.at("a").prefill(new Prefill(true, "\"prefix\":true", "", ""));
    var session =
        sessions
            .plan()
            .targets(target)
            .request(endingIn("{\"role\":\"assistant\",\"content\":\"x\"}"))
            .begin()
            .answer(Chat.text("a"))
            .end();

    session.called(1).failed("unproven_seam");
  }

  @Test
  void finish_rightAfterTheJoin_isASeamToo() {
    var session = broken(Echo.NEVER, "Hello.").answer(Chat.ROLE + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello.");
    assertThat(session.machine.seams()).hasSize(1);
  }

  @Test
  void tool_inAContinuation_isShown() {
    var session = broken(Echo.NEVER, "Hello");
    session.answer(Chat.tool("{}") + Chat.finish("tool_calls") + Chat.DONE);

    assertThat(session.complete().wire()).contains("tool_calls");
  }
}

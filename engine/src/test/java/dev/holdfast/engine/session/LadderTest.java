package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.dialect.seam.Anchor;
import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.json.JsonValue;
import dev.holdfast.engine.session.Seam.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Going on from a text where no prefill is proven, from way to way and from target to target. */
class LadderTest {
  private static final String TEXT =
      "The keeper counted the ships twice and wrote the number beside the first of them, "
          + "then he closed the book and looked at the water for a long while";

  private static final String REST =
      ", and nobody came. In the morning the lamp was out and the door stood open.";

  @RegisterExtension final Sessions sessions = new Sessions();

  private SessionHarness broken(TargetSpec... targets) {
    return broken(sessions.plan(), TEXT, targets);
  }

  private SessionHarness broken(Sessions.Setup plan, String text, TargetSpec... targets) {
    return plan.targets(targets).begin().answer(Chat.ROLE + Chat.text(text)).end();
  }

  private static String anchor() {
    return Anchor.shortest(TEXT).orElseThrow().text();
  }

  private static TargetSpec only(Rung... rungs) {
    return TargetSpec.at("a").unproven().rungs(rungs);
  }

  private static JsonValue message(SessionHarness session, int call, int fromEnd) {
    var items = ((JsonValue.Arr) session.call(call).at("messages")).items();
    return items.get(items.size() - fromEnd);
  }

  // ---- anchor

  @Test
  void anchor_repeated_isJoined() {
    var session = broken(only(Rung.ANCHOR));
    session.answer(Chat.ROLE + Chat.texts(anchor(), REST) + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(TEXT + REST);
    assertThat(session.machine.seams())
        .containsExactly(new Seam(2, "a/m", 2, Rung.ANCHOR, Verdict.MATCHED));
  }

  @Test
  void anchor_isAskedForByANoteBehindTheText() {
    var session = broken(only(Rung.ANCHOR)).called(2);

    assertThat(message(session, 2, 2).at("content").text()).isEqualTo(TEXT);
    assertThat(message(session, 2, 1).at("role").text()).isEqualTo("user");
    assertThat(message(session, 2, 1).at("content").text()).contains(anchor());
  }

  @Test
  void anchor_bySystemMessage_isTheSeeds() {
    var plan = sessions.plan().anchor(AnchorTemplate.SEED);
    var session = broken(plan, TEXT.repeat(2), only(Rung.ANCHOR)).called(2);

    assertThat(message(session, 2, 1).at("role").text()).isEqualTo("system");
    assertThat(message(session, 2, 1).at("content").text())
        .contains(TEXT.repeat(2).substring(TEXT.length() * 2 - 200));
  }

  @Test
  void anchor_notRepeated_isAskedForTwice() {
    var session = broken(only(Rung.ANCHOR)).answer(Chat.text(REST) + Chat.stop()).called(3);
    var longer = Anchor.firm(TEXT).orElseThrow().text();
    session.answer(Chat.texts(longer, REST) + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(TEXT + REST);
  }

  @Test
  void anchor_notRepeatedTwice_isAnError() {
    var session = broken(only(Rung.ANCHOR));
    session.answer(Chat.text(REST) + Chat.stop()).answer(Chat.text(REST) + Chat.stop());

    session.called(3).failed("unproven_seam");
    assertThat(session.text()).isEqualTo(TEXT);
  }

  /** It speaks of messages, but not of prefill, which this target was not asked for. */
  @Test
  void anchor_refusedInTheWordsOfPrefill_isNotAskedForAgain() {
    var plan = sessions.plan().anchor(AnchorTemplate.SEED);
    var session = broken(plan, TEXT.repeat(2), only(Rung.ANCHOR)).called(2);

    session.refusal(
        400, "{\"message\":\"Expected last role User or Tool (or Assistant with prefix True)\"}");

    session.called(2).failed("unproven_seam");
    var target = only(Rung.ANCHOR).build();
    assertThat(session.surroundings.knowledge(target).prefillRefused()).isFalse();
  }

  @Test
  void anchor_notRepeatedAtALenientTarget_isAcceptedAndSaysSo() {
    var session = broken(sessions.plan().lenient(), TEXT, only(Rung.ANCHOR));
    session.answer(Chat.text(REST) + Chat.stop()).answer(Chat.text(REST) + Chat.stop());

    assertThat(session.called(3).complete().text()).isEqualTo(TEXT + REST);
    assertThat(session.machine.seams()).extracting(Seam::verdict).containsExactly(Verdict.UNPROVEN);
  }

  @Test
  void anchor_brokenBeforeItsVerdict_isAskedForAgain() {
    var session = broken(only(Rung.ANCHOR)).answer(Chat.text(anchor().substring(0, 20))).end();

    session.afterSeconds(3).called(3).answer(Chat.texts(anchor(), REST) + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(TEXT + REST);
  }

  @Test
  void anchor_brokenBehindTheSeam_beginsANewOneThere() {
    var session = broken(only(Rung.ANCHOR)).answer(Chat.texts(anchor(), REST)).end().called(3);
    var second = Anchor.shortest(TEXT + REST).orElseThrow().text();
    session.answer(Chat.texts(second, " So it ended, on the third day of the year.") + Chat.stop());

    assertThat(session.complete().text())
        .isEqualTo(TEXT + REST + " So it ended, on the third day of the year.");
    assertThat(session.machine.seams()).hasSize(2);
  }

  @Test
  void anchor_notRepeatedOnce_isAskedForTwiceBehindTheNextSeamToo() {
    var session = broken(only(Rung.ANCHOR)).answer(Chat.text(REST) + Chat.stop()).called(3);
    var longer = Anchor.firm(TEXT).orElseThrow().text();
    session.answer(Chat.texts(longer, REST)).end().called(4);

    session.answer(Chat.text("So it ended.") + Chat.stop()).called(5);
    session.answer(Chat.text("So it ended.") + Chat.stop());

    session.called(5).failed("unproven_seam");
  }

  @Test
  void anchor_notRepeatedWhereNoReasonIsEverSent_isNotWholeByItsTerminator() {
    var session = broken(only(Rung.ANCHOR).doneWithoutReason());

    session.answer(Chat.text(REST) + Chat.DONE).called(3);

    assertThat(session.text()).isEqualTo(TEXT);
  }

  @Test
  void anchor_inAMarkThatALimitMayHaveCutOff_provesNothing() {
    var cut = Chat.texts("“" + anchor(), REST + "”") + Chat.finish("length") + Chat.DONE;
    var over = Chat.texts("“" + anchor(), REST + "”") + Chat.stop();

    assertThat(broken(only(Rung.ANCHOR)).answer(over).complete().text()).isEqualTo(TEXT + REST);
    broken(only(Rung.ANCHOR)).answer(cut).called(3);
  }

  @Test
  void anchor_thatATextDoesNotHave_isNotAskedForLenientlyEither() {
    var session = broken(sessions.plan().lenient(), "ha", only(Rung.ANCHOR));

    session.called(1).failed("unproven_seam");
  }

  @Test
  void anchor_thatTheTargetDoesNotTake_isNotAskedForLenientlyEither() {
    var session = broken(sessions.plan().lenient(), "word ".repeat(60), only(Rung.REPLAY));

    session.called(1).failed("unproven_seam");
  }

  @Test
  void anchor_ofACallWithALimit_leavesRoomForTheRepetition() {
    var plan = sessions.plan().with("\"max_tokens\":100");
    var session = broken(plan, TEXT, only(Rung.ANCHOR)).called(2);

    assertThat(session.call(2).at("max_tokens")).isEqualTo(new JsonValue.Num("147"));
  }

  @Test
  void anchor_usage_isThatOfOneCall() {
    var plan = sessions.plan().with("\"stream_options\":{\"include_usage\":true}");
    var session = broken(plan, TEXT, only(Rung.ANCHOR));
    session.answer(
        Chat.texts(anchor(), REST) + Chat.finish("stop") + Chat.usage(500, 30) + Chat.DONE);

    // 37 written before the break, 30 behind it of which the anchor's 10 were written before.
    assertThat(session.complete().wire()).contains("\"completion_tokens\":57");
  }

  // ---- replay

  @Test
  void replay_ofAShortText_isStoppedAtTheFirstDifference() {
    var session = broken(sessions.plan(), "It is am", only(Rung.ANCHOR, Rung.REPLAY)).called(2);

    session.answer(Chat.ROLE + Chat.texts("It", " is", " amber", " 17.") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("It is amber 17.");
    assertThat(session.machine.seams())
        .containsExactly(new Seam(2, "a/m", 2, Rung.REPLAY, Verdict.EXACT));
  }

  @Test
  void replay_thatDiffers_isAnErrorAndCloses() {
    var session = broken(sessions.plan(), "It is am", only(Rung.REPLAY));

    session.answer(Chat.texts("It", " was"));

    session.called(2).failed("unproven_seam");
    assertThat(session.text()).isEqualTo("It is am");
  }

  @Test
  void replay_ofALongText_isNotTried() {
    broken(sessions.plan(), "word ".repeat(60), only(Rung.REPLAY))
        .called(1)
        .failed("unproven_seam");
  }

  @Test
  void shortEcho_thatCantBeTold_isFollowedByAReplay() {
    var target =
        TargetSpec.at("a").echo(Echo.UNKNOWN).rungs(Rung.PREFILL, Rung.ANCHOR, Rung.REPLAY);
    var session = broken(sessions.plan(), "ha", target).answer(Chat.text("ha")).called(3);

    session.answer(Chat.texts("ha", "ha!") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("haha!");
  }

  @Test
  void prefill_refused_isFollowedByTheAnchor() {
    var session = broken(TargetSpec.at("a").rungs(Rung.PREFILL, Rung.ANCHOR));
    session.refusal(400, "{\"error\":{\"message\":\"prefill is not supported\"}}").called(3);

    session.answer(Chat.texts(anchor(), REST) + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(TEXT + REST);
  }

  // ---- other targets

  @Test
  void text_whoseTargetIsDead_isGoneOnWithByTheNextInItsOwnManner() {
    var session = broken(TargetSpec.at("a"), TargetSpec.at("b").rungs(Rung.ANCHOR));
    session.refusal(401, "{}").called(3);

    session.answer(Chat.texts(anchor(), REST) + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(TEXT + REST);
    assertThat(session.machine.seams())
        .extracting(Seam::target, Seam::verdict)
        .containsExactly(tuple("b/m", Verdict.MATCHED));
  }

  @Test
  void text_whoseTargetAsksToWait_isGoneOnWithElsewhereAtOnce() {
    var session = broken(TargetSpec.at("a"), TargetSpec.at("b"));

    session.refusal(429, "{}", "retry-after", "20").called(3);

    assertThat(session.targets()).containsExactly("a", "a", "b");
    session.answer(Chat.text(REST) + Chat.stop());
    assertThat(session.complete().text()).isEqualTo(TEXT + REST);
  }

  @Test
  void text_whereTheRouteForbidsIt_isNotGoneOnWithElsewhere() {
    var session = broken(TargetSpec.at("a"), TargetSpec.at("b").onlyToStart());

    session.refusal(401, "{}");

    session.called(2).failed("upstream_auth");
  }

  @Test
  void text_ofTwoTargets_isGoneOnWithByTheFirstAgain() {
    var session = broken(TargetSpec.at("a"), TargetSpec.at("b"));
    session.refusal(503, "{}", "retry-after", "3").called(3);
    session.refusal(503, "{}", "retry-after", "30");

    session.afterSeconds(3).called(4);

    assertThat(session.targets()).containsExactly("a", "a", "b", "a");
  }

  // ---- an upstream that keeps the answer

  private static final String KEPT = "hf_0123456789abcdefghijkl";

  private SessionHarness kept(String... events) {
    return sessions
        .plan()
        .targets(TargetSpec.at("a").unproven().rungs(Rung.NATIVE))
        .begin()
        .head(200, "content-type", "text/event-stream", "x-holdfast-session", KEPT)
        .send(String.join("", events))
        .end();
  }

  @Test
  void kept_isReadOnFromTheCursor() {
    var session = kept(Chat.ROLE, Chat.text("Hello")).called(2);
    assertThat(session.path(2)).isEqualTo("/sessions/" + KEPT + "/events?after=2");

    session.answer(Chat.text(" you") + Chat.stop());

    assertThat(session.complete().wire())
        .isEqualTo(Chat.ROLE + Chat.texts("Hello", " you") + Chat.stop());
  }

  @Test
  void kept_toolCall_isReadOnToo() {
    var session = kept(Chat.ROLE, Chat.tool("{\"a\":"), Chat.tool("1"));
    session.afterSeconds(1).called(2);
    assertThat(session.path(2)).endsWith("after=0");

    session.answer(Chat.ROLE + Chat.tool("{\"a\":") + Chat.tool("1") + Chat.tool("}") + toolStop());

    assertThat(session.complete().wire())
        .isEqualTo(Chat.ROLE + Chat.tool("{\"a\":") + Chat.tool("1") + Chat.tool("}") + toolStop());
  }

  private static String toolStop() {
    return Chat.finish("tool_calls") + Chat.DONE;
  }

  @Test
  void kept_beforeAnything_isReadFromTheBeginning() {
    var session = kept().afterSeconds(1).called(2);
    assertThat(session.path(2)).endsWith("after=0");

    session.answer(Chat.ROLE + Chat.text("Hello") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello");
  }

  @Test
  void kept_underANameThatIsNone_isNotKept() {
    var session = sessions.plan().targets(TargetSpec.at("a").rungs(Rung.NATIVE, Rung.PREFILL));

    var broken =
        session
            .begin()
            .head(200, "content-type", "text/event-stream", "x-holdfast-session", "../../models")
            .send(Chat.text("Hello"))
            .end();

    assertThat(broken.called(2).path(2)).isEqualTo("/chat/completions");
  }

  @Test
  void kept_andLost_isAnError() {
    var session = kept(Chat.text("Hello"));

    session.refusal(404, "{}");

    session.called(2).failed("session_lost");
    assertThat(session.text()).isEqualTo("Hello");
  }

  @Test
  void kept_thatEndedInAnError_isFinal() {
    var session = kept(Chat.text("Hello"));

    session.head().send(Chat.error("{\"message\":\"gave up\",\"code\":\"unproven_seam\"}"));

    session.called(2).failed("unproven_seam");
  }

  @Test
  void kept_refusedBeforeAnything_isFinalIfTheRelaySaysSo() {
    var session = sessions.plan().targets(TargetSpec.at("a").rungs(Rung.NATIVE)).begin();

    session.refusal(
        503, "{\"error\":{\"message\":\"no\",\"code\":\"queue_full\"}}", "x-should-retry", "false");

    session.called(1).failed("queue_full");
  }

  @Test
  void prefill_refusedToAnotherSessionMeanwhile_isTakenNoMore() {
    var session =
        sessions.plan().lenient().targets(TargetSpec.at("a").unproven()).build().loadsByHand();
    session.begin().answer(Chat.text("Hello")).reset();

    var target = TargetSpec.at("a").unproven().build();
    session.surroundings.knowledge(target).learnPrefillRefused();
    session.load();

    session.called(1).failed("unproven_seam");
  }
}

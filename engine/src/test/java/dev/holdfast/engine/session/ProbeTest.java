package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.guard.Settlement;
import dev.holdfast.engine.retry.RetryPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The known answer that a break needs. */
class ProbeTest {
  @RegisterExtension final Sessions sessions = new Sessions();

  private static final TargetSpec UNPROVEN = TargetSpec.at("a").unproven().echo(Echo.UNKNOWN);
  private static final Target TARGET = UNPROVEN.build();
  private static final String PREFIX = "1 zorblat\n2 zorblat\n3 zorblat\n4 zorblat\n5";

  private final FakeSurroundings shared = new FakeSurroundings();

  private SessionHarness probing() {
    return sessions.plan().among(shared).probing().targets(UNPROVEN).begin();
  }

  private SessionHarness broken() {
    return probing().answer(Chat.text("Hello there")).end();
  }

  @Test
  void probe_thatProves_isFollowedByTheContinuation() {
    var session = broken().called(2);
    assertThat(session.handedBack(2)).isEqualTo(PREFIX);
    assertThat(Integer.parseInt(session.call(2).at("max_tokens").text())).isLessThan(100);

    session.answer(Chat.texts(" zorb", "lat\n6") + Chat.finish("length") + Chat.DONE).called(3);
    assertThat(session.handedBack(3)).isEqualTo("Hello there");
    session.answer(Chat.text(" you") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello there you");
    assertThat(session.wire()).doesNotContain("zorb");
    assertThat(session.machine.seams())
        .containsExactly(new Seam(3, "a/m", 1, Rung.PREFILL, Seam.Verdict.EXACT));
    assertThat(session.settlement(2)).isEqualTo(new Settlement.Completed());
  }

  @Test
  void probe_thatProves_isOverLikeEveryCall() {
    var session = broken().answer(Chat.text(" zorblat") + Chat.finish("length") + Chat.DONE);

    session.called(3);
    assertThat(session.commands)
        .contains(new SessionCommand.CloseUpstream(2))
        .doesNotContain(new SessionCommand.LoadTranscript(2));
    assertThat(session.machine.attempts())
        .extracting(AttemptRecord::purpose)
        .containsExactly("begin", "probe");
    assertThat(shared.knowledge(TARGET).beginProbe()).as("the turn is free").isTrue();
  }

  @Test
  void probe_thatIsNotOver_isNotJudged() {
    broken().answer(Chat.text(" zorblat")).afterSeconds(5).called(2);
  }

  @Test
  void probe_whereTheAnchorComesFirst_isNotAsked() {
    var text = "The keeper counted the ships twice and wrote the number beside the first of them";
    var session =
        sessions
            .plan()
            .probing()
            .targets(TargetSpec.at("a").unproven().rungs(Rung.ANCHOR, Rung.PREFILL));

    var broken = session.begin().answer(Chat.text(text)).end().called(2);

    assertThat(broken.calls.getLast().purpose()).isEqualTo("anchor");
  }

  @Test
  void probe_thatProves_isNotAskedAgain() {
    broken().answer(Chat.text(" zorblat") + Chat.finish("length") + Chat.DONE);

    var next = broken().called(2);

    assertThat(next.handedBack(2)).isEqualTo("Hello there");
  }

  @Test
  void probe_withEcho_isLearntAsOne() {
    var session = broken();
    session.answer(Chat.texts(PREFIX, " zorblat") + Chat.finish("length") + Chat.DONE);

    session.called(3).answer(Chat.texts("Hello there", " you") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello there you");
  }

  @Test
  void probe_thatProvesNothing_endsTheLadder() {
    var session = broken();

    session.answer(Chat.text("1 banana\n2 banana") + Chat.stop());

    session.called(2).failed("unproven_seam");
    assertThat(shared.knowledge(TARGET).prefillProven()).isFalse();
  }

  @Test
  void probe_thatProvesNothingLenient_isFollowedByTheContinuation() {
    var session = sessions.plan().among(shared).probing().lenient().targets(UNPROVEN).begin();
    session.answer(Chat.text("Hello there")).end();

    session.answer(Chat.text("no") + Chat.stop()).called(3).answer(Chat.text("!") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello there!");
    assertThat(session.machine.seams().getFirst().verdict()).isEqualTo(Seam.Verdict.UNPROVEN);
  }

  @Test
  void probe_asTheLastCallOfTheBound_endsTheSession() {
    var session =
        sessions
            .plan()
            .among(shared)
            .probing()
            .retry(RetryPolicy.DEFAULTS.withAttempts(2, 2))
            .targets(UNPROVEN)
            .begin();
    session.answer(Chat.text("Hello there")).end().called(2);

    session.answer(Chat.texts(" zorb", "lat\n6") + Chat.finish("length") + Chat.DONE);

    session.called(2).failed("truncation");
    assertThat(shared.knowledge(TARGET).prefillProven()).isTrue();
  }

  @Test
  void probe_thatBreaks_isAskedAgain() {
    var session = broken().answer(Chat.text(" zorb")).reset();

    session.afterSeconds(1).called(3);

    assertThat(session.handedBack(3)).isEqualTo(PREFIX);
  }

  @Test
  void probe_withoutTerminator_isJudgedAfterTheGrace() {
    var session = broken().answer(Chat.text(" zorblat") + Chat.finish("length"));

    session.called(2).afterSeconds(2);

    session.called(3);
    assertThat(session.handedBack(3)).isEqualTo("Hello there");
  }

  @Test
  void probe_endedAfterItsReason_isJudged() {
    broken().answer(Chat.text(" zorblat") + Chat.finish("length")).end().called(3);
  }

  @Test
  void probe_refused_isLearnt() {
    var session = broken();

    session.refusal(400, "{\"error\":{\"message\":\"prefill is not supported\"}}");

    session.failed("unproven_seam");
    assertThat(shared.knowledge(TARGET).prefillRefused()).isTrue();
  }

  @Test
  void turn_takenByAnother_isWaitedFor() {
    broken().called(2);

    var second = broken().called(1);
    shared.knowledge(TARGET).learnPrefillProven();
    second.afterSeconds(1).called(2);

    assertThat(second.handedBack(2)).isEqualTo("Hello there");
  }

  @Test
  void turn_takenByAnother_isWaitedForAsLongAsRecoveryMayTake() {
    broken().called(2);

    var waiting = broken().afterSeconds(590).called(1);
    assertThat(waiting.running()).isTrue();
    waiting.afterSeconds(20).called(1).failed("recovery_timeout");
  }

  @Test
  void turn_ofASessionThatEnds_isFree() {
    broken().called(2).cancel();

    broken().called(2);
  }

  @Test
  void turn_afterTheProbe_isFree() {
    broken().answer(Chat.text("no") + Chat.stop());

    broken().called(2);
  }

  @Test
  void ambiguous_echoOfAShortText_isSettledByAProbe() {
    var target = TargetSpec.at("b").echo(Echo.UNKNOWN);
    var session = sessions.plan().probing().targets(target).begin();
    session.answer(Chat.text("ha")).end().answer(Chat.text("ha")).called(3);
    assertThat(session.handedBack(3)).isEqualTo(PREFIX);

    session.answer(Chat.text(" zorblat") + Chat.stop()).called(4);
    session.answer(Chat.text("ha") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("haha");
  }
}

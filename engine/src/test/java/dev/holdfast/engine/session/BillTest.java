package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.dialect.seam.Anchor;
import dev.holdfast.engine.usage.Tokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What each attempt read, wrote and wasted. */
class BillTest {
  private static final String TEXT =
      "The keeper counted the ships twice and wrote the number beside the first of them, "
          + "then he closed the book and looked at the water for a long while";

  @RegisterExtension final Sessions sessions = new Sessions();

  private static AttemptRecord attempt(SessionHarness session, int number) {
    return session.machine.attempts().get(number - 1);
  }

  @Test
  void attempt_thatSaysItsUsage_isMeasured() {
    var plan = sessions.plan().targets(TargetSpec.at("a").includeUsage());
    var session = plan.begin().answer(Chat.text("Hi") + Chat.finish("stop") + Chat.usage(9, 4));

    session.end().complete();

    assertThat(attempt(session, 1).tokens()).isEqualTo(new Tokens(9, 4, true));
    assertThat(attempt(session, 1).wastedTokens()).isZero();
  }

  @Test
  void attempt_thatBrokeBehindText_isEstimatedByItsEvents() {
    var session = sessions.streaming().answer(Chat.ROLE + Chat.texts("a", "b", "c")).end();

    assertThat(attempt(session, 1).tokens().output()).isEqualTo(3);
    assertThat(attempt(session, 1).tokens().measured()).isFalse();
    assertThat(attempt(session, 1).wastedTokens()).isZero();
    session.cancel();
  }

  @Test
  void attempt_withoutAnAnswer_costsNothing() {
    var session = sessions.streaming().refusal(503, "{}");

    assertThat(attempt(session, 1).tokens()).isEqualTo(Tokens.NONE);
    session.cancel();
  }

  @Test
  void attempt_whoseToolCallWasDropped_wastedIt() {
    var session =
        sessions.streaming().answer(Chat.text("Hm") + Chat.tool("{\"a\"") + Chat.tool(":1")).end();

    assertThat(attempt(session, 1).wastedTokens()).isEqualTo(2);
    session.cancel();
  }

  @Test
  void attempt_behindAnAnchor_wastedTheRepetition() {
    var session = sessions.plan().targets(TargetSpec.at("a").unproven().rungs(Rung.ANCHOR)).begin();
    session.answer(Chat.text(TEXT)).end();
    var anchor = Anchor.shortest(TEXT).orElseThrow().text();
    session.answer(
        Chat.texts(anchor, ", and nobody came until the lamp was out.")
            + Chat.finish("stop")
            + Chat.usage(90, 22)
            + Chat.DONE);

    assertThat(attempt(session, 2).tokens()).isEqualTo(new Tokens(90, 22, true));
    assertThat(attempt(session, 2).wastedTokens()).isEqualTo(Tokens.estimate(anchor));
  }

  @Test
  void attempt_thatReasonedBehindAText_wastedItsReasoning() {
    var session = sessions.streaming().answer(Chat.ROLE + Chat.text("Hi")).end();
    session.answer(
        Chat.reasoning("so") + Chat.reasoning("then") + Chat.texts(" you", "!") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hi you!");
    assertThat(attempt(session, 2).tokens().output()).isEqualTo(4);
    assertThat(attempt(session, 2).wastedTokens()).isEqualTo(2);
  }

  @Test
  void attempt_thatProvedNothing_wastedAll() {
    var session = sessions.plan().targets(TargetSpec.at("a").unproven().rungs(Rung.ANCHOR)).begin();
    session.answer(Chat.text(TEXT)).end().answer(Chat.texts("so", " it", " goes") + Chat.stop());

    assertThat(attempt(session, 2).wastedTokens()).isEqualTo(3);
    session.cancel();
  }
}

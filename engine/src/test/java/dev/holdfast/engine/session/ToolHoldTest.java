package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A tool call is shown when it is whole, or when waiting longer would look like death. */
class ToolHoldTest {
  @RegisterExtension final Sessions sessions = new Sessions();

  @Test
  void call_underWay_isHeldAndGoesOutWithTheFinish() {
    var session = sessions.streaming().answer(Chat.ROLE + Chat.text("Hi") + Chat.tool("{"));
    session.send(Chat.text("between") + Chat.tool("}"));
    assertThat(session.wire()).isEqualTo(Chat.ROLE + Chat.text("Hi"));

    session.send(Chat.finish("tool_calls"));
    assertThat(session.events()).hasSize(6);
    session.send(Chat.DONE);

    assertThat(session.complete().wire())
        .isEqualTo(
            Chat.ROLE
                + Chat.text("Hi")
                + Chat.tool("{")
                + Chat.text("between")
                + Chat.tool("}")
                + Chat.finish("tool_calls")
                + Chat.DONE);
  }

  @Test
  void call_brokenWhileHeld_wasNeverSeen() {
    var session = sessions.streaming().answer(Chat.ROLE + Chat.text("Hi") + Chat.tool("{")).end();

    assertThat(session.called(2).handedBack(2)).isEqualTo("Hi");
    session.answer(Chat.tool("{}") + Chat.finish("tool_calls") + Chat.DONE);

    assertThat(session.complete().wire())
        .isEqualTo(
            Chat.ROLE + Chat.text("Hi") + Chat.tool("{}") + Chat.finish("tool_calls") + Chat.DONE);
  }

  @Test
  void call_brokenWhileHeldWithNothingBefore_isRetriedElsewhere() {
    var session = sessions.plan().targets(TargetSpec.at("a"), TargetSpec.at("b")).begin();

    session.answer(Chat.ROLE + Chat.tool("{")).end();

    assertThat(session.called(2).targets()).containsExactly("a", "b");
    assertThat(session.events()).isEmpty();
  }

  @Test
  void call_heldForTwentySeconds_goesOutAndPassesLive() {
    var session = sessions.streaming().answer(Chat.ROLE + Chat.tool("{"));

    session.after(Duration.ofSeconds(20).minusNanos(1));
    assertThat(session.events()).isEmpty();
    session.after(Duration.ofNanos(1));
    assertThat(session.events()).hasSize(2);
    session.send(Chat.tool("}"));

    assertThat(session.events()).hasSize(3);
    session.end().failed("tool_call_released");
  }

  @Test
  void call_heldSince_countsFromItsFirstPart() {
    var session = sessions.streaming().answer(Chat.tool("{")).afterSeconds(15);

    session.send(Chat.tool("1")).afterSeconds(5);

    assertThat(session.events()).hasSize(2);
  }

  @Test
  void call_largerThanIsHeld_goesOut() {
    var session = sessions.streaming().answer(Chat.tool("x".repeat(70_000)));

    assertThat(session.events()).hasSize(1);
  }

  @Test
  void call_releasedByTime_isContentForTheCallersClock() {
    var session = sessions.plan().callerTimeout(Duration.ofSeconds(30)).begin();

    session.answer(Chat.tool("{")).afterSeconds(40);

    assertThat(session.running()).isTrue();
  }

  @Test
  void call_inAContinuation_isHeldRewritten() {
    var session = sessions.streaming().answer(Chat.text("Hi")).end().head();

    session.send(Chat.asOtherCall(Chat.ROLE + Chat.tool("{}")));
    assertThat(session.events()).hasSize(1);
    session.send(Chat.asOtherCall(Chat.finish("tool_calls") + Chat.DONE));

    assertThat(session.complete().wire())
        .isEqualTo(Chat.text("Hi") + Chat.tool("{}") + Chat.finish("tool_calls") + Chat.DONE);
    assertThat(session.machine.seams()).hasSize(1);
  }

  @Test
  void call_inAContinuation_isHeldNoLongerThanTwentySeconds() {
    var session = sessions.streaming().answer(Chat.text("Hi")).end().answer(Chat.tool("{"));

    session.after(Duration.ofSeconds(20).minusNanos(1));
    assertThat(session.events()).hasSize(1);
    session.after(Duration.ofNanos(1));
    assertThat(session.events()).hasSize(2);

    session.end().failed("tool_call_released");
  }

  @Test
  void call_heldBehindOtherBytes_countsItsOwn() {
    var call = Chat.tool("x".repeat(20_000));

    var session = sessions.streaming().answer(Chat.text("Hi") + call + call + call);

    assertThat(session.events()).hasSize(1);
  }

  @Test
  void preamble_behindACall_isHeldWithIt() {
    var session = sessions.streaming().answer(Chat.ROLE + Chat.tool("{")).afterSeconds(12);

    assertThat(session.events()).isEmpty();
  }

  @Test
  void call_atATargetThatNeverSendsAReason_goesOutWithTheTerminator() {
    var session = sessions.plan().targets(TargetSpec.at("a").doneWithoutReason()).begin();

    session.answer(Chat.tool("{}") + Chat.DONE);

    assertThat(session.complete().wire()).isEqualTo(Chat.tool("{}") + Chat.DONE);
  }

  @Test
  void stopping_theProcess_endsTheSession() {
    var session = sessions.streaming().answer(Chat.text("Hi"));

    session.tell(new SessionFact.Stopping(session.nowNanos()));

    session.failed("draining");
    assertThat(session.retryable()).isTrue();
  }
}

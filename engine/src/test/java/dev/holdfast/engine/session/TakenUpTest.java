package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions that failed and are taken up again from what the store holds. */
class TakenUpTest {
  @RegisterExtension final Sessions sessions = new Sessions();

  private static final List<String> BY_A = List.of("a/m");

  @Test
  void text_isGoneOnWithAndNumbersGoOn() {
    var session = sessions.plan().build().takeUp(3, BY_A, Chat.ROLE, Chat.text("Hello"));
    assertThat(session.handedBack(1)).isEqualTo("Hello");
    assertThat(session.attempt()).isEqualTo(4);

    session.answer(Chat.ROLE + Chat.text(" world") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello world");
    assertThat(session.machine.attempts()).singleElement().extracting("number").isEqualTo(4);
  }

  @Test
  void text_breaksAgain_isGoneOnWithAgain() {
    var session = sessions.plan().build().takeUp(1, BY_A, Chat.ROLE, Chat.text("Hello"));

    session.answer(Chat.ROLE + Chat.text(" wor")).reset().afterSeconds(10);
    assertThat(session.handedBack(2)).isEqualTo("Hello wor");
    session.answer(Chat.ROLE + Chat.text("ld") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello world");
  }

  @Test
  void text_ofATargetThatMayOnlyStart_isGoneOnWithIfItWroteIt() {
    var session =
        sessions
            .plan()
            .targets(TargetSpec.at("a").unproven(), TargetSpec.at("b"))
            .build()
            .takeUp(2, List.of("a/m", "b/m"), Chat.text("Hello"));

    assertThat(session.targets()).containsExactly("b");
    session.answer(Chat.ROLE + Chat.text("!") + Chat.stop());
    assertThat(session.complete().text()).isEqualTo("Hello!");
  }

  @Test
  void text_nowhereToBeGoneOnWith_failsAtOnce() {
    var session =
        sessions
            .plan()
            .targets(TargetSpec.at("a").unproven())
            .build()
            .takeUp(1, BY_A, Chat.text("Hello"));

    session.failed("unproven_seam");
    assertThat(session.targets()).isEmpty();
  }

  @Test
  void preamble_isBegunAnew() {
    var session = sessions.plan().build().takeUp(1, List.of(), Chat.ROLE);

    session.answer(Chat.asOtherCall(Chat.ROLE + Chat.text("Hello") + Chat.stop()));

    assertThat(session.complete().text()).isEqualTo("Hello");
    assertThat(session.wire()).doesNotContain("chatcmpl-other");
  }

  @Test
  void finish_withoutTheTerminator_isCompletedWithoutACall() {
    var session = sessions.plan().build().takeUp(1, BY_A, Chat.text("Hello"), Chat.finish("stop"));

    assertThat(session.complete().text()).isEqualTo("Hello");
    assertThat(session.targets()).isEmpty();
    assertThat(session.events().getLast()).startsWith("data: [DONE]");
  }

  @Test
  void toolCall_thatWasShown_isNotGoneOnWith() {
    var session = sessions.plan().build().takeUp(1, BY_A, Chat.tool("{\\\"a"));

    session.failed("tool_call_released");
  }

  @Test
  void json_isNotGoneOnWith() {
    var session =
        sessions
            .plan()
            .with("\"response_format\":{\"type\":\"json_object\"}")
            .build()
            .takeUp(1, BY_A, Chat.text("{"));

    session.failed("structured_output");
  }

  @Test
  void fact_afterTheEnd_isDropped() {
    var session = sessions.plan().build().cancel();

    session.takeUp(1, BY_A);

    assertThat(session.machine.droppedFacts()).isEqualTo(1);
  }
}

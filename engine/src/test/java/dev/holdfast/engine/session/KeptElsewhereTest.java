package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile.Rung;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A relay that keeps the answer is the first target, and a bare provider the second. */
class KeptElsewhereTest {
  private static final String KEPT = "hf_0123456789abcdefghijkl";
  private static final String TEXT = "The answer so far";

  @RegisterExtension final Sessions sessions = new Sessions();

  private Sessions.Setup plan() {
    return sessions
        .plan()
        .targets(TargetSpec.at("relay").unproven().rungs(Rung.NATIVE), TargetSpec.at("bare"));
  }

  private static SessionHarness begun(SessionHarness session) {
    return session.head(200, "content-type", "text/event-stream", "x-holdfast-session", KEPT);
  }

  /** The relay's connection breaks, and the first try to read on is refused for a while. */
  private static SessionHarness refused(SessionHarness session) {
    return session.end().called(2).refusal(503, "", "retry-after", "3");
  }

  @Test
  void text_whileTheRelayRests_isGoneOnWithElsewhere() {
    var session = refused(begun(plan().begin()).send(Chat.ROLE + Chat.text(TEXT)));
    session.called(3);
    assertThat(session.targets()).containsExactly("relay", "relay", "bare");

    session.answer(Chat.text(" goes on.") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo(TEXT + " goes on.");
  }

  /** What another wrote does not stand in the answer that the relay keeps. */
  @Test
  void text_goneOnWithElsewhere_isNotReadFromTheRelayAnyMore() {
    var session = refused(begun(plan().begin()).send(Chat.ROLE + Chat.text(TEXT)));
    session.called(3).answer(Chat.text(" goes on")).end();

    session.afterSeconds(5).called(4);

    assertThat(session.path(4)).isEqualTo("/chat/completions");
    assertThat(session.handedBack(4)).isEqualTo(TEXT + " goes on");
    session.answer(Chat.text(".") + Chat.stop());
    assertThat(session.complete().text()).isEqualTo(TEXT + " goes on.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"response_format\":{\"type\":\"json_object\"}",
        "\"n\":2",
        "\"logprobs\":true",
      })
  void hazard_whileTheRelayRests_waitsForTheRelay(String with) {
    var session = refused(begun(plan().with(with).begin()).send(Chat.ROLE + Chat.text("{")));

    session.called(2).afterSeconds(4).called(3);

    assertThat(session.path(3)).isEqualTo("/sessions/" + KEPT + "/events?after=2");
    session.answer(Chat.text("}") + Chat.stop());
    assertThat(session.complete().text()).isEqualTo("{}");
  }

  @Test
  void toolCall_whileTheRelayRests_waitsForTheRelay() {
    var session = begun(plan().begin()).send(Chat.ROLE + Chat.tool("{\"a\":")).afterSeconds(20);
    assertThat(session.events()).hasSize(2);
    session.send(Chat.tool("1"));

    refused(session).called(2).afterSeconds(4).called(3);

    assertThat(session.path(3)).isEqualTo("/sessions/" + KEPT + "/events?after=3");
    session.answer(Chat.tool("}") + Chat.finish("tool_calls") + Chat.DONE);
    session.complete();
  }

  @Test
  void toolCall_thatTheRelayLost_isAnError() {
    var session = begun(plan().begin()).send(Chat.ROLE + Chat.tool("{\"a\":")).afterSeconds(20);

    session.end().called(2).refusal(404, "{}");

    session.called(2).failed("tool_call_released");
  }

  @Test
  void nothing_whileTheRelayRests_isBegunElsewhere() {
    var session = begun(plan().begin()).afterSeconds(15).end().called(2);
    assertThat(session.targets().getLast()).isEqualTo("bare");

    session.answer(Chat.ROLE + Chat.text("Hello") + Chat.stop());

    assertThat(session.complete().text()).isEqualTo("Hello");
  }

  @Test
  void nothing_atARelayThatMayOnlyStart_isReadFromTheBeginning() {
    var relay = TargetSpec.at("relay").unproven().rungs(Rung.NATIVE).onlyToStart();
    var session = begun(sessions.plan().targets(relay).begin()).end();

    session.afterSeconds(1).called(2);

    assertThat(session.path(2)).isEqualTo("/sessions/" + KEPT + "/events?after=0");
    session.answer(Chat.ROLE + Chat.text("Hello") + Chat.stop());
    assertThat(session.complete().text()).isEqualTo("Hello");
  }
}

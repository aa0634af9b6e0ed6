package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.DialectRequest.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers in one body, and 200s that are no answer. */
class NonStreamingTest {
  @RegisterExtension final Sessions sessions = new Sessions();

  private static final String PLAIN = "{\"model\":\"m\",\"messages\":[]}";
  private static final String UNKNOWN = "{\"model\":\"m\",\"messages\":[],\"logprobs\":true}";

  private SessionHarness assembled() {
    return sessions.plan().request(PLAIN).begin();
  }

  private SessionHarness unstreamed() {
    return sessions.plan().request(UNKNOWN).begin();
  }

  @Test
  void mode_dependsOnWhatTheAssemblerKnows() {
    assertThat(Sessions.read(Sessions.STREAM).mode()).isEqualTo(Mode.STREAMED);
    assertThat(Sessions.read(PLAIN).mode()).isEqualTo(Mode.ASSEMBLED);
    assertThat(Sessions.read(UNKNOWN).mode()).isEqualTo(Mode.UNSTREAMED);
  }

  @Test
  void assembled_asksForAStreamAndPutsItTogether() {
    var session = assembled();
    assertThat(session.call(1).at("stream").truthy()).isTrue();

    session.answer(Chat.ROLE + Chat.texts("Hello", " you") + Chat.stop()).complete();

    var choice = session.answerBody().at("choices").items().getFirst();
    assertThat(choice.at("message", "content").text()).isEqualTo("Hello you");
    assertThat(choice.at("finish_reason").text()).isEqualTo("stop");
    assertThat(session.log).isEmpty();
  }

  @Test
  void assembled_withoutEnd_isBrokenAndNotHeld() {
    var session = assembled().head();
    var megabyte = Chat.text("x".repeat(1_000_000));

    for (int i = 0; i < 68; i++) {
      session.send(megabyte);
    }

    assertThat(session.machine.attempts().getFirst().why()).isEqualTo("malformed_stream");
    session.cancel();
  }

  @Test
  void assembled_reportsItsProgressAndNoOther() {
    var session = assembled().answer(Chat.ROLE);
    assertThat(session.commands).doesNotContain(new SessionCommand.ReportProgress(1));

    session.send(Chat.text("Hello"));

    assertThat(session.commands).contains(new SessionCommand.ReportProgress(1));
  }

  @Test
  void assembled_brokenInATool_isRetriedFromTheBeginning() {
    var session = assembled().answer(Chat.text("Hi") + Chat.tool("{\"a")).reset();

    session.afterSeconds(1).called(2);
    session.answer(Chat.tool("{}") + Chat.finish("tool_calls") + Chat.DONE).complete();

    var message = session.answerBody().at("choices").items().getFirst().at("message");
    assertThat(message.at("tool_calls").items()).hasSize(1);
    assertThat(message.at("content").exists()).isFalse();
  }

  @Test
  void assembled_withoutTerminator_completesAfterTheGrace() {
    assembled().answer(Chat.text("Hi") + Chat.finish("stop")).afterSeconds(2).complete();
  }

  @Test
  void assembled_brokenFiveTimesWithProgress_isTheEnd() {
    var session = assembled();
    for (int i = 0; i < 4; i++) {
      session.answer(Chat.text("Hi")).reset().afterSeconds(10);
    }

    session.called(5).answer(Chat.text("Hi")).reset().failed("reset");
  }

  @Test
  void unstreamed_isPassedOnAsItCame() {
    var session = unstreamed();
    assertThat(session.call(1).at("stream").exists()).isFalse();
    var body = "\n\n{\"id\":\"x\",\"choices\":[{\"finish_reason\":\"stop\",\"message\":{}}]}";

    session.head(200, "content-type", "application/json");
    session.send(body.substring(0, 10)).send(body.substring(10)).end().complete();

    assertThat(session.answerBody().at("id").text()).isEqualTo("x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "<html>",
        "{\"choices\":[]}",
        "{\"choices\":[1]}",
        "{\"choices\":[{\"finish_reason\":null}]}",
        "{\"choices\":[{\"finish_reason\":\"\"}]}",
        "{\"choices\":[{\"finish_reason\":\"null\"}]}",
        "{\"choices\":[{\"finish_reason\":\"error\"}]}",
        "{\"choices\":[{\"finish_reason\":\"abort\"}]}",
        "{\"choices\":[{\"finish_reason\":\"insufficient_system_resource\"}]}",
        "{\"choices\":[{\"finish_reason\":\"stop\",\"native_finish_reason\":\"error\"}]}",
        "{\"choices\":[{\"finish_reason\":\"stop\",\"error\":{\"message\":\"x\"}}]}",
        "{\"error\":{\"message\":\"x\"},\"choices\":[{\"finish_reason\":\"stop\"}]}",
        "{\"error\":{\"message\":\"x\"}}"
      })
  void unstreamed_thatIsNotWhole_isRetried(String body) {
    var session = unstreamed().head(200, "content-type", "application/json");
    if (!body.isEmpty()) {
      session.send(body);
    }

    session.end().afterSeconds(1);

    assertThat(session.called(2).running()).isTrue();
  }

  @Test
  void unstreamed_reset_isRetried() {
    unstreamed()
        .head(200, "content-type", "application/json")
        .send("{")
        .reset()
        .afterSeconds(1)
        .called(2);
  }

  @Test
  void ok_withAJsonError_isJudgedByIt() {
    var session = sessions.streaming().head(200, "content-type", "application/json");

    session.send("{\"error\":{\"code\":\"insufficient_quota\"}}").end();

    session.failed("out_of_quota");
  }

  @Test
  void ok_withAPage_isABreak() {
    var session = sessions.streaming().head(200, "content-type", "text/html");

    session.send("<html>sorry</html>").end().afterSeconds(1).called(2);

    assertThat(session.machine.attempts().getFirst().why()).isEqualTo("wrong_content_type");
  }

  @Test
  void ok_thatIsCompressed_isABreak() {
    var session =
        sessions
            .streaming()
            .head(200, "content-type", "text/event-stream", "content-encoding", "gzip");

    session.send(new byte[] {31, -117, 8}).end();

    assertThat(session.machine.attempts().getFirst().why()).isEqualTo("wrong_content_type");
  }

  @Test
  void ok_withAPageThatDoesNotEnd_isJudgedSoon() {
    var session = sessions.streaming().head(200, "content-type", "text/html").send("<html>");

    session.afterSeconds(2);

    assertThat(session.machine.attempts()).hasSize(1);
  }

  @Test
  void refusal_thatDoesNotEnd_isJudgedByWhatCame() {
    var session = sessions.streaming().head(401).send("{").afterSeconds(2);

    session.failed("upstream_auth");
  }

  @Test
  void refusal_withAnEndlessBody_isReadNoFurtherThanItMatters() {
    var session = sessions.streaming().head(500).send("x".repeat(70_000));

    assertThat(session.machine.attempts().getFirst().why()).isEqualTo("server_error");
    assertThat(session.commands).contains(new SessionCommand.CloseUpstream(1));
  }

  @Test
  void end_beforeTheHead_isABreak() {
    var session = sessions.streaming().end();

    assertThat(session.machine.attempts().getFirst().why()).isEqualTo("reset");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "text/event-stream; charset=utf-8", "Text/Event-Stream"})
  void contentType_ofAStream_isTaken(String type) {
    sessions
        .streaming()
        .head(200, "content-type", type, "content-encoding", "identity")
        .send(Chat.text("Hi") + Chat.stop())
        .complete();
  }
}

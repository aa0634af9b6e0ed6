package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.model.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The oracle of the demo has to notice whatever a relay could do wrong. */
class PlainReaderTest {
  private static final Answer UNBROKEN =
      new Answer(List.of(), List.of("The quick ", "狐 ", "jumps."), null);
  private static final String FIRST = text(1, "The quick ");
  private static final String SECOND = text(2, "狐 ");
  private static final String THIRD = text(3, "jumps.");
  private static final String FINISH =
      event(4, "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
  private static final String DONE = event(5, "[DONE]");
  private static final String WHOLE = FIRST + SECOND + THIRD + FINISH + DONE;

  private final List<String> heard = new ArrayList<>();

  @Test
  void wholeAnswer_isEqual_andWasHeardPieceByPiece() {
    assertThat(differences(WHOLE)).isEmpty();
    assertThat(heard).containsExactly("1 The quick ", "2 狐 ", "3 jumps.");
  }

  @Test
  void commentsAndCarriageReturns_changeNothing() {
    assertThat(differences(": waiting\n\n" + WHOLE.replace("\n", "\r\n"))).isEmpty();
  }

  @Test
  void bodyThatEndsAnywhere_isNoticed() {
    byte[] whole = WHOLE.getBytes(StandardCharsets.UTF_8);
    // Without its last line feed the blank line of [DONE] has not come.
    for (int length = 0; length < whole.length; length++) {
      var cut = new ByteArrayInputStream(whole, 0, length);

      assertThat(of(cut)).as("the first " + length + " bytes").isNotEmpty();
    }
  }

  @Test
  void connectionThatBreaks_isNoticed_evenAfterDone() {
    var body =
        new SequenceInputStream(
            new ByteArrayInputStream(WHOLE.getBytes(StandardCharsets.UTF_8)), new Broken());

    assertThat(of(body)).containsExactly("the body was cut: closed");
  }

  @Test
  void missingFinishReason_isNoticed() {
    assertThat(differences(FIRST + SECOND + THIRD + event(4, "[DONE]")))
        .containsExactly("expected finish reason stop, got none");
  }

  @Test
  void missingDone_isNoticed() {
    assertThat(differences(FIRST + SECOND + THIRD + FINISH)).containsExactly("no [DONE]");
  }

  @Test
  void lostEvent_isNoticed_byTextAndNumber() {
    assertThat(differences(FIRST + THIRD + FINISH + DONE))
        .containsExactly(
            "text: expected 18 characters, got 16; at 10 expected \"狐 jumps.\", got \"jumps.\"",
            "number 3 after number 1");
  }

  @Test
  void repeatedText_isNoticed_thoughTheNumbersAreRight() {
    assertThat(
            differences(
                FIRST
                    + SECOND
                    + text(3, "狐 ")
                    + text(4, "jumps.")
                    + FINISH.replace("-4", "-5")
                    + DONE.replace("-5", "-6")))
        .singleElement()
        .asString()
        .startsWith("text: expected 18 characters, got 20");
  }

  @Test
  void numbers_mustBeOfOneHistory_fromOneOn() {
    assertThat(differences(WHOLE.replace("abcdefgh-3", "another0-3")))
        .containsExactly("another history after number 2");
    assertThat(differences(WHOLE.replaceAll("id: .*\n", ""))).isNotEmpty();
    assertThat(differences(WHOLE.replace("abcdefgh-1\n", "abcdefgh-7\n"))).isNotEmpty();
  }

  @Test
  void errorEvent_isNoticed() {
    assertThat(differences(FIRST + SECOND + "event: error\ndata: {\"why\":\"reset\"}\n\n"))
        .contains("error: {\"why\":\"reset\"}", "no [DONE]");
  }

  @Test
  void toolCall_isComparedByNameAndArguments() {
    var unbroken =
        new Answer(
            List.of(), List.of(), new Answer.ToolCall("tide", List.of("{\"day\":", "\"1\"}")));
    String call =
        event(1, tool("{\"name\":\"tide\",\"arguments\":\"\"}"))
            + event(2, tool("{\"arguments\":\"{\\\"day\\\":\"}"))
            + event(3, tool("{\"arguments\":\"\\\"1\\\"}\"}"))
            + FINISH.replace("stop", "tool_calls")
            + DONE;

    assertThat(PlainReader.read(bytes(call), this::hear).differences(unbroken, "tool_calls"))
        .isEmpty();
    assertThat(
            PlainReader.read(bytes(call.replace("\\\"1\\\"", "\\\"2\\\"")), this::hear)
                .differences(unbroken, "tool_calls"))
        .singleElement()
        .asString()
        .startsWith("tool call: ");
  }

  private List<String> differences(String body) {
    return of(bytes(body));
  }

  private List<String> of(InputStream body) {
    return PlainReader.read(body, this::hear).differences(UNBROKEN, "stop");
  }

  private void hear(PlainReader.Heard what) {
    var piece = (PlainReader.Heard.Piece) what;
    heard.add(piece.event() + " " + piece.text());
  }

  private static InputStream bytes(String body) {
    return new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(int number, String text) {
    return event(
        number,
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]}"
            .formatted(text));
  }

  private static String tool(String function) {
    return "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":%s}]}}]}"
        .formatted(function);
  }

  private static String event(int number, String data) {
    return "id: abcdefgh-" + number + "\ndata: " + data + "\n\n";
  }

  /** What {@code java.net.http} gives once a connection has broken. */
  private static final class Broken extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("closed");
    }
  }
}

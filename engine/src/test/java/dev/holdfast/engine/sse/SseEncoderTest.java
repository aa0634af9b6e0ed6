package dev.holdfast.engine.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.engine.sse.SseFixtures.Event;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SseEncoderTest {
  private final WireBuffer out = new WireBuffer(0);

  @Test
  void id_beforeABlock_isOneLine() {
    SseEncoder.id(out, "h7", 0);
    SseEncoder.id(out, "h7", 1_234_567_890_123L);
    SseEncoder.id(out, "h7", Long.MAX_VALUE);

    assertThat(text()).isEqualTo("id: h7-0\nid: h7-1234567890123\nid: h7-9223372036854775807\n");
  }

  @Test
  void comment_textOfSeveralLines_isSeveralCommentLines() {
    SseEncoder.comment(out, "a\r\ndata: b\rc\n");

    assertThat(text()).isEqualTo(": a\n: data: b\n: c\n: \n");
    assertThat(decoded()).isEmpty();
  }

  @Test
  void comment_betweenEvents_leavesThemAsTheyAre() {
    SseEncoder.event(out, "", "a");
    SseEncoder.comment(out, "still here");
    SseEncoder.event(out, "error", "b");

    assertThat(decoded()).containsExactly(new Event("", "a"), new Event("error", "b"));
  }

  @Test
  void event_anyData_isReadBackAsWritten() {
    List<String> values =
        List.of("{\"a\":1}", " leading", "\n", "a\n\nb\n", "data: x", ": y", "漢字 🎉", "\uFEFFb");
    for (String value : values) {
      SseEncoder.event(out, "error", value);
      SseEncoder.event(out, "", value);
    }

    assertThat(decoded())
        .isEqualTo(
            values.stream()
                .flatMap(v -> Stream.of(new Event("error", v), new Event("", v)))
                .toList());
  }

  @Test
  void event_carriageReturnInData_isReadBackAsLineFeed() {
    SseEncoder.event(out, "error", "a\rb\r\nc");

    assertThat(decoded()).containsExactly(new Event("error", "a\nb\nc"));
  }

  @Test
  void event_partOfAnArray_endsWhereItIsTold() {
    SseEncoder.event(out, "", "-a\r\n".getBytes(UTF_8), 1, 3);

    assertThat(text()).isEqualTo("data: a\ndata: \n\n");
  }

  @Test
  void event_lineEndInName_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> SseEncoder.event(out, "a\nb", "c"));
    assertThatIllegalArgumentException().isThrownBy(() -> SseEncoder.event(out, "a\rb", "c"));
    assertThatIllegalArgumentException().isThrownBy(() -> SseEncoder.id(out, "a\nb", 1));
    assertThat(out.length()).isZero();
  }

  @Test
  void event_emptyData_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> SseEncoder.event(out, "a", ""));
  }

  private String text() {
    return new String(out.toByteArray(), UTF_8);
  }

  private List<Event> decoded() {
    Recorder recorder = new Recorder(1 << 12);
    recorder.feed(out.array(), 0, out.length());
    recorder.end();
    assertThat(recorder.decoder.unfinished()).isFalse();
    return recorder.events;
  }
}

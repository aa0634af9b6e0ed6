package dev.holdfast.engine.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.engine.sse.SseFixtures.Event;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SseDecoderTest {
  @Test
  void feed_blockInsideTheArray_isASliceOfIt() {
    byte[] wire = ascii(": hi\n\nid: 4\ndata: a\n\n");
    List<byte[]> arrays = new ArrayList<>();

    feed(new SseDecoder(100), wire, block -> arrays.add(block.bytes()));

    assertThat(arrays).singleElement().isSameAs(wire);
  }

  @Test
  void feed_lineRemovedInside_keepsTheDataASliceOfTheArray() {
    byte[] wire = ascii("data: a\n: hi\n\n");
    List<byte[]> arrays = new ArrayList<>();

    feed(
        new SseDecoder(100),
        wire,
        block -> {
          arrays.add(block.bytes());
          arrays.add(block.data());
        });

    assertThat(arrays.get(0)).isNotSameAs(wire);
    assertThat(arrays.get(1)).isSameAs(wire);
  }

  @Test
  void feed_blankLineByCrAfterLf_deliversAtOnce() {
    Recorder recorder = new Recorder(100);

    recorder.feed(ascii("data: a\n\r"), 0, 9);

    assertThat(recorder.events).containsExactly(new Event("", "a"));
    assertThat(recorder.decoder.unfinished()).isFalse();
  }

  @Test
  void feed_crAfterCrlf_waitsForOneByte() {
    Recorder recorder = new Recorder(100);

    recorder.feed(ascii("data: a\r\n\r"), 0, 10);

    assertThat(recorder.events).isEmpty();
    assertThat(recorder.decoder.unfinished()).isTrue();
    recorder.feed(ascii("\n"), 0, 1);
    assertThat(recorder.events).containsExactly(new Event("", "a"));
    assertThat(recorder.forwarded.toByteArray()).isEqualTo(ascii("data: a\r\n\r\n"));
  }

  @Test
  void feed_blockLargerThanTheLimit_isTooLargeHoweverItIsCut() {
    byte[] wire = ascii("data: a\n\ndata: 0123456789\n\ndata: b\n\n");
    for (int cut = 0; cut <= wire.length; cut++) {
      Recorder recorder = new Recorder(17);

      SseDecoder.Feed result = recorder.feed(wire, 0, cut);
      if (result == SseDecoder.Feed.OK) {
        result = recorder.feed(wire, cut, wire.length);
      }

      assertThat(result).as("cut %d", cut).isEqualTo(SseDecoder.Feed.TOO_LARGE);
      assertThat(recorder.events).as("cut %d", cut).containsExactly(new Event("", "a"));
      assertThatIllegalStateException().isThrownBy(() -> recorder.feed(wire, 0, 1));
      assertThatIllegalStateException().isThrownBy(recorder::end);
    }
  }

  @Test
  void feed_blockOfExactlyTheLimit_isTakenHoweverItIsCut() {
    for (String text : List.of("data: 01\n\n", "data: 0\r\n\r\n", ": 34567890")) {
      byte[] wire = ascii(text);
      for (int cut = 0; cut <= wire.length; cut++) {
        Recorder exact = new Recorder(wire.length);
        Recorder less = new Recorder(wire.length - 1);

        assertThat(exact.feed(wire, 0, cut)).isEqualTo(SseDecoder.Feed.OK);
        assertThat(exact.feed(wire, cut, wire.length)).isEqualTo(SseDecoder.Feed.OK);
        SseDecoder.Feed result = less.feed(wire, 0, cut);
        if (result == SseDecoder.Feed.OK) {
          result = less.feed(wire, cut, wire.length);
        }
        assertThat(result).as("cut %d", cut).isEqualTo(SseDecoder.Feed.TOO_LARGE);
      }
    }
  }

  @Test
  void feed_endlessCommentsWithoutBlankLine_holdNothing() {
    Recorder recorder = new Recorder(32);
    byte[] comment = ascii(": keep-alive\n");

    for (int i = 0; i < 1_000; i++) {
      assertThat(recorder.feed(comment, 0, 5)).isEqualTo(SseDecoder.Feed.OK);
      assertThat(recorder.feed(comment, 5, comment.length)).isEqualTo(SseDecoder.Feed.OK);
    }

    assertThat(recorder.decoder.unfinished()).isFalse();
    assertThat(recorder.decoder.comments()).isEqualTo(1_000);
  }

  @Test
  void feed_splitBlockThenRemainder_keepsTheDeliveredSlice() {
    SseDecoder decoder = new SseDecoder(100);
    List<byte[]> arrays = new ArrayList<>();
    feed(decoder, ascii("data: first"), block -> {});

    feed(decoder, ascii(" half\n\ndata: the next one beg"), block -> arrays.add(block.bytes()));

    assertThat(new String(arrays.get(0), 0, 18, US_ASCII)).isEqualTo("data: first half\n\n");
  }

  @Test
  void event_commonName_isAConstant() {
    List<String> names = new ArrayList<>();

    feed(
        new SseDecoder(100),
        ascii("event: ping\ndata: a\n\nevent: own\ndata: b\n\nevent: ping\ndata: c\n\n"),
        block -> names.add(block.event()));

    assertThat(names).containsExactly("ping", "own", "ping");
    assertThat(names.get(0)).isSameAs(names.get(2));
  }

  @Test
  void end_afterEnd_isRefused() {
    SseDecoder decoder = new SseDecoder(1);
    decoder.end(block -> {});

    assertThatIllegalStateException().isThrownBy(() -> decoder.end(block -> {}));
    assertThatIllegalStateException().isThrownBy(() -> feed(decoder, ascii("a"), block -> {}));
  }

  @Test
  void constructor_limitBelowOne_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new SseDecoder(0));
  }

  @Test
  void normalise_recordedStream_leavesWhatIsHandedOn() {
    byte[] wire =
        ascii("\r\n: hi\r\n\r\nid: 1\r\nevent: e\r\ndata: a\r\n\r\ndata:\r\n\r\ndata: cut");

    assertThat(SseNormaliser.normalise(wire)).isEqualTo(ascii("event: e\r\ndata: a\r\n\r\n"));
  }

  @Test
  void normalise_streamThatEndsInACr_hasItForItsBlankLine() {
    byte[] wire = ascii("data: a\r\n\r");

    assertThat(SseNormaliser.normalise(wire)).isEqualTo(wire);
  }

  private static void feed(SseDecoder decoder, byte[] wire, SseSink sink) {
    assertThat(decoder.feed(wire, 0, wire.length, sink)).isEqualTo(SseDecoder.Feed.OK);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}

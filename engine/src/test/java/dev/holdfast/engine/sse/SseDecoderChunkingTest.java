package dev.holdfast.engine.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.sse.SseFixtures.Fixture;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** However the network cuts the bytes, a reader gets the same events and the same bytes. */
class SseDecoderChunkingTest {
  private static final int EVERY_PAIR_UP_TO_BYTES = 64;

  static List<Fixture> fixtures() {
    return SseFixtures.all();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void feed_whole_givesTheExpectedEvents(Fixture fixture) {
    check(fixture);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void feed_byteByByte_givesTheExpectedEvents(Fixture fixture) {
    int[] cuts = new int[fixture.wire().length];
    for (int i = 0; i < cuts.length; i++) {
      cuts[i] = i;
    }

    check(fixture, cuts);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void feed_cutAtEveryPosition_givesTheExpectedEvents(Fixture fixture) {
    for (int cut = 0; cut <= fixture.wire().length; cut++) {
      check(fixture, cut);
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void feed_cutAtPairsOfPositions_givesTheExpectedEvents(Fixture fixture) {
    int length = fixture.wire().length;
    if (length <= EVERY_PAIR_UP_TO_BYTES) {
      for (int first = 0; first <= length; first++) {
        for (int second = first; second <= length; second++) {
          check(fixture, first, second);
        }
      }
    } else {
      long seed = 20_240_817L + length;
      Random random = new Random(seed);
      for (int round = 0; round < 500; round++) {
        int first = random.nextInt(length + 1);
        check(fixture, first, first + random.nextInt(length - first + 1));
      }
    }
  }

  private static void check(Fixture fixture, int... cuts) {
    Recorder recorder = new Recorder(1 << 16);
    int from = 0;
    for (int cut : cuts) {
      assertThat(recorder.feed(fixture.wire(), from, cut)).isEqualTo(SseDecoder.Feed.OK);
      from = cut;
    }
    assertThat(recorder.feed(fixture.wire(), from, fixture.wire().length))
        .isEqualTo(SseDecoder.Feed.OK);
    recorder.end();

    assertThat(recorder.events).as("events, cuts %s", cuts).isEqualTo(fixture.events());
    assertThat(recorder.forwarded.toByteArray())
        .as("bytes handed on, cuts %s", cuts)
        .isEqualTo(fixture.forwarded());
    assertThat(recorder.decoder.unfinished())
        .as("unfinished, cuts %s", cuts)
        .isEqualTo(fixture.unfinished());
  }
}

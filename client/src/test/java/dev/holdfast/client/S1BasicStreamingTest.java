package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.engine.dialect.Profile.Rung;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The seed's basic streaming client with retry, on its preset; its waits take no real time. */
class S1BasicStreamingTest {
  private final Upstreams upstreams = new Upstreams();
  private final ManualTiming timing = new ManualTiming();
  private final List<Notice.Retry> retries = new ArrayList<>();
  private final List<StreamOutcome.Incomplete> errors = new ArrayList<>();

  private Holdfast seedBasic(String plan) {
    return Holdfast.builder()
        .baseUrl(upstreams.at(plan))
        .continuation(Rung.PREFILL)
        .preset("seed-basic")
        .onRetry(retry -> {
          retries.add(retry);
          timing.advance(retry.delay());
        })
        .onError(errors::add)
        .build(timing);
  }

  @AfterEach
  void stop() {
    upstreams.close();
  }

  @Test
  void answer_thatStreamsUnbroken_isHandedOnPieceByPieceAndReturned() {
    var pieces = new ArrayList<String>();

    try (var holdfast = seedBasic("ok")) {
      var answer = holdfast.stream(Upstreams.request(), pieces::add);

      assertThat(answer.text()).isEqualTo(Upstreams.unbroken()).isEqualTo(String.join("", pieces));
      assertThat(answer.finishReason()).isEqualTo("stop");
      assertThat(answer.attempts()).hasSize(1);
    }
    assertThat(pieces).hasSizeGreaterThan(50);
    assertThat(retries).isEmpty();
    assertThat(errors).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void status_thatMayPass_isTriedAgain(int status) {
    try (var holdfast = seedBasic(status + "; ok")) {
      var answer = holdfast.stream(Upstreams.request(), text -> {});

      assertThat(answer.text()).isEqualTo(Upstreams.unbroken());
      assertThat(answer.attempts()).hasSize(2);
    }
    assertThat(retries).hasSize(1);
  }

  @Test
  void failure_thatStays_isTriedFourTimesAfterOneTwoAndFourSeconds() {
    try (var holdfast = seedBasic("503*")) {
      var thrown =
          catchThrowableOfType(
              StreamException.class, () -> holdfast.stream(Upstreams.request(), text -> {}));

      assertThat(thrown.failure().why()).isEqualTo("overloaded");
      assertThat(thrown.attempts()).hasSize(4);
      assertThat(thrown.partialText()).isEmpty();
      assertThat(errors).containsExactly(thrown.outcome());
    }
    assertThat(retries)
        .extracting(Notice.Retry::delay)
        .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
    assertThat(retries).extracting(Notice.Retry::attempt).containsExactly(2, 3, 4);
    assertThat(upstreams.calls()).isEqualTo(4);
  }

  @Test
  void request_thatIsWrong_isTriedOnce() {
    try (var holdfast = seedBasic("400*")) {
      var outcome = holdfast.tryStream(Upstreams.request(), text -> {});

      assertThat(outcome)
          .isInstanceOfSatisfying(
              StreamOutcome.Incomplete.class,
              failed -> {
                assertThat(failed.failure().why()).isEqualTo("invalid_request");
                assertThat(failed.retryable()).isFalse();
              });
    }
    assertThat(upstreams.calls()).isEqualTo(1);
  }

  @Test
  void body_thatEndsWithoutItsSign_isNoSuccess() {
    try (var holdfast = seedBasic("end@20; 400*")) {
      var outcome = holdfast.tryStream(Upstreams.request(), text -> {});

      assertThat(outcome)
          .isInstanceOfSatisfying(
              StreamOutcome.Incomplete.class,
              failed ->
                  assertThat(Upstreams.unbroken())
                      .startsWith(failed.partial().text())
                      .isNotEqualTo(failed.partial().text()));
    }
  }

  @Test
  void retry_afterText_doesNotSayItAgain() {
    var heard = new StringBuilder();

    try (var holdfast = seedBasic("reset@20; ok")) {
      holdfast.stream(Upstreams.request(), heard::append);
    }

    assertThat(heard.toString()).isEqualTo(Upstreams.unbroken());
  }

  @Test
  void characters_splitOverReads_areWhole() {
    var prompt = "Tell story 1 [emoji].";
    var pieces = new ArrayList<String>();

    try (var holdfast = seedBasic("ok+half-pairs+one-byte")) {
      var request = ChatRequest.of("m", Message.user(prompt));
      holdfast.stream(request, pieces::add);
    }

    assertThat(String.join("", pieces)).isEqualTo(Upstreams.unbroken(prompt));
    assertThat(pieces)
        .allSatisfy(piece ->
            assertThat(IntStream.of(0, piece.length() - 1).mapToObj(piece::charAt))
                .satisfies(ends -> {
                  assertThat(Character.isLowSurrogate((Character) ends.get(0))).isFalse();
                  assertThat(Character.isHighSurrogate((Character) ends.get(1))).isFalse();
                }));
  }

  @Test
  void json_thatIsMalformed_isABreakAndNotSwallowed() {
    try (var holdfast = seedBasic("malformed@0*")) {
      var thrown =
          catchThrowableOfType(
              StreamException.class, () -> holdfast.stream(Upstreams.request(), text -> {}));

      assertThat(thrown.failure().why()).isEqualTo("malformed_stream");
      assertThat(thrown.attempts()).hasSize(4);
    }
  }
}

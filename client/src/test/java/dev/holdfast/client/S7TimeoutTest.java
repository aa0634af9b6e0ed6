package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.session.Clocks;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The seed's timeout: a call that takes longer ends with what came until then, also while the body
 * streams, which is where the seed's own timer had been cleared.
 */
class S7TimeoutTest {
  /** What comes before the body stands still. */
  private static final String BEFORE = Upstreams.firstTokens(20);

  private final Upstreams upstreams = new Upstreams();
  private final ManualTiming timing = new ManualTiming();

  private HoldfastBuilder seedSession(String plan) {
    return Holdfast.builder()
        .baseUrl(upstreams.at(plan))
        .continuation(Rung.PREFILL)
        .preset("seed-session");
  }

  @AfterEach
  void stop() {
    upstreams.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 45})
  void body_thatStandsStill_endsInTimeWithThePartialAnswer(int seconds) {
    var heard = new StringBuilder();
    var moved = new AtomicBoolean();

    try (var holdfast =
        seedSession("stall@20(keep-alive=50ms)*")
            .timeout(Duration.ofSeconds(seconds))
            .build(timing)) {
      var thrown =
          catchThrowableOfType(
              StreamException.class,
              () ->
                  holdfast.stream(
                      Upstreams.request(),
                      text -> {
                        heard.append(text);
                        if (heard.toString().equals(BEFORE) && !moved.getAndSet(true)) {
                          timing.advance(Duration.ofSeconds(seconds));
                        }
                      }));

      assertThat(thrown.failure().why()).isEqualTo("answer_timeout");
      assertThat(thrown.partialText()).isEqualTo(BEFORE);
      assertThat(thrown.outcome().retryable()).isFalse();
    }
    assertThat(moved).isTrue();
  }

  @Test
  void silence_ofThirtySeconds_isBrokenOffAndGoneOnWith() {
    var moved = new AtomicBoolean();
    var clocks = Clocks.DEFAULTS.withProgress(Duration.ofSeconds(30));
    var heard = new StringBuilder();

    try (var holdfast =
        seedSession("stall@20; ok")
            .clocks(clocks)
            .onRetry(retry -> timing.advance(retry.delay()))
            .build(timing)) {
      var answer =
          holdfast.stream(
              Upstreams.request(),
              text -> {
                heard.append(text);
                if (heard.toString().equals(BEFORE) && !moved.getAndSet(true)) {
                  timing.advance(Duration.ofSeconds(30));
                }
              });

      assertThat(answer.text()).isEqualTo(Upstreams.unbroken()).isEqualTo(heard.toString());
      assertThat(answer.attempts().getFirst().why()).isEqualTo("stall");
    }
  }
}

package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.retry.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The seed's circuit breaker, on its preset: five failures open it for sixty seconds, then one call
 * tries, and its success closes. Each call asks once, so that a failure is one of the breaker's.
 */
class S3CircuitBreakerTest {
  private static final String FIVE = "503; 503; 503; 503; 503; ";

  private final Upstreams upstreams = new Upstreams();
  private final ManualTiming timing = new ManualTiming();
  private final List<Notice.CircuitOpen> opened = new ArrayList<>();

  private HoldfastBuilder seedBreaker(String plan) {
    return Holdfast.builder()
        .baseUrl(upstreams.at(plan))
        .preset("seed-breaker")
        .retry(RetryPolicy.DEFAULTS.withAttempts(1, 1))
        .onCircuitOpen(opened::add);
  }

  /** How a call ended: {@code complete}, or the word for why not. */
  private static String call(Holdfast holdfast) {
    return switch (holdfast.tryStream(Upstreams.request(), text -> {})) {
      case StreamOutcome.Complete c -> "complete";
      case StreamOutcome.Incomplete i -> i.failure().why();
    };
  }

  private static void fail(Holdfast holdfast, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(call(holdfast)).isEqualTo("overloaded");
    }
  }

  /** The clock moves from one timer to the next; nothing else waits here. */
  private void pass(Duration time) {
    timing.schedule(timing.nanoTime() + time.toNanos(), () -> {});
    timing.advance(time);
  }

  @AfterEach
  void stop() {
    upstreams.close();
  }

  @Test
  void fiveFailures_openIt_andCallsAreRefusedAtOnce() {
    try (var holdfast = seedBreaker("503*").build(timing)) {
      fail(holdfast, 4);
      assertThat(opened).isEmpty();
      fail(holdfast, 1);
      assertThat(opened).hasSize(1);

      assertThat(call(holdfast)).isEqualTo("breaker_open");
    }
    assertThat(upstreams.calls()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 30})
  void open_afterItsTime_isHalfOpen_andASuccessClosesIt(int seconds) {
    var manager = GuardSettings.Breaker.DEFAULTS.withRow(5, Duration.ofSeconds(seconds), 1);
    var builder = seedBreaker(FIVE + "ok; 503; 503; 503; 503; ok");
    if (seconds == 30) {
      // The seed's manager waits half as long.
      builder.guards(GuardSettings.DEFAULTS.withBreaker(manager));
    }

    try (var holdfast = builder.build(timing)) {
      fail(holdfast, 5);
      pass(Duration.ofSeconds(seconds).minusMillis(1));
      assertThat(call(holdfast)).isEqualTo("breaker_open");

      pass(Duration.ofMillis(1));

      assertThat(call(holdfast)).isEqualTo("complete");
      // Counted from zero again.
      fail(holdfast, 4);
      assertThat(call(holdfast)).isEqualTo("complete");
    }
    assertThat(opened).hasSize(1);
  }

  @Test
  void halfOpen_whoseTrialFails_isOpenAgain() {
    try (var holdfast = seedBreaker("503*").build(timing)) {
      fail(holdfast, 5);
      pass(Duration.ofSeconds(60));

      fail(holdfast, 1);

      assertThat(call(holdfast)).isEqualTo("breaker_open");
      pass(Duration.ofSeconds(59));
      assertThat(call(holdfast)).isEqualTo("breaker_open");
    }
    assertThat(upstreams.calls()).isEqualTo(6);
  }

  /** The seed let everybody through. */
  @Test
  void halfOpen_letsOneThroughUntilItsFirstText() {
    try (var holdfast = seedBreaker(FIVE + "stall@head; ok").build(timing)) {
      fail(holdfast, 5);
      pass(Duration.ofSeconds(60));
      var trial = holdfast.streamAsync(Upstreams.request(), text -> {});
      while (upstreams.calls() < 6) {
        Thread.onSpinWait();
      }

      assertThat(call(holdfast)).isEqualTo("breaker_open");

      trial.cancel(true);
      while (!holdfast.running().isEmpty()) {
        Thread.onSpinWait();
      }
      // It proved nothing, so the next one tries.
      assertThat(call(holdfast)).isEqualTo("complete");
    }
    assertThat(upstreams.calls()).isEqualTo(7);
  }

  /** The seed counted them. */
  @ParameterizedTest
  @ValueSource(ints = {400, 413, 422})
  void faultsOfTheCaller_doNotOpenIt(int status) {
    try (var holdfast = seedBreaker(status + "*").build(timing)) {
      for (int i = 0; i < 6; i++) {
        assertThat(call(holdfast)).isNotEqualTo("breaker_open");
      }
    }
    assertThat(opened).isEmpty();
    assertThat(upstreams.calls()).isEqualTo(6);
  }
}

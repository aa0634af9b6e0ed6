package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.retry.Presets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The seed's retry manager, on its presets: breaker, retries and a queue that is used, in front of
 * one upstream. Failures are told apart by what happened and not by their text.
 */
class S4RetryManagerTest {
  private final Upstreams upstreams = new Upstreams();
  private final ManualTiming timing = new ManualTiming();
  private final List<Notice.Retry> retries = new ArrayList<>();
  private final List<Notice.CircuitOpen> opened = new ArrayList<>();

  private HoldfastBuilder manager(String plan) {
    return Holdfast.builder()
        .baseUrl(upstreams.at(plan))
        .preset("seed-session")
        .preset("seed-breaker")
        .onRetry(retry -> {
          retries.add(retry);
          timing.advance(retry.delay());
        })
        .onCircuitOpen(opened::add);
  }

  @AfterEach
  void stop() {
    upstreams.close();
  }

  /** Reset, refused, and the statuses of its list. */
  @ParameterizedTest
  @ValueSource(strings = {"reset@head", "refuse", "429", "500", "502", "503", "504"})
  void failure_thatMayPass_isTriedAgain(String fault) {
    try (var holdfast = manager(fault + "; ok").build(timing)) {
      var answer = holdfast.stream(Upstreams.request(), text -> {});

      assertThat(answer.text()).isEqualTo(Upstreams.unbroken());
      assertThat(answer.attempts()).hasSize(2);
    }
    assertThat(retries).hasSize(1);
    assertThat(retries.getFirst().attempt()).isEqualTo(2);
    assertThat(retries.getFirst().failure().why()).isNotEmpty();
  }

  @Test
  void hostThatIsNotFound_isTriedAgain() {
    try (var holdfast = manager("no-such-host").build(timing)) {
      assertThat(holdfast.tryStream(Upstreams.request(), text -> {}))
          .isInstanceOfSatisfying(
              StreamOutcome.Incomplete.class,
              failed -> {
                assertThat(failed.partial().attempts()).hasSize(5);
                assertThat(failed.retryable()).isTrue();
              });
    }
    assertThat(retries).hasSize(4);
  }

  @Test
  void upstreamThatDoesNotAnswerInTime_isTriedAgain() throws Exception {
    try (var holdfast = manager("stall@head; ok").build(timing)) {
      var answer = holdfast.streamAsync(Upstreams.request(), text -> {});
      while (upstreams.calls() < 1) {
        Thread.onSpinWait();
      }

      timing.advance(Duration.ofSeconds(60));

      assertThat(answer.get(30, TimeUnit.SECONDS).text()).isEqualTo(Upstreams.unbroken());
    }
    assertThat(retries)
        .extracting(retry -> retry.failure().why())
        .containsExactly("first_progress_timeout");
  }

  @Test
  void waits_areDoubledFromOneSecondUpToTen() {
    var policy = Presets.SEED_SESSION.policy().withAttempts(7, 7);

    try (var holdfast = manager("503*").retry(policy).build(timing)) {
      holdfast.tryStream(Upstreams.request(), text -> {});
    }

    assertThat(retries)
        .extracting(retry -> retry.delay().toSeconds())
        .containsExactly(1L, 2L, 4L, 8L, 10L, 10L);
    // One call's retries are one failure to the breaker.
    assertThat(opened).isEmpty();
  }

  @Test
  void breakerThatIsOpen_refusesAtOnceAndWithoutARetry() {
    var once = Presets.SEED_SESSION.policy().withAttempts(1, 1);

    try (var holdfast = manager("503*").retry(once).build(timing)) {
      for (int i = 0; i < 5; i++) {
        holdfast.tryStream(Upstreams.request(), text -> {});
      }
      assertThat(opened).hasSize(1);

      assertThat(holdfast.tryStream(Upstreams.request(), text -> {}))
          .isInstanceOfSatisfying(
              StreamOutcome.Incomplete.class,
              refused -> assertThat(refused.failure().why()).isEqualTo("breaker_open"));
    }
    assertThat(retries).isEmpty();
    assertThat(upstreams.calls()).isEqualTo(5);
  }

  /** The seed's queue was never used. */
  @Test
  void call_overTheUpstreamsLimit_waitsForItsTurn() throws Exception {
    var queued = new CountDownLatch(1);
    var places = new ArrayList<Integer>();
    var second = new CompletableFuture<CompletableFuture<Answer>>();

    try (var holdfast =
        manager("ok")
            .guards(GuardSettings.DEFAULTS.withConcurrencyMax(1))
            .onQueue(place -> {
              places.add(place.position());
              queued.countDown();
            })
            .build(timing)) {
      var first =
          holdfast.stream(
              Upstreams.request(),
              text -> {
                if (!second.isDone()) {
                  second.complete(holdfast.streamAsync(Upstreams.request(), piece -> {}));
                  awaited(queued);
                  assertThat(upstreams.calls()).isEqualTo(1);
                }
              });

      assertThat(first.text()).isEqualTo(Upstreams.unbroken());
      assertThat(second.join().get(30, TimeUnit.SECONDS).text()).isEqualTo(Upstreams.unbroken());
    }
    assertThat(places).containsExactly(1);
    assertThat(upstreams.calls()).isEqualTo(2);
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}

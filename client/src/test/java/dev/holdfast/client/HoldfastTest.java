package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.simulator.Call;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a caller may do with a client, and what comes of it. */
@Timeout(60)
class HoldfastTest {
  private static final RetryPolicy QUICK =
      RetryPolicy.DEFAULTS.withBackoff(
          Duration.ofMillis(1), Duration.ofMillis(5), RetryPolicy.Jitter.FULL);

  private final Upstreams upstreams = new Upstreams();

  private HoldfastBuilder at(String plan) {
    return Holdfast.builder().baseUrl(upstreams.at(plan)).continuation(Rung.PREFILL).retry(QUICK);
  }

  @AfterEach
  void stop() {
    upstreams.close();
  }

  /** Waits until the upstream notices that its last call was given up. */
  private void untilGivenUp() {
    var calls = upstreams.server().calls(upstreams.lastName());
    while (calls.getLast().outcome() != Call.Outcome.PEER_CLOSED) {
      Thread.onSpinWait();
      calls = upstreams.server().calls(upstreams.lastName());
    }
  }

  // ---- what an answer holds

  @Test
  void usage_isAskedForAndShown() {
    try (var holdfast = at("ok").build()) {
      var answer = holdfast.stream(Upstreams.request(), text -> {});

      var usage = Objects.requireNonNull(answer.usage());
      assertThat(usage.measured()).isTrue();
      assertThat(usage.output()).isPositive();
    }
  }

  @Test
  void toolCall_isPutTogether() {
    var request =
        ChatRequest.of("m", Message.user("Use tide_table."))
            .with(
                "tools",
                "[{\"type\":\"function\",\"function\":{\"name\":\"tide_table\",\"parameters\":"
                    + "{\"type\":\"object\",\"properties\":{\"place\":{\"type\":\"string\"}}}}}]");

    try (var holdfast = at("ok").build()) {
      var answer = holdfast.stream(request, text -> {});

      assertThat(answer.finishReason()).isEqualTo("tool_calls");
      assertThat(answer.toolCalls()).hasSize(1);
      assertThat(answer.toolCalls().getFirst().name()).isEqualTo("tide_table");
      assertThat(answer.toolCalls().getFirst().arguments()).startsWith("{").endsWith("}");
    }
  }

  @Test
  void reasoning_isKeptApartFromText() {
    var request = Upstreams.request().with("reasoning_effort", "\"high\"");
    var heard = new StringBuilder();

    try (var holdfast = at("ok").build()) {
      var answer = holdfast.stream(request, heard::append);

      assertThat(answer.reasoning()).isNotEmpty();
      assertThat(answer.text()).isEqualTo(heard.toString()).doesNotContain(answer.reasoning());
    }
  }

  @Test
  void events_areKeptOnWish_andNumberedOverASeam() {
    try (var holdfast = at("cut@30; ok").keepEvents().build()) {
      var answer = holdfast.stream(Upstreams.request(), text -> {});

      assertThat(answer.events().getLast().data()).isEqualTo("[DONE]");
      for (int i = 0; i < answer.events().size(); i++) {
        assertThat(answer.events().get(i).number()).isEqualTo(i + 1);
      }
      assertThat(String.join("", answer.events().stream().map(AnswerEvent::text).toList()))
          .isEqualTo(answer.text());
      assertThat(answer.seams().getFirst().after()).isLessThan(answer.events().size());
    }
  }

  // ---- what a caller does

  @Test
  void callback_thatThrows_cancelsTheCallAndIsTheCause() {
    var fault = new IllegalArgumentException("full");

    try (var holdfast = at("stall@20").build()) {
      var thrown =
          catchThrowableOfType(
              StreamException.class,
              () ->
                  holdfast.stream(
                      Upstreams.request(),
                      text -> {
                        throw fault;
                      }));

      assertThat(thrown).hasCause(fault);
      assertThat(thrown.failure().why()).isEqualTo("cancelled");
      untilGivenUp();
    }
  }

  @Test
  void callbackOfTheBuilder_thatThrows_cancelsTheCallAndIsTheCause() {
    var fault = new IllegalStateException("no");

    try (var holdfast =
        at("503; ok")
            .onRetry(retry -> {
              throw fault;
            })
            .build()) {
      var thrown =
          catchThrowableOfType(
              StreamException.class, () -> holdfast.stream(Upstreams.request(), text -> {}));

      assertThat(thrown).hasCause(fault);
    }
    assertThat(upstreams.calls()).isEqualTo(1);
  }

  @Test
  void onComplete_thatThrows_isHeardOf() {
    var fault = new IllegalStateException("not stored");

    try (var holdfast =
        at("ok")
            .onComplete(answer -> {
              throw fault;
            })
            .build()) {
      var thrown =
          catchThrowableOfType(
              StreamException.class, () -> holdfast.stream(Upstreams.request(), text -> {}));

      assertThat(thrown).hasCause(fault);
      assertThat(thrown.partialText()).isEqualTo(Upstreams.unbroken());
    }
  }

  @Test
  void interrupt_ofTheCaller_cancelsAtOnceAndKeepsTheFlag() throws Exception {
    var text = new CountDownLatch(1);
    var outcome = new AtomicReference<StreamOutcome>();
    var flag = new CountDownLatch(1);

    try (var holdfast = at("stall@20").build()) {
      var caller =
          Thread.ofVirtual()
              .start(() -> {
                outcome.set(holdfast.tryStream(Upstreams.request(), piece -> text.countDown()));
                if (Thread.currentThread().isInterrupted()) {
                  flag.countDown();
                }
              });
      text.await();
      caller.interrupt();
      caller.join();
      untilGivenUp();
    }

    assertThat(flag.getCount()).isZero();
    assertThat(outcome.get())
        .isInstanceOfSatisfying(
            StreamOutcome.Incomplete.class,
            cancelled -> {
              assertThat(cancelled.failure().why()).isEqualTo("cancelled");
              assertThat(cancelled.cause()).isInstanceOf(InterruptedException.class);
              assertThat(cancelled.partial().text()).isNotEmpty();
            });
  }

  @Test
  void close_whileACallRuns_endsItAndRefusesOthers() throws Exception {
    var text = new CountDownLatch(1);
    var holdfast = at("stall@20").build();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var call =
          threads.submit(() -> holdfast.tryStream(Upstreams.request(), p -> text.countDown()));
      text.await();

      holdfast.close();

      assertThat(call.get()).isInstanceOf(StreamOutcome.Incomplete.class);
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> holdfast.stream(Upstreams.request(), piece -> {}));
  }

  @Test
  void calls_ofManyThreads_areEachWhole() throws Exception {
    try (var holdfast = at("cut@30; ok; reset@9; 503; ok; end@50; ok").build();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        calls.add(() -> holdfast.stream(Upstreams.request(), text -> {}).text());
      }
      for (Future<String> call : threads.invokeAll(calls)) {
        assertThat(call.get()).isEqualTo(Upstreams.unbroken());
      }
    }
  }

  @Test
  void future_completesWithTheAnswer() throws Exception {
    var heard = new StringBuilder();

    try (var holdfast = at("cut@30; ok").build()) {
      var answer = holdfast.streamAsync(Upstreams.request(), heard::append).get();

      assertThat(answer.text()).isEqualTo(Upstreams.unbroken()).isEqualTo(heard.toString());
    }
  }

  @Test
  void future_ofAFailure_completesWithTheException() {
    try (var holdfast = at("400*").build()) {
      var future = holdfast.streamAsync(Upstreams.request(), text -> {});

      var thrown = catchThrowableOfType(CompletionException.class, future::join);
      assertThat(thrown).hasCauseInstanceOf(StreamException.class);
    }
  }

  @Test
  void future_thatIsCancelled_cancelsTheCall() throws Exception {
    var text = new CountDownLatch(1);
    try (var holdfast = at("stall@20").build()) {
      var future = holdfast.streamAsync(Upstreams.request(), piece -> text.countDown());
      assertThat(text.await(30, TimeUnit.SECONDS)).isTrue();

      future.cancel(true);

      untilGivenUp();
    }
  }

  // ---- where it asks

  @Test
  void fallback_isAskedAtOnce_whenTheFirstIsAway() {
    var away = upstreams.at("refuse*");
    var there = upstreams.at("ok");

    try (var holdfast =
        Holdfast.builder().baseUrl(away).fallback(there, null, "other").retry(QUICK).build()) {
      var answer = holdfast.stream(Upstreams.request(), text -> {});

      assertThat(answer.text()).isEqualTo(Upstreams.unbroken());
      assertThat(answer.attempts().getLast().target()).endsWith("/other");
    }
    assertThat(upstreams.bodies().getFirst()).contains("\"model\":\"other\"");
  }

  @Test
  void key_goesToItsProviderAlone_andIsShownNowhere() {
    var key = "sk-canary";
    var url = upstreams.at("401*", ProviderConfig.DEFAULTS.withApiKey("another"));

    try (var holdfast = Holdfast.builder().baseUrl(url).apiKey(key).retry(QUICK).build()) {
      var thrown =
          catchThrowableOfType(
              StreamException.class, () -> holdfast.stream(Upstreams.request(), text -> {}));

      assertThat(thrown.failure().why()).isEqualTo("upstream_auth");
      assertThat(thrown + " " + thrown.outcome() + holdfast.settings()).doesNotContain(key);
    }
    assertThat(upstreams.server().calls(upstreams.lastName()).getFirst().headers())
        .containsEntry("authorization", "Bearer " + key);
  }

  @Test
  void breaker_thatOpens_isHeardOfOnceAndRefusesTheNextCall() {
    var opened = new ArrayList<Notice.CircuitOpen>();

    try (var holdfast =
        at("400; 503*")
            .preset("seed-breaker")
            .retry(QUICK.withAttempts(1, 1))
            .onCircuitOpen(opened::add)
            .build()) {
      for (int i = 0; i < 6; i++) {
        holdfast.tryStream(Upstreams.request(), text -> {});
      }
      assertThat(opened).hasSize(1);

      var outcome = holdfast.tryStream(Upstreams.request(), text -> {});

      assertThat(outcome)
          .isInstanceOfSatisfying(
              StreamOutcome.Incomplete.class,
              refused -> assertThat(refused.failure().why()).isEqualTo("breaker_open"));
    }
    // The caller's own fault does not count.
    assertThat(upstreams.calls()).isEqualTo(6);
  }
}

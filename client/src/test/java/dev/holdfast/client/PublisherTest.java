package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.simulator.Call;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The primitive: events, as many as are asked for. */
@Timeout(60)
class PublisherTest {
  private final Upstreams upstreams = new Upstreams();
  private final ManualTiming timing = new ManualTiming();

  private static final class Recorder implements Flow.Subscriber<AnswerEvent> {
    final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    final BlockingQueue<AnswerEvent> events = new LinkedBlockingQueue<>();
    final CompletableFuture<String> end = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription.complete(given);
    }

    @Override
    public void onNext(AnswerEvent event) {
      events.add(event);
    }

    @Override
    public void onError(Throwable thrown) {
      end.complete(thrown.getClass().getSimpleName());
    }

    @Override
    public void onComplete() {
      end.complete("complete");
    }

    void request(long count) {
      subscription.join().request(count);
    }

    String take(int count) throws InterruptedException {
      var text = new StringBuilder();
      for (int i = 0; i < count; i++) {
        var event = events.poll(30, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        text.append(event.text());
      }
      return text.toString();
    }
  }

  private Recorder subscribe(Holdfast holdfast, ChatRequest request) {
    var recorder = new Recorder();
    holdfast.publisher(request).subscribe(recorder);
    return recorder;
  }

  private Holdfast holdfast(String plan) {
    return Holdfast.builder()
        .baseUrl(upstreams.at(plan))
        .continuation(Rung.PREFILL)
        .clocks(Clocks.DEFAULTS.withProgress(Duration.ofSeconds(30)))
        .build(timing);
  }

  @AfterEach
  void stop() {
    upstreams.close();
  }

  @Test
  void events_comeAsManyAsWereAskedFor() throws Exception {
    try (var holdfast = holdfast("ok")) {
      var reader = subscribe(holdfast, Upstreams.request());
      reader.request(3);
      reader.take(3);
      assertThat(reader.events).isEmpty();
      assertThat(reader.end).isNotDone();

      reader.request(Long.MAX_VALUE);

      assertThat(reader.end.get()).isEqualTo("complete");
    }
  }

  @Test
  void slowReader_stopsTheReadingAndTheClocks_andGetsAll() throws Exception {
    // 1,500 tokens with obfuscation are far more than may lie unread.
    var prompt = "Tell story 1 [long].";
    var request = ChatRequest.of("m", Message.user(prompt));
    try (var holdfast = holdfast("ok+padding")) {
      var reader = subscribe(holdfast, request);
      reader.request(2);
      var text = new StringBuilder(reader.take(2));

      while (!holdfast.running().getFirst().isHeldUp()) {
        Thread.onSpinWait();
      }
      // A minute without reading is nobody's fault but ours.
      for (int i = 0; i < 6; i++) {
        timing.advance(Duration.ofSeconds(10));
      }
      while (!reader.end.isDone() || !reader.events.isEmpty()) {
        reader.request(1);
        var event = reader.events.poll(1, TimeUnit.MILLISECONDS);
        text.append(event == null ? "" : event.text());
      }

      assertThat(reader.end.get()).isEqualTo("complete");
      assertThat(text.toString()).isEqualTo(Upstreams.unbroken(prompt));
    }
    assertThat(upstreams.calls()).isEqualTo(1);
  }

  @Test
  void recovery_doesNotWaitForASlowReader() throws Exception {
    try (var holdfast = holdfast("cut@30; ok")) {
      var reader = subscribe(holdfast, Upstreams.request());
      reader.request(1);
      reader.take(1);

      while (upstreams.calls() < 2) {
        Thread.onSpinWait();
      }

      reader.request(Long.MAX_VALUE);
      assertThat(reader.end.get()).isEqualTo("complete");
    }
  }

  @Test
  void cancel_closesTheConnectionAndSaysNothingMore() throws Exception {
    try (var holdfast = holdfast("stall@20")) {
      var reader = subscribe(holdfast, Upstreams.request());
      reader.request(Long.MAX_VALUE);
      reader.take(5);

      reader.subscription.join().cancel();

      while (upstreams.server().calls(upstreams.lastName()).getLast().outcome()
          != Call.Outcome.PEER_CLOSED) {
        Thread.onSpinWait();
      }
      assertThat(reader.end).isNotDone();
    }
  }

  @Test
  void failure_comesBehindTheEvents() throws Exception {
    try (var holdfast = holdfast("cut@30; 400*")) {
      var reader = subscribe(holdfast, Upstreams.request());
      reader.request(Long.MAX_VALUE);

      assertThat(reader.end.get()).isEqualTo("StreamException");
      assertThat(reader.events).isNotEmpty();
    }
  }

  @Test
  void demand_ofNothing_isWrongUse() throws Exception {
    try (var holdfast = holdfast("ok")) {
      var reader = subscribe(holdfast, Upstreams.request());

      reader.request(0);

      assertThat(reader.end.get()).isEqualTo("IllegalArgumentException");
    }
  }

  @Test
  void subscriptions_areCallsOfTheirOwn() throws Exception {
    try (var holdfast = holdfast("ok")) {
      var publisher = holdfast.publisher(Upstreams.request());
      assertThat(upstreams.calls()).isZero();
      var first = new Recorder();
      var second = new Recorder();

      publisher.subscribe(first);
      publisher.subscribe(second);
      first.request(Long.MAX_VALUE);
      second.request(Long.MAX_VALUE);

      assertThat(first.end.get()).isEqualTo("complete");
      assertThat(second.end.get()).isEqualTo("complete");
      assertThat(upstreams.calls()).isEqualTo(2);
    }
  }
}

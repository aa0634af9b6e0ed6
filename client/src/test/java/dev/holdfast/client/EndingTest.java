package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The upstream has said all, and the caller has not had it yet: his part can still go wrong. */
@Timeout(60)
class EndingTest {
  private final Upstreams upstreams = new Upstreams();

  private Holdfast holdfast() {
    return Holdfast.builder().baseUrl(upstreams.at("ok")).build();
  }

  @AfterEach
  void stop() {
    upstreams.close();
  }

  /** Its answer has more events than are asked for at once, and fewer than hold up the upstream. */
  private static ChatRequest request() {
    return Upstreams.request().with("max_tokens", "100");
  }

  /** Waits until the whole answer lies ready. */
  private static void untilAnswered(Holdfast holdfast) {
    while (!holdfast.running().getFirst().toString().contains("DONE")) {
      Thread.onSpinWait();
    }
  }

  // ---- the blocking form

  @Test
  void callback_thatThrowsWhenAllIsThere_isTheCause() {
    var fault = new IllegalStateException("full");
    try (var holdfast = holdfast()) {
      Consumer<String> slow =
          text -> {
            untilAnswered(holdfast);
            throw fault;
          };

      var thrown =
          catchThrowableOfType(StreamException.class, () -> holdfast.stream(request(), slow));

      assertThat(thrown).hasCause(fault);
      assertThat(holdfast.running()).isEmpty();
    }
  }

  @Test
  void interrupt_whenAllIsThere_isTheCause() {
    try (var holdfast = holdfast()) {
      var outcome =
          holdfast.tryStream(
              request(),
              text -> {
                untilAnswered(holdfast);
                Thread.currentThread().interrupt();
              });

      assertThat(Thread.interrupted()).isTrue();
      assertThat(outcome)
          .isInstanceOfSatisfying(
              StreamOutcome.Incomplete.class,
              i -> assertThat(i.cause()).isInstanceOf(InterruptedException.class));
      assertThat(holdfast.running()).isEmpty();
    }
  }

  @Test
  void callback_thatThrowsOverTheRestOfACharacter_isTheCause() {
    var fault = new IllegalStateException("no character");
    var half =
        new TextReader(text -> {
          throw fault;
        });
    try (var holdfast = holdfast()) {
      var whole = holdfast.tryStream(request(), text -> {});
      holdfast.publisher(request()).subscribe(new Ending());

      half.onNext(new AnswerEvent(1, "", "\ud83d", ""));
      half.ended(whole);
      var outcome = half.read(holdfast.running().getFirst());

      assertThat(outcome)
          .isInstanceOfSatisfying(
              StreamOutcome.Incomplete.class, i -> assertThat(i.cause()).isSameAs(fault));
    }
  }

  // ---- the future

  @Test
  void callback_thatThrowsOverTheLastPiece_failsTheFuture() {
    var fault = new IllegalStateException("full");
    var heard = new StringBuilder();
    try (var holdfast = holdfast()) {
      var future =
          holdfast.streamAsync(
              Upstreams.request(),
              text -> {
                if (heard.append(text).toString().equals(Upstreams.unbroken())) {
                  throw fault;
                }
              });

      var thrown = catchThrowableOfType(CompletionException.class, future::join);

      assertThat(thrown).hasRootCause(fault).hasCauseInstanceOf(StreamException.class);
    }
  }

  // ---- the primitive

  /** What a subscriber does that has had one event of many. */
  private enum Act {
    CLOSES_THE_CLIENT,
    ASKS_FOR_NOTHING,
    CANCELS
  }

  private static final class Ending implements Flow.Subscriber<AnswerEvent> {
    final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    final CompletableFuture<Throwable> error = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription.complete(given);
    }

    @Override
    public void onNext(AnswerEvent event) {}

    @Override
    public void onError(Throwable thrown) {
      error.complete(thrown);
    }

    @Override
    public void onComplete() {
      error.completeExceptionally(new AssertionError("expected no complete answer"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void answer_thatWasNotReadToItsEnd_isNotComplete(Act act) {
    try (var holdfast = holdfast()) {
      var reader = new Ending();
      holdfast.publisher(request()).subscribe(reader);
      reader.subscription.join().request(1);
      untilAnswered(holdfast);

      switch (act) {
        case CLOSES_THE_CLIENT -> {
          holdfast.close();
          assertThat(reader.error.join())
              .isInstanceOfSatisfying(
                  StreamException.class, e -> assertThat(e).hasMessageContaining("closed"));
        }
        case ASKS_FOR_NOTHING -> {
          reader.subscription.join().request(0);
          assertThat(reader.error.join()).isInstanceOf(IllegalArgumentException.class);
        }
        case CANCELS -> reader.subscription.join().cancel();
      }

      while (!holdfast.running().isEmpty()) {
        Thread.onSpinWait();
      }
      assertThat(reader.error.isDone()).isEqualTo(act != Act.CANCELS);
    }
  }

  // ---- the client

  /** Long prompts take a while to be read: the client is closed before, while and after that. */
  @Test
  void close_whileCallsBegin_leavesNoneBehind() throws Exception {
    var request = ChatRequest.of("m", Message.user("x".repeat(4 << 20)));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 8; round++) {
        var holdfast = holdfast();
        List<Future<StreamOutcome>> calls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          calls.add(threads.submit(() -> holdfast.tryStream(request, text -> {})));
        }
        for (int i = 0; i < round << 10; i++) {
          Thread.onSpinWait();
        }

        holdfast.close();

        for (var call : calls) {
          try {
            assertThat(call.get()).isInstanceOf(StreamOutcome.class);
          } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
          }
        }
        assertThat(holdfast.running()).isEmpty();
      }
    }
  }
}

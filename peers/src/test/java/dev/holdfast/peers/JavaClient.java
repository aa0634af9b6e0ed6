package dev.holdfast.peers;

import dev.holdfast.peers.Got.Thrown;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A client in this JVM, called as its users call it, with default settings. */
interface JavaClient extends AutoCloseable {
  /**
   * Makes one call and hands on what comes of it.
   *
   * @throws Exception what reaches the caller
   */
  void ask(Question question, Parts parts) throws Exception;

  /** The HTTP status that an exception of this client tells of, or 0. */
  int status(Throwable thrown);

  @Override
  void close();

  /** Asks all, some at once; what is not over in time has hung. */
  default Map<String, Got> askAll(List<Question> questions, int atOnce, Duration each)
      throws InterruptedException {
    var got = new ConcurrentHashMap<String, Got>();
    var turns = new Semaphore(atOnce);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var question : questions) {
        turns.acquire();
        threads.execute(() -> {
          try {
            got.put(question.name(), askInTime(question, each));
          } finally {
            turns.release();
          }
        });
      }
    }
    return new HashMap<>(got);
  }

  private Got askInTime(Question question, Duration most) {
    var parts = new Parts();
    var call =
        new FutureTask<>(() -> {
          ask(question, parts);
          return true;
        });
    // A platform thread, as most callers have; what hangs may stay in it.
    Thread.ofPlatform().daemon().name(question.name()).start(call);
    try {
      call.get(most.toMillis(), TimeUnit.MILLISECONDS);
      return new Got(false, parts.choices(), null);
    } catch (TimeoutException e) {
      call.cancel(true);
      return new Got(true, parts.choices(), null);
    } catch (ExecutionException e) {
      var thrown = Objects.requireNonNullElse(e.getCause(), e);
      return new Got(
          false,
          parts.choices(),
          new Thrown(
              thrown.getClass().getName(), String.valueOf(thrown.getMessage()), status(thrown)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Got(true, parts.choices(), null);
    }
  }
}

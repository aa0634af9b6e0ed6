package dev.holdfast.engine.guard;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Answers on their way to who asked. They are put in under the guards' lock, which gives them one
 * order, and delivered outside of it by one thread at a time, which keeps it: a session never hears
 * that it waits after it heard that it may go. A thread that finds another one delivering leaves it
 * to that one. What is put in during a delivery is delivered after it, so answers never nest.
 */
final class Outbox {
  private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();

  /** Calls of {@link #deliver} not yet served; the one that finds zero serves them all. */
  private final AtomicInteger due = new AtomicInteger();

  void put(Runnable answer) {
    answers.add(answer);
  }

  /**
   * Delivers what is there. An answer that throws does not stop the others; the first is rethrown.
   */
  void deliver() {
    if (due.getAndIncrement() != 0) {
      return;
    }
    @Nullable RuntimeException thrown = null;
    var served = 1;
    while (served != 0) {
      for (var answer = answers.poll(); answer != null; answer = answers.poll()) {
        try {
          answer.run();
        } catch (RuntimeException e) {
          thrown = thrown == null ? e : thrown;
        }
      }
      served = due.addAndGet(-served);
    }
    if (thrown != null) {
      throw thrown;
    }
  }
}

package dev.holdfast.client;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the tasks of one session one after the other, in the order they came, on virtual threads: a
 * task that waits holds up its own session alone. Safe for many threads.
 */
final class Mailbox {
  private final String name;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();

  /** Its threads have this name. */
  Mailbox(String name) {
    this.name = name;
  }

  /** Runs the task behind all others; it must not throw. */
  void put(Runnable task) {
    tasks.add(task);
    if (waiting.getAndIncrement() == 0) {
      Thread.ofVirtual().name(name).start(this::run);
    }
  }

  private void run() {
    do {
      var task = tasks.poll();
      if (task != null) {
        task.run();
      }
    } while (waiting.decrementAndGet() > 0);
  }
}

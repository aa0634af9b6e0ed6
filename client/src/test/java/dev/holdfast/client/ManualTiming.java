package dev.holdfast.client;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Clocks that stand still until a test moves them, beside sockets that are real: what a client does
 * without waiting takes no time at all.
 */
final class ManualTiming implements Timing {
  private record Timer(long atNanos, long order, Runnable task) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos).thenComparingLong(Timer::order));
  private long now = 1_000_000_000L;

  /** What is armed for a time until then is due. */
  private long movedTo = now;

  private long order;

  @Override
  public long nanoTime() {
    lock.lock();
    try {
      return now;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long wallMillis() {
    return 1_800_000_000_000L + nanoTime() / 1_000_000;
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    lock.lock();
    try {
      var timer = new Timer(atNanos, order++, task);
      timers.add(timer);
      // What is due by now must not wait for the next move.
      if (atNanos <= movedTo) {
        timers.remove(timer);
        now = Math.max(now, atNanos);
        task.run();
      }
      return () -> remove(timer);
    } finally {
      lock.unlock();
    }
  }

  private void remove(Timer timer) {
    lock.lock();
    try {
      timers.remove(timer);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Moves on by this much. All that is due fires at its own time, also what is only armed because
   * of that.
   */
  void advance(Duration span) {
    lock.lock();
    try {
      movedTo = now + span.toNanos();
    } finally {
      lock.unlock();
    }
    for (var due = next(); due != null; due = next()) {
      due.task().run();
    }
  }

  private @Nullable Timer next() {
    lock.lock();
    try {
      if (timers.isEmpty() || timers.peek().atNanos() > movedTo) {
        return null;
      }
      now = Math.max(now, timers.peek().atNanos());
      return timers.remove();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {}
}

package dev.holdfast.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;

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
      if (atNanos <= now) {
        timers.remove(timer);
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

  /** Moves on by this much at once, and fires all that is due. */
  void advance(Duration span) {
    var due = new ArrayList<Timer>();
    lock.lock();
    try {
      now += span.toNanos();
      while (!timers.isEmpty() && timers.peek().atNanos() <= now) {
        due.add(timers.remove());
      }
    } finally {
      lock.unlock();
    }
    due.forEach(timer -> timer.task().run());
  }

  @Override
  public void close() {}
}

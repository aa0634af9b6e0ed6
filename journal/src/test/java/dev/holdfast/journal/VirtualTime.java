package dev.holdfast.journal;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that moves only by hand or from one due task to the next. */
final class VirtualTime implements TimeSource, Scheduler, StoreUnderTest.Clock {
  private static final int TASKS_MAX = 1_000_000;

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::atNanos).thenComparingLong(Task::ordinal));
  private long now;
  private long ordinals;

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public void after(long nanos, Runnable task) {
    tasks.add(new Task(now + nanos, ordinals++, task));
  }

  @Override
  public void advance(Duration by) {
    now += by.toNanos();
  }

  /** Runs all tasks, and those that they bring. */
  void drain() {
    int count = 0;
    for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
      now = Math.max(now, task.atNanos());
      task.run().run();
      if (++count > TASKS_MAX) {
        throw new AssertionError("expected an end of the tasks, got more than " + TASKS_MAX);
      }
    }
  }

  private record Task(long atNanos, long ordinal, Runnable run) {}
}

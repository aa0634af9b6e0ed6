package dev.holdfast.simulator.world;

import dev.holdfast.journal.Scheduler;
import dev.holdfast.journal.TimeSource;
import java.util.PriorityQueue;

/**
 * The only clock of a run: tasks in the order of (time, order), and nothing happens in between.
 *
 * <p>A task belongs either to <em>our process</em> or to the rest of the world. While the process
 * is stopped, as by SIGSTOP, its tasks wait for the wake-up and those of the world go on, so that
 * what upstreams send piles up. After a wake-up timers may come before what is readable or after
 * it; a run knows one of the two.
 */
final class VirtualTime implements Scheduler, TimeSource {
  /** Keeps what waits for the wake-up in its own order, before or behind everything else. */
  private static final long APART = 1L << 60;

  private enum Kind {
    WORLD,
    OURS,
    TIMER
  }

  private record Task(long atNanos, long order, Kind kind, Runnable run)
      implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Task> tasks = new PriorityQueue<>(256);
  private final boolean timersFirst;
  private final long originNanos;
  private long nowNanos;
  private long stoppedUntilNanos = Long.MIN_VALUE;
  private long orders;
  private long steps;

  VirtualTime(long originNanos, boolean timersFirst) {
    this.originNanos = originNanos;
    this.nowNanos = originNanos;
    this.timersFirst = timersFirst;
  }

  @Override
  public long nanos() {
    return nowNanos;
  }

  /** Since the beginning of the run. */
  long sinceNanos() {
    return nowNanos - originNanos;
  }

  /** How many tasks have run. */
  long steps() {
    return steps;
  }

  /** A task of our process. */
  @Override
  public void after(long nanos, Runnable task) {
    add(nanos, Kind.OURS, task);
  }

  /** A timer of our process. */
  void timer(long nanos, Runnable task) {
    add(nanos, Kind.TIMER, task);
  }

  /** A task of everybody else. */
  void world(long nanos, Runnable task) {
    add(nanos, Kind.WORLD, task);
  }

  private void add(long nanos, Kind kind, Runnable task) {
    tasks.add(new Task(nowNanos + Math.max(nanos, 0), orders++, kind, task));
  }

  /** Nothing of ours runs for so long. */
  void stopProcess(long nanos) {
    stoppedUntilNanos = Math.max(stoppedUntilNanos, nowNanos + nanos);
  }

  /** Runs the next task; false if there is none, or none up to that time. */
  boolean step(long untilNanos) {
    while (true) {
      var task = tasks.peek();
      if (task == null || task.atNanos > untilNanos) {
        return false;
      }
      tasks.remove();
      if (task.kind != Kind.WORLD && task.atNanos < stoppedUntilNanos) {
        long apart = task.kind != Kind.TIMER ? APART : timersFirst ? -APART : 2 * APART;
        long order = Math.abs(task.order) >= APART / 2 ? task.order : task.order + apart;
        tasks.add(new Task(stoppedUntilNanos, order, task.kind, task.run));
        continue;
      }
      nowNanos = task.atNanos;
      steps++;
      task.run.run();
      return true;
    }
  }
}

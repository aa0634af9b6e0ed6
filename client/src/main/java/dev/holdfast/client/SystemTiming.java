package dev.holdfast.client;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's clocks, and one thread that fires timers. */
final class SystemTiming implements Timing {
  private final ScheduledThreadPoolExecutor timers =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            var thread = new Thread(task, "holdfast-timers");
            thread.setDaemon(true);
            return thread;
          });

  SystemTiming() {
    timers.setRemoveOnCancelPolicy(true);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    try {
      var timer =
          timers.schedule(task, Math.max(0, atNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      return () -> timer.cancel(false);
    } catch (RejectedExecutionException e) {
      // The client was closed, and its sessions with it: nothing waits for this timer any more.
      return () -> {};
    }
  }

  /** Timers that have not fired never do. */
  @Override
  public void close() {
    timers.shutdownNow();
  }
}

package dev.holdfast.journal;

/** Runs things later on its caller's own thread: an event loop's timer, or virtual time. */
@FunctionalInterface
public interface Scheduler {
  /** Runs the task once, not before so many nanoseconds have passed. */
  void after(long nanos, Runnable task);
}

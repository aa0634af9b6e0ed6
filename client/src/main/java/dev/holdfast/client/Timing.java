package dev.holdfast.client;

/** The clocks of a client; tests bring their own. Safe for many threads. */
interface Timing extends AutoCloseable {
  /** Monotonic nanoseconds. */
  long nanoTime();

  /** Milliseconds since 1970, for hints that are dates. */
  long wallMillis();

  /**
   * Runs a short task at that time, never earlier.
   *
   * @return takes it back, if it has not begun
   */
  Runnable schedule(long atNanos, Runnable task);

  @Override
  void close();
}

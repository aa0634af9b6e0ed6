package dev.holdfast.journal;

/** A store's clock. Safe for many threads. */
@FunctionalInterface
public interface TimeSource {
  /** Monotonic nanoseconds from an origin of its own; only differences have a meaning. */
  long nanos();
}

package dev.holdfast.engine.guard;

/** Calls of an upstream in flight, and the most there may be. Not safe for threads. */
final class Concurrency {
  private final int max;
  private int inFlight;

  Concurrency(int max) {
    this.max = max;
  }

  boolean free() {
    return inFlight < max;
  }

  void take() {
    if (!free()) {
      throw new IllegalStateException("expected fewer than " + max + " calls in flight");
    }
    inFlight++;
  }

  void release() {
    inFlight--;
  }

  int inFlight() {
    return inFlight;
  }
}

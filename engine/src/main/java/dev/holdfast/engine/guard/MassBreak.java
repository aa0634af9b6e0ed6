package dev.holdfast.engine.guard;

import java.util.ArrayDeque;

/**
 * Notices that many streams of an upstream broke within a second, and remembers it until one of its
 * continuations makes progress. Not safe for threads.
 */
final class MassBreak {
  private static final long WITHIN_NANOS = 1_000_000_000L;

  private final int streams;
  private final ArrayDeque<Long> breaks = new ArrayDeque<>();
  private boolean lasting;

  MassBreak(int streams) {
    this.streams = streams;
  }

  void broke(long nowNanos) {
    breaks.add(nowNanos);
    while (breaks.size() > streams || breaks.peek() < nowNanos - WITHIN_NANOS) {
      breaks.remove();
    }
    lasting |= breaks.size() >= streams;
  }

  void recovered() {
    lasting = false;
    breaks.clear();
  }

  boolean lasting() {
    return lasting;
  }
}

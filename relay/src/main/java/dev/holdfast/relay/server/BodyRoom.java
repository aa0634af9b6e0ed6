package dev.holdfast.relay.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the bodies which are still arriving may take together, so that a few callers who
 * send half of theirs can't end the process and everybody's sessions with it. Safe for many
 * threads.
 */
final class BodyRoom {
  private final long bytesMax;
  private final AtomicLong taken = new AtomicLong();

  BodyRoom(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /**
   * An eighth of the heap: a body is held twice while its buffer grows or is copied, and the
   * sessions may have a quarter. One body always has room.
   */
  static BodyRoom ofHeap(long heapBytesMax, long bodyBytesMax) {
    return new BodyRoom(Math.max(heapBytesMax / 8, bodyBytesMax));
  }

  /** Takes so many bytes; false, and nothing is taken, if there are not so many. */
  boolean take(int bytes) {
    if (taken.addAndGet(bytes) > bytesMax) {
      taken.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void release(int bytes) {
    taken.addAndGet(-bytes);
  }

  /** How many are left. */
  long left() {
    return bytesMax - taken.get();
  }
}

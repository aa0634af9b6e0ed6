package dev.holdfast.journal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * The account of a store's heap. Safe for many threads, and called under a session's lock: freeing
 * may take the lock of finished sessions' order, and never that of another session.
 */
final class MemoryRoom {
  private final long bytesMax;
  private final BooleanSupplier freeOldest;
  private final Object freeing;
  private final AtomicLong used = new AtomicLong();

  /**
   * @param freeing held while {@code freeOldest} runs
   * @param freeOldest drops one finished session and releases its bytes; false if there is none
   */
  MemoryRoom(long bytesMax, Object freeing, BooleanSupplier freeOldest) {
    this.bytesMax = bytesMax;
    this.freeing = freeing;
    this.freeOldest = freeOldest;
  }

  /** Takes so many bytes, at the cost of finished sessions; false if they can't make the room. */
  boolean take(long bytes) {
    if (taken(bytes)) {
      return true;
    }
    if (bytes > bytesMax) {
      return false;
    }
    // One thread at a time, else one might find nothing left to free while another still frees it.
    synchronized (freeing) {
      while (!taken(bytes)) {
        if (!freeOldest.getAsBoolean()) {
          return false;
        }
      }
    }
    return true;
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
  }

  long used() {
    return used.get();
  }

  long bytesMax() {
    return bytesMax;
  }

  private boolean taken(long bytes) {
    while (true) {
      long now = used.get();
      if (now + bytes > bytesMax) {
        return false;
      }
      if (used.compareAndSet(now, now + bytes)) {
        return true;
      }
    }
  }
}

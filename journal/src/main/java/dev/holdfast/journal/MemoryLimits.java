package dev.holdfast.journal;

import java.time.Duration;

/**
 * How much a {@link MemoryStore} keeps, and how long.
 *
 * @param sizeBytesMax heap for all sessions, requests and bookkeeping included; default a quarter
 *     of the heap. When it is reached the oldest finished session goes; a larger value leaves less
 *     for everything else
 * @param sessionBytesMax events of one session; default 64 MB. A live session that would pass it
 *     fails
 * @param keep how long a finished session can be read; default 1 h
 * @param abandon a live session that nobody wrote to or claimed for so long is dropped; default 2
 *     h, twice the longest answer. Below the longest silence of an upstream it kills healthy
 *     sessions
 * @param pin how long a follower may go on reading a session after its time; default 10 min. Longer
 *     lets slow readers hold memory
 */
public record MemoryLimits(
    long sizeBytesMax, long sessionBytesMax, Duration keep, Duration abandon, Duration pin) {
  private static final Duration PIN_DEFAULT = Duration.ofMinutes(10);

  /**
   * @throws IllegalArgumentException if a value is not positive
   */
  public MemoryLimits {
    if (sizeBytesMax <= 0 || sessionBytesMax <= 0) {
      throw new IllegalArgumentException(
          "expected sizes above 0, got " + sizeBytesMax + " and " + sessionBytesMax);
    }
    if (!keep.isPositive() || !abandon.isPositive() || pin.isNegative()) {
      throw new IllegalArgumentException(
          "expected durations above 0, got " + keep + ", " + abandon + " and " + pin);
    }
  }

  /** The limits with the usual time for followers. */
  public MemoryLimits(long sizeBytesMax, long sessionBytesMax, Duration keep, Duration abandon) {
    this(sizeBytesMax, sessionBytesMax, keep, abandon, PIN_DEFAULT);
  }

  /** The defaults for a process with this much heap. */
  public static MemoryLimits ofHeap(long heapBytes) {
    return new MemoryLimits(heapBytes / 4, 64 << 20, Duration.ofHours(1), Duration.ofHours(2));
  }

  /** The same with another size of the whole. */
  public MemoryLimits withSizeBytesMax(long bytes) {
    return new MemoryLimits(bytes, sessionBytesMax, keep, abandon, pin);
  }

  /** The same with another share of one session. */
  public MemoryLimits withSessionBytesMax(long bytes) {
    return new MemoryLimits(sizeBytesMax, bytes, keep, abandon, pin);
  }

  /** The same with another time after finish. */
  public MemoryLimits withKeep(Duration newKeep) {
    return new MemoryLimits(sizeBytesMax, sessionBytesMax, newKeep, abandon, pin);
  }

  /** The same with another time without writes. */
  public MemoryLimits withAbandon(Duration newAbandon) {
    return new MemoryLimits(sizeBytesMax, sessionBytesMax, keep, newAbandon, pin);
  }

  /** The same with another time for followers. */
  public MemoryLimits withPin(Duration newPin) {
    return new MemoryLimits(sizeBytesMax, sessionBytesMax, keep, abandon, newPin);
  }
}

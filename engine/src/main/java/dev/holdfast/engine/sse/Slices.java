package dev.holdfast.engine.sse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Searches and comparisons over parts of byte arrays. */
final class Slices {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Slices() {}

  static boolean equal(byte[] array, int from, int to, byte[] other) {
    return Arrays.equals(array, from, to, other, 0, other.length);
  }

  /**
   * The offset of the first CR or LF in {@code [from, to)}, or {@code to} when there is none.
   *
   * <p>Eight bytes a step: subtracting 0x0E from each byte borrows into the high bit for bytes
   * below 0x0E, which in text are line ends and, rarely, a tab. The lowest marked byte is exact;
   * marks above it may be a borrow passed on, and are looked at again.
   */
  static int lineEnd(byte[] array, int from, int to) {
    int at = from;
    while (at <= to - Long.BYTES) {
      long word = (long) LONG.get(array, at);
      long low = (word - ONES * 0x0E) & ~word & HIGH_BITS;
      if (low == 0) {
        at += Long.BYTES;
        continue;
      }
      at += Long.numberOfTrailingZeros(low) >>> 3;
      if (isLineEnd(array[at])) {
        return at;
      }
      at++;
    }
    while (at < to && !isLineEnd(array[at])) {
      at++;
    }
    return at;
  }

  private static boolean isLineEnd(byte b) {
    return b == '\n' || b == '\r';
  }
}

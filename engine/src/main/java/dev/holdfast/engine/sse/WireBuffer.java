package dev.holdfast.engine.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growable run of bytes to be put on the wire. Reusable by {@link #clear}; not thread-safe. */
public final class WireBuffer {
  private byte[] array;
  private int length;

  /** An empty buffer with room for {@code bytes} bytes before it grows. */
  public WireBuffer(int bytes) {
    array = new byte[bytes];
  }

  /** The array behind the buffer, up to {@link #length} in use; replaced when the buffer grows. */
  public byte[] array() {
    return array;
  }

  /** Bytes written since creation or {@link #clear}. */
  public int length() {
    return length;
  }

  /** Forgets what was written and keeps the room. */
  public void clear() {
    length = 0;
  }

  /** A copy of what was written. */
  public byte[] toByteArray() {
    return Arrays.copyOf(array, length);
  }

  boolean endsWith(char ascii) {
    return length > 0 && array[length - 1] == ascii;
  }

  /** Appends one byte, given as an ASCII character. */
  public void append(char ascii) {
    if (ascii > 0x7F) {
      throw new IllegalArgumentException("expected ASCII, came U+" + Integer.toHexString(ascii));
    }
    room(1);
    array[length++] = (byte) ascii;
  }

  /** Appends {@code [from, to)} of an array. */
  public void append(byte[] bytes, int from, int to) {
    int count = to - from;
    room(count);
    System.arraycopy(bytes, from, array, length, count);
    length += count;
  }

  /** Appends text as UTF-8. */
  public void append(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    append(bytes, 0, bytes.length);
  }

  /** Appends a number in decimal, without garbage. */
  public void append(long number) {
    if (number < 0) {
      append(Long.toString(number));
      return;
    }
    int digits = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    room(digits);
    long rest = number;
    for (int at = length + digits - 1; at >= length; at--) {
      array[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
  }

  private void room(int more) {
    int needed = Math.addExact(length, more);
    if (needed > array.length) {
      int doubled = (int) Math.min(array.length * 2L, Integer.MAX_VALUE - 8);
      array = Arrays.copyOf(array, Math.max(64, Math.max(needed, doubled)));
    }
  }
}

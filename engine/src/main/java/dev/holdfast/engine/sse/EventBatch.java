package dev.holdfast.engine.sse;

import java.util.Arrays;

/**
 * A run of numbered events, each a slice of an array that somebody else owns. The machine fills one
 * and uses it again and again, so it is valid only until the machine's next fact: a store copies
 * what it keeps before its {@code append} returns. A store's reads fill one in the same way.
 *
 * <p>The bytes of an event are its whole block with the blank line, without an {@code id:} line:
 * numbers are written where the events leave the process.
 */
public final class EventBatch {
  private byte[][] arrays = new byte[16][];
  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private long first = 1;
  private int count;
  private long bytes;

  /** Forgets all events; the next one added has this number. */
  public void reset(long firstNumber) {
    Arrays.fill(arrays, 0, count, null);
    first = firstNumber;
    count = 0;
    bytes = 0;
  }

  /** Adds the slice {@code [start, end)}, which has the next number. */
  public void add(byte[] array, int start, int end) {
    if (count == starts.length) {
      arrays = Arrays.copyOf(arrays, count * 2);
      starts = Arrays.copyOf(starts, count * 2);
      ends = Arrays.copyOf(ends, count * 2);
    }
    arrays[count] = array;
    starts[count] = start;
    ends[count] = end;
    count++;
    bytes += end - start;
  }

  /** The number of the first event, if there is one. */
  public long first() {
    return first;
  }

  /** The number of the last event; {@code first() - 1} if there is none. */
  public long last() {
    return first + count - 1;
  }

  public int count() {
    return count;
  }

  /** The sum of the lengths of all slices. */
  public long bytes() {
    return bytes;
  }

  /** The array of the i-th event, 0 to {@code count() - 1}; not to be written to. */
  public byte[] array(int i) {
    return arrays[check(i)];
  }

  public int start(int i) {
    return starts[check(i)];
  }

  public int end(int i) {
    return ends[check(i)];
  }

  private int check(int i) {
    if (i >= count) {
      throw new IndexOutOfBoundsException("expected an event below " + count + ", got " + i);
    }
    return i;
  }
}

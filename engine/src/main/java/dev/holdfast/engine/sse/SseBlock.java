package dev.holdfast.engine.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One complete block of an event stream: the bytes to hand on, and where its data and name lie.
 *
 * <p>There is one instance per decoder. Its accessors are valid during {@link SseSink#block} only;
 * the arrays they return may be read, never written, until the next call of {@link
 * SseDecoder#feed}.
 */
public final class SseBlock {
  private byte[] bytes = SseDecoder.NOTHING;
  private int start;
  private int end;
  private byte[] data = SseDecoder.NOTHING;
  private int dataStart;
  private int dataEnd;
  private byte[] source = SseDecoder.NOTHING;
  private int nameStart;
  private int nameEnd;
  private byte[] lastNameBytes = SseDecoder.NOTHING;
  private String lastName = "";

  SseBlock() {}

  /** The array that holds the normalised block. */
  public byte[] bytes() {
    return bytes;
  }

  /** Offset in {@link #bytes()} of the block's first byte. */
  public int start() {
    return start;
  }

  /** Offset in {@link #bytes()} after the block's last byte, its blank line included. */
  public int end() {
    return end;
  }

  /** The array that holds the data value; not always the array of {@link #bytes()}. */
  public byte[] data() {
    return data;
  }

  /** Offset in {@link #data()} of the value's first byte. */
  public int dataStart() {
    return dataStart;
  }

  /** Offset in {@link #data()} after the value's last byte. */
  public int dataEnd() {
    return dataEnd;
  }

  /**
   * The event's name, {@code ""} when the block has none. Allocates only for a name that is neither
   * well known nor the one read before.
   */
  public String event() {
    int length = nameEnd - nameStart;
    if (length == 0) {
      return "";
    }
    if (!Slices.equal(source, nameStart, nameEnd, lastNameBytes)) {
      String known = EventNames.find(source, nameStart, nameEnd);
      lastName =
          known != null ? known : new String(source, nameStart, length, StandardCharsets.UTF_8);
      lastNameBytes =
          known != null
              ? EventNames.bytesOf(known)
              : Arrays.copyOfRange(source, nameStart, nameEnd);
    }
    return lastName;
  }

  void bytes(byte[] array, int from, int to) {
    bytes = array;
    start = from;
    end = to;
  }

  void data(byte[] array, int from, int to) {
    data = array;
    dataStart = from;
    dataEnd = to;
  }

  void name(byte[] array, int from, int to) {
    source = array;
    nameStart = from;
    nameEnd = to;
  }
}

package dev.holdfast.engine.dialect.chat;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Decodes the text of JSON strings that {@link ChatScanner} found well-formed.
 *
 * <p>Halves of surrogate pairs come out as they were written: providers split one over two chunks,
 * and the halves meet again in the transcript.
 */
final class ChatText {
  private ChatText() {}

  /** The text of a string slice, between its quotes. */
  static String decode(byte[] bytes, int from, int to) {
    Objects.checkFromToIndex(from, to, bytes.length);
    if (JsonBytes.skipPlain(bytes, from, to) == to) {
      return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
    StringBuilder text = new StringBuilder(to - from);
    append(text, bytes, from, to);
    return text.toString();
  }

  /**
   * Appends the text of a string slice, between its quotes.
   *
   * @throws IndexOutOfBoundsException if the range is not inside the array, or ends inside an
   *     escape or a character at the end of the array; what else is malformed gives other text
   */
  static void append(StringBuilder text, byte[] bytes, int from, int to) {
    Objects.checkFromToIndex(from, to, bytes.length);
    int at = from;
    while (at < to) {
      byte b = bytes[at];
      if (b == '\\') {
        boolean hex = bytes[at + 1] == 'u';
        text.append(hex ? (char) JsonBytes.hex4(bytes, at + 2) : JsonBytes.escaped(bytes[at + 1]));
        at += hex ? 6 : 2;
      } else if (b >= 0) {
        text.append((char) b);
        at++;
      } else {
        int length = Math.max(2, JsonBytes.wideLength(b));
        if (length == 4) {
          appendPair(text, bytes, at);
        } else {
          text.append(JsonBytes.wideChar(bytes, at, length));
        }
        at += length;
      }
    }
  }

  private static void appendPair(StringBuilder text, byte[] bytes, int at) {
    int c =
        ((bytes[at] & 0x07) << 18
                | (bytes[at + 1] & 0x3F) << 12
                | (bytes[at + 2] & 0x3F) << 6
                | (bytes[at + 3] & 0x3F))
            - 0x10000;
    text.append((char) (0xD800 | (c >> 10))).append((char) (0xDC00 | (c & 0x3FF)));
  }
}

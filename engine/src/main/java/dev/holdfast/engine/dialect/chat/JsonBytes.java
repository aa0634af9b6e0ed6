package dev.holdfast.engine.dialect.chat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The bytes of JSON strings: what the scanner, the words and the text decoder share. */
final class JsonBytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private JsonBytes() {}

  /**
   * The offset of the first byte in {@code [from, to)} that is a quote, a backslash, a control or
   * beyond ASCII; {@code to} when there is none.
   *
   * <p>Eight bytes a step. A byte borrows into its high bit when it is below 0x20, or equal to one
   * of the two characters that were xor-ed to zero. The lowest marked byte is exact.
   */
  static int skipPlain(byte[] bytes, int from, int to) {
    int at = from;
    while (at <= to - Long.BYTES) {
      long word = (long) LONG.get(bytes, at);
      long marks =
          ((word - ONES * 0x20)
                  | ((word ^ ONES * '"') - ONES)
                  | ((word ^ ONES * '\\') - ONES)
                  | word)
              & HIGH_BITS;
      if (marks != 0) {
        return at + (Long.numberOfTrailingZeros(marks) >>> 3);
      }
      at += Long.BYTES;
    }
    while (at < to && bytes[at] >= 0x20 && bytes[at] != '"' && bytes[at] != '\\') {
      at++;
    }
    return at;
  }

  /** The eight bytes at an offset, the first one lowest. */
  static long word(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  /** The first {@code length} bytes, at most eight, as {@link #word} has them, zeros above. */
  static long head(byte[] bytes, int at, int length) {
    if (length >= Long.BYTES) {
      return word(bytes, at);
    }
    if (at <= bytes.length - Long.BYTES) {
      return word(bytes, at) & -1L >>> (Long.SIZE - Byte.SIZE * length);
    }
    long head = 0;
    for (int i = length - 1; i >= 0; i--) {
      head = head << Byte.SIZE | (bytes[at + i] & 0xFF);
    }
    return head;
  }

  /** The value of four hexadecimal digits; negative when one of them is none. */
  static int hex4(byte[] bytes, int at) {
    return hex(bytes[at]) << 12
        | hex(bytes[at + 1]) << 8
        | hex(bytes[at + 2]) << 4
        | hex(bytes[at + 3]);
  }

  private static int hex(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int letter = b | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
  }

  /**
   * Bytes of the character that begins with this byte beyond ASCII, by its high bits alone; 0 when
   * none begins so. Jackson looks no closer, so sequences longer than needed pass.
   */
  static int wideLength(byte lead) {
    if ((lead & 0xE0) == 0xC0) {
      return 2;
    }
    if ((lead & 0xF0) == 0xE0) {
      return 3;
    }
    return (lead & 0xF8) == 0xF0 ? 4 : 0;
  }

  /** The char of a well-formed two- or three-byte sequence. */
  static char wideChar(byte[] bytes, int at, int length) {
    int c =
        length == 2
            ? (bytes[at] & 0x1F) << 6 | (bytes[at + 1] & 0x3F)
            : (bytes[at] & 0x0F) << 12 | (bytes[at + 1] & 0x3F) << 6 | (bytes[at + 2] & 0x3F);
    return (char) c;
  }

  /** The character that a backslash and this byte stand for; for {@code u} see {@link #hex4}. */
  static char escaped(byte b) {
    return switch (b) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> (char) b;
    };
  }

  /**
   * Bytes in UTF-8 of a name whose string is well-formed; negative when Jackson refuses it. It
   * looks closer at names than at other strings: no sequence longer than needed, none beyond the
   * last code point, and no half of a surrogate pair alone.
   */
  static int nameBytes(byte[] bytes, int from, int to) {
    int count = 0;
    int at = from;
    while (at < to) {
      byte b = bytes[at];
      if (b >= 0 && b != '\\') {
        at++;
        count++;
      } else if (b < 0) {
        int length = wideLength(b);
        if (!isShortest(b, bytes[at + 1] & 0xFF)) {
          return -1;
        }
        at += length;
        count += length;
      } else if (bytes[at + 1] != 'u') {
        at += 2;
        count++;
      } else {
        char c = (char) hex4(bytes, at + 2);
        at += 6;
        if (Character.isLowSurrogate(c)) {
          return -1;
        }
        if (Character.isHighSurrogate(c)) {
          boolean paired =
              at < to
                  && bytes[at] == '\\'
                  && bytes[at + 1] == 'u'
                  && Character.isLowSurrogate((char) hex4(bytes, at + 2));
          if (!paired) {
            return -1;
          }
          at += 6;
          count += 4;
        } else {
          count += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
        }
      }
    }
    return count;
  }

  /** Whether the first two bytes begin a code point in its shortest form, surrogates excluded. */
  private static boolean isShortest(byte lead, int second) {
    return switch (lead & 0xFF) {
      case 0xC0, 0xC1, 0xF5, 0xF6, 0xF7 -> false;
      case 0xE0 -> second >= 0xA0;
      case 0xED -> second < 0xA0;
      case 0xF0 -> second >= 0x90;
      case 0xF4 -> second < 0x90;
      default -> true;
    };
  }

  /**
   * Decodes a well-formed string's text if it is ASCII throughout and fits.
   *
   * @return the number of bytes written to the start of {@code out}; negative when it does not
   */
  static int decodeAscii(byte[] bytes, int from, int to, byte[] out) {
    int length = 0;
    int at = from;
    while (at < to) {
      byte b = bytes[at];
      int c;
      if (b == '\\') {
        boolean hex = bytes[at + 1] == 'u';
        c = hex ? hex4(bytes, at + 2) : escaped(bytes[at + 1]);
        at += hex ? 6 : 2;
      } else if (b >= 0) {
        c = b;
        at++;
      } else {
        int wide = wideLength(b);
        if (wide == 4) {
          return -1;
        }
        c = wideChar(bytes, at, wide);
        at += wide;
      }
      if (c >= 0x80 || length == out.length) {
        return -1;
      }
      out[length++] = (byte) c;
    }
    return length;
  }
}

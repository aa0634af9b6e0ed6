package dev.holdfast.engine.dialect.chat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Locale;

/** The keys that some level of a chunk asks for. */
enum Key {
  ID,
  ROLE,
  TYPE,
  TEXT,
  ERROR,
  USAGE,
  MODEL,
  INDEX,
  DELTA,
  AUDIO,
  OBJECT,
  X_GROQ,
  CREATED,
  CHOICES,
  CONTENT,
  REFUSAL,
  LOGPROBS,
  THINKING,
  REASONING,
  CITATIONS,
  TOOL_CALLS,
  ANNOTATIONS,
  FINISH_REASON,
  FUNCTION_CALL,
  REASONING_CONTENT,
  REASONING_DETAILS,
  SYSTEM_FINGERPRINT,
  NATIVE_FINISH_REASON,
  /** Any other. */
  UNKNOWN;

  /** Three words of eight bytes, the last two overlapping, tell keys of up to this length. */
  private static final int LENGTH_MAX = 24;

  private static final Key[][] BY_LENGTH = new Key[LENGTH_MAX + 1][];

  static {
    for (int length = 0; length <= LENGTH_MAX; length++) {
      int wanted = length;
      BY_LENGTH[length] =
          Arrays.stream(values())
              .filter(key -> key != UNKNOWN && key.name().length() == wanted)
              .toArray(Key[]::new);
    }
  }

  private final long head;
  private final long middle;
  private final long tail;

  Key() {
    byte[] text = name().toLowerCase(Locale.ROOT).getBytes(US_ASCII);
    head = JsonBytes.head(text, 0, text.length);
    middle = middle(text, 0, text.length);
    tail = tail(text, text.length);
  }

  /** The key with this text, which must not be escaped. */
  static Key of(byte[] bytes, int start, int end) {
    int length = end - start;
    if (length > LENGTH_MAX) {
      return UNKNOWN;
    }
    Key[] candidates = BY_LENGTH[length];
    if (candidates.length == 0) {
      return UNKNOWN;
    }
    long head = JsonBytes.head(bytes, start, length);
    for (Key key : candidates) {
      if (key.head == head
          && (length <= Long.BYTES
              || (key.tail == tail(bytes, end) && key.middle == middle(bytes, start, length)))) {
        return key;
      }
    }
    return UNKNOWN;
  }

  private static long middle(byte[] bytes, int start, int length) {
    return length > 2 * Long.BYTES ? JsonBytes.word(bytes, start + Long.BYTES) : 0;
  }

  private static long tail(byte[] bytes, int end) {
    return end >= Long.BYTES ? JsonBytes.word(bytes, end - Long.BYTES) : 0;
  }
}

package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.dialect.chat.ChatChunk.ErrorPlace;
import dev.holdfast.engine.dialect.chat.ChatChunk.Field;
import dev.holdfast.engine.dialect.chat.ChatChunk.Finish;
import java.util.Objects;

/**
 * Reads the few fields that matter out of a chat chunk, without making objects.
 *
 * <p>A tokenizer of all of JSON in one pass: keys in any order and however escaped, text that holds
 * JSON, keys written twice. It accepts exactly what Jackson 3 accepts from bytes in UTF-8 with its
 * default settings (nesting to 500, numbers to 1,000 digits, names to 50,000 bytes; also a byte
 * order mark, and sequences of UTF-8 longer than needed), so that the whole engine agrees on what
 * is malformed. Jackson's limit on the length of texts is not looked at: it lies above any block
 * that is let in. UTF-16 and UTF-32, which Jackson would detect, are malformed here.
 *
 * <p>Each scanner owns one {@link ChatChunk} and some scratch space. Not thread-safe.
 *
 * <p>The shape is a descent by level: the same loop walks every object, and {@link #member} decides
 * by level and key what a value means. What no level asks for is walked and forgotten.
 *
 * <p>One file because the states of one tokenizer call each other on every byte.
 */
public final class ChatScanner {
  private static final int NESTING_MAX = 500;
  private static final int NUMBER_DIGITS_MAX = 1_000;
  private static final int NAME_BYTES_MAX = 50_000;

  /** What the private readers return in place of an offset: the input is not JSON. */
  private static final int MALFORMED = -1;

  /** What an object means by where it stands. */
  private enum Level {
    TOP,
    GROQ,
    CHOICE,
    DELTA,
    PART,
    THOUGHT,
    OTHER
  }

  private static final byte[] NOTHING = {};

  private final ChatChunk chunk = new ChatChunk();
  private final byte[] scratch = new byte[64];
  private byte[] bytes = NOTHING;
  private int to;

  /** The string read last has neither an escape nor a byte beyond ASCII. */
  private boolean plain;

  private int groqErrorStart;
  private int groqErrorEnd;
  private boolean groqError;
  private boolean objectSaysError;

  /** Slots of the choice being read. */
  private int choice;

  // The content part being read.
  private boolean partIsText;
  private boolean partIsThinking;
  private boolean partText;
  private boolean partThinking;
  private boolean thoughtText;

  /**
   * Scans {@code [from, to)} as one chunk.
   *
   * @return the scanner's own chunk, valid until the next scan and while the array keeps its bytes
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public ChatChunk scan(byte[] data, int from, int to) {
    Objects.checkFromToIndex(from, to, data.length);
    this.bytes = data;
    this.to = to;
    groqError = false;
    objectSaysError = false;
    chunk.clear(data);

    int start = skipWhite(skipMark(from));
    boolean object = start < to && data[start] == '{';
    int end = object ? object(start + 1, 1, Level.TOP) : value(start, 0);
    if (end == MALFORMED || skipWhite(end) != to) {
      chunk.clear(data);
      return chunk;
    }
    chunk.wellFormed = true;
    chunk.object = object;
    placeError(start, end);
    return chunk;
  }

  private void placeError(int start, int end) {
    if (chunk.has(Field.ERROR)) {
      chunk.errorPlace = ErrorPlace.TOP;
    } else if (groqError) {
      chunk.errorPlace = ErrorPlace.X_GROQ;
      chunk.put(Field.ERROR, groqErrorStart, groqErrorEnd);
    } else if (objectSaysError) {
      chunk.errorPlace = ErrorPlace.FLAT;
      chunk.put(Field.ERROR, start, end);
    }
  }

  /** Walks an object from after its brace; returns the offset after its closing one. */
  private int object(int from, int depth, Level level) {
    if (depth > NESTING_MAX) {
      return MALFORMED;
    }
    int at = skipWhite(from);
    if (at < to && bytes[at] == '}') {
      return at + 1;
    }
    while (at < to && bytes[at] == '"') {
      int keyStart = at + 1;
      int keyEnd = string(keyStart);
      if (keyEnd == MALFORMED || !isName(keyStart, keyEnd)) {
        return MALFORMED;
      }
      Key key = level == Level.OTHER ? Key.UNKNOWN : key(keyStart, keyEnd);
      at = skipWhite(keyEnd + 1);
      if (at >= to || bytes[at] != ':') {
        return MALFORMED;
      }
      at = skipWhite(at + 1);
      at = key == Key.UNKNOWN ? value(at, depth) : member(level, key, at, depth);
      if (at == MALFORMED) {
        return MALFORMED;
      }
      at = skipWhite(at);
      if (at >= to) {
        return MALFORMED;
      }
      if (bytes[at] == '}') {
        return at + 1;
      }
      if (bytes[at] != ',') {
        return MALFORMED;
      }
      at = skipWhite(at + 1);
    }
    return MALFORMED;
  }

  /** Walks an array from after its bracket; {@code level} is that of the objects in it. */
  private int array(int from, int depth, Level level) {
    if (depth > NESTING_MAX) {
      return MALFORMED;
    }
    int at = skipWhite(from);
    if (at < to && bytes[at] == ']') {
      return at + 1;
    }
    while (true) {
      boolean element = level != Level.OTHER && at < to && bytes[at] == '{';
      at = element ? element(level, at, depth) : value(at, depth);
      if (at == MALFORMED) {
        return MALFORMED;
      }
      at = skipWhite(at);
      if (at >= to) {
        return MALFORMED;
      }
      if (bytes[at] == ']') {
        return at + 1;
      }
      if (bytes[at] != ',') {
        return MALFORMED;
      }
      at = skipWhite(at + 1);
    }
  }

  private int element(Level level, int at, int depth) {
    return switch (level) {
      case CHOICE -> {
        choice = chunk.addChoice();
        yield object(at + 1, depth + 1, level);
      }
      case PART -> part(at, depth);
      case THOUGHT -> {
        thoughtText = false;
        int end = object(at + 1, depth + 1, level);
        partThinking |= thoughtText;
        yield end;
      }
      case TOP, GROQ, DELTA, OTHER -> throw new IllegalStateException("no array holds " + level);
    };
  }

  private int part(int at, int depth) {
    partIsText = false;
    partIsThinking = false;
    partText = false;
    partThinking = false;
    int end = object(at + 1, depth + 1, Level.PART);
    if (partIsText && partText) {
      set(ChatChunk.CONTENT, true);
    } else if (partIsThinking && partThinking) {
      set(ChatChunk.THINKING_PART, true);
    }
    return end;
  }

  private int member(Level level, Key key, int at, int depth) {
    return switch (level) {
      case TOP -> topMember(key, at, depth);
      case CHOICE -> choiceMember(key, at, depth);
      case DELTA -> deltaMember(key, at, depth);
      case GROQ -> groqMember(key, at, depth);
      case PART -> partMember(key, at, depth);
      case THOUGHT -> thoughtMember(key, at, depth);
      case OTHER -> value(at, depth);
    };
  }

  private int topMember(Key key, int at, int depth) {
    if (key == Key.CHOICES) {
      return choices(at, depth);
    }
    if (key == Key.X_GROQ) {
      groqError = false;
      return at < to && bytes[at] == '{' ? object(at + 1, depth + 1, Level.GROQ) : value(at, depth);
    }
    int end = value(at, depth);
    if (end == MALFORMED) {
      return MALFORMED;
    }
    switch (key) {
      case ID -> chunk.put(Field.ID, at, end);
      case CREATED -> chunk.put(Field.CREATED, at, end);
      case MODEL -> chunk.put(Field.MODEL, at, end);
      case SYSTEM_FINGERPRINT -> chunk.put(Field.SYSTEM_FINGERPRINT, at, end);
      case OBJECT -> {
        chunk.put(Field.OBJECT, at, end);
        objectSaysError = isText(at) && says(Words.ERROR, at + 1, end - 1);
      }
      case ERROR -> putOrRemove(Field.ERROR, truthy(at, end), at, end);
      case USAGE -> putOrRemove(Field.USAGE, bytes[at] == '{', at, end);
      default -> {}
    }
    return end;
  }

  private int choices(int at, int depth) {
    chunk.choiceCount = 0;
    boolean list = at < to && bytes[at] == '[';
    int end = list ? array(at + 1, depth + 1, Level.CHOICE) : value(at, depth);
    putOrRemove(Field.CHOICES, list, at, end);
    return end;
  }

  private int groqMember(Key key, int at, int depth) {
    int end = value(at, depth);
    if (key == Key.ERROR && end != MALFORMED) {
      groqError = truthy(at, end);
      groqErrorStart = at;
      groqErrorEnd = end;
    }
    return end;
  }

  private int choiceMember(Key key, int at, int depth) {
    if (key == Key.DELTA) {
      boolean object = at < to && bytes[at] == '{';
      set(ChatChunk.DELTA_FLAGS, false);
      set(ChatChunk.DELTA, object);
      return object ? object(at + 1, depth + 1, Level.DELTA) : value(at, depth);
    }
    int end = value(at, depth);
    if (end == MALFORMED) {
      return MALFORMED;
    }
    switch (key) {
      case INDEX -> chunk.slots[choice + ChatChunk.INDEX] = intOrZero(at, end);
      case FINISH_REASON -> {
        Finish finish = isText(at) ? finish(at + 1, end - 1) : Finish.NONE;
        chunk.finish(choice, finish);
        slice(ChatChunk.FINISH_START, at + 1, end - 1);
      }
      case NATIVE_FINISH_REASON ->
          set(ChatChunk.NATIVE_ERROR, isText(at) && says(Words.ERROR, at + 1, end - 1));
      case LOGPROBS -> set(ChatChunk.LOGPROBS, bytes[at] != 'n');
      case ERROR -> {
        set(ChatChunk.CHOICE_ERROR, truthy(at, end));
        slice(ChatChunk.ERROR_START, at, end);
      }
      default -> {}
    }
    return end;
  }

  private int deltaMember(Key key, int at, int depth) {
    if (key == Key.CONTENT) {
      return content(at, depth);
    }
    int end = value(at, depth);
    if (end == MALFORMED) {
      return MALFORMED;
    }
    switch (key) {
      case ROLE -> set(ChatChunk.ROLE, isText(at));
      case REASONING_CONTENT ->
          text(ChatChunk.REASONING_CONTENT, ChatChunk.REASONING_CONTENT_START, at, end);
      case REASONING -> text(ChatChunk.REASONING, ChatChunk.REASONING_START, at, end);
      case REASONING_DETAILS -> set(ChatChunk.REASONING_DETAILS, isNonEmptyArray(at));
      case REFUSAL -> text(ChatChunk.REFUSAL, ChatChunk.REFUSAL_START, at, end);
      case TOOL_CALLS -> set(ChatChunk.TOOL_CALLS, isNonEmptyArray(at));
      case FUNCTION_CALL -> set(ChatChunk.FUNCTION_CALL, bytes[at] == '{');
      case AUDIO -> set(ChatChunk.AUDIO, bytes[at] != 'n');
      case ANNOTATIONS -> set(ChatChunk.ANNOTATIONS, isNonEmptyArray(at));
      case CITATIONS -> set(ChatChunk.CITATIONS, isNonEmptyArray(at));
      default -> {}
    }
    return end;
  }

  private int content(int at, int depth) {
    set(
        ChatChunk.CONTENT
            | ChatChunk.CONTENT_TEXT
            | ChatChunk.CONTENT_PARTS
            | ChatChunk.THINKING_PART,
        false);
    if (at < to && bytes[at] == '[') {
      int end = array(at + 1, depth + 1, Level.PART);
      set(ChatChunk.CONTENT_PARTS, true);
      slice(ChatChunk.CONTENT_START, at, end);
      return end;
    }
    int end = value(at, depth);
    if (end != MALFORMED && isText(at)) {
      set(ChatChunk.CONTENT_TEXT, true);
      text(ChatChunk.CONTENT, ChatChunk.CONTENT_START, at, end);
    }
    return end;
  }

  private int partMember(Key key, int at, int depth) {
    if (key == Key.THINKING) {
      partThinking = false;
      if (at < to && bytes[at] == '[') {
        return array(at + 1, depth + 1, Level.THOUGHT);
      }
    }
    int end = value(at, depth);
    if (end == MALFORMED) {
      return MALFORMED;
    }
    switch (key) {
      case TYPE -> {
        partIsText = isText(at) && says(Words.TEXT, at + 1, end - 1);
        partIsThinking = isText(at) && says(Words.THINKING, at + 1, end - 1);
      }
      case TEXT -> partText = isText(at) && end - at > 2;
      case THINKING -> partThinking = isText(at) && end - at > 2;
      default -> {}
    }
    return end;
  }

  private int thoughtMember(Key key, int at, int depth) {
    int end = value(at, depth);
    if (key == Key.TEXT && end != MALFORMED) {
      thoughtText = isText(at) && end - at > 2;
    }
    return end;
  }

  private boolean isText(int at) {
    return bytes[at] == '"';
  }

  private boolean isNonEmptyArray(int at) {
    return bytes[at] == '[' && bytes[skipWhite(at + 1)] != ']';
  }

  /** Whether the well-formed value counts as an error: see {@link ChatChunk#hasError}. */
  private boolean truthy(int at, int end) {
    return switch (bytes[at]) {
      case '{', 't' -> true;
      case '[' -> isNonEmptyArray(at);
      case '"' -> end - at > 2;
      case 'f', 'n' -> false;
      default -> isNonZero(at, end);
    };
  }

  private boolean isNonZero(int from, int end) {
    for (int at = from; at < end && bytes[at] != 'e' && bytes[at] != 'E'; at++) {
      if (bytes[at] >= '1' && bytes[at] <= '9') {
        return true;
      }
    }
    return false;
  }

  private int intOrZero(int from, int end) {
    boolean negative = bytes[from] == '-';
    long number = 0;
    for (int at = negative ? from + 1 : from; at < end; at++) {
      int digit = bytes[at] - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      number = number * 10 + digit;
      if (number > -(long) Integer.MIN_VALUE) {
        return 0;
      }
    }
    long signed = negative ? -number : number;
    return signed == (int) signed ? (int) signed : 0;
  }

  private void text(int flag, int startSlot, int at, int end) {
    set(flag, isText(at) && end - at > 2);
    slice(startSlot, at + 1, end - 1);
  }

  private void slice(int startSlot, int start, int end) {
    chunk.slots[choice + startSlot] = start;
    chunk.slots[choice + startSlot + 1] = end;
  }

  private void set(int flags, boolean on) {
    int slot = choice + ChatChunk.FLAGS;
    chunk.slots[slot] = on ? chunk.slots[slot] | flags : chunk.slots[slot] & ~flags;
  }

  private void putOrRemove(Field field, boolean put, int start, int end) {
    if (put) {
      chunk.put(field, start, end);
    } else {
      chunk.remove(field);
    }
  }

  // Tokens.

  private int value(int at, int depth) {
    if (at >= to) {
      return MALFORMED;
    }
    return switch (bytes[at]) {
      case '"' -> {
        int end = string(at + 1);
        yield end == MALFORMED ? MALFORMED : end + 1;
      }
      case '{' -> object(at + 1, depth + 1, Level.OTHER);
      case '[' -> array(at + 1, depth + 1, Level.OTHER);
      case 'n' -> literal(at, 'u', 'l', 'l');
      case 't' -> literal(at, 'r', 'u', 'e');
      case 'f' -> at + 1 < to && bytes[at + 1] == 'a' ? literal(at + 1, 'l', 's', 'e') : MALFORMED;
      default -> number(at);
    };
  }

  private int literal(int at, char second, char third, char fourth) {
    return at + 4 <= to
            && bytes[at + 1] == second
            && bytes[at + 2] == third
            && bytes[at + 3] == fourth
        ? at + 4
        : MALFORMED;
  }

  private int number(int from) {
    int start = bytes[from] == '-' ? from + 1 : from;
    int at = skipDigits(start);
    int digits = at - start;
    if (digits == 0 || (digits > 1 && bytes[start] == '0')) {
      return MALFORMED;
    }
    if (at < to && bytes[at] == '.') {
      int fraction = at + 1;
      at = skipDigits(fraction);
      if (at == fraction) {
        return MALFORMED;
      }
      digits += at - fraction;
    }
    if (at < to && (bytes[at] == 'e' || bytes[at] == 'E')) {
      at++;
      if (at < to && (bytes[at] == '+' || bytes[at] == '-')) {
        at++;
      }
      int exponent = at;
      at = skipDigits(exponent);
      if (at == exponent) {
        return MALFORMED;
      }
      digits += at - exponent;
    }
    return digits > NUMBER_DIGITS_MAX ? MALFORMED : at;
  }

  private int skipDigits(int from) {
    int at = from;
    while (at < to && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    return at;
  }

  /** Walks a string from after its quote; returns the offset of its closing one. */
  private int string(int from) {
    plain = true;
    int at = from;
    while (true) {
      at = JsonBytes.skipPlain(bytes, at, to);
      if (at >= to) {
        return MALFORMED;
      }
      byte b = bytes[at];
      if (b == '"') {
        return at;
      }
      plain = false;
      if (b == '\\') {
        at = skipEscape(at);
      } else if (b < 0) {
        at = skipWide(at);
      } else {
        return MALFORMED;
      }
      if (at == MALFORMED) {
        return MALFORMED;
      }
    }
  }

  private int skipEscape(int at) {
    if (at + 1 >= to) {
      return MALFORMED;
    }
    return switch (bytes[at + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 2;
      case 'u' -> at + 6 <= to && JsonBytes.hex4(bytes, at + 2) >= 0 ? at + 6 : MALFORMED;
      default -> MALFORMED;
    };
  }

  /** Skips a run of characters beyond ASCII, which in many languages is a whole word. */
  private int skipWide(int from) {
    int at = from;
    do {
      int length = JsonBytes.wideLength(bytes[at]);
      if (length == 0 || at + length > to) {
        return MALFORMED;
      }
      for (int i = 1; i < length; i++) {
        if ((bytes[at + i] & 0xC0) != 0x80) {
          return MALFORMED;
        }
      }
      at += length;
    } while (at < to && bytes[at] < 0);
    return at;
  }

  private int skipWhite(int from) {
    int at = from;
    while (at < to) {
      byte b = bytes[at];
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        break;
      }
      at++;
    }
    return at;
  }

  private int skipMark(int at) {
    boolean mark =
        at + 3 <= to
            && bytes[at] == (byte) 0xEF
            && bytes[at + 1] == (byte) 0xBB
            && bytes[at + 2] == (byte) 0xBF;
    return mark ? at + 3 : at;
  }

  private boolean isName(int start, int end) {
    int length = plain ? end - start : JsonBytes.nameBytes(bytes, start, end);
    return length >= 0 && length <= NAME_BYTES_MAX;
  }

  // Words.

  private Key key(int start, int end) {
    if (plain) {
      return Key.of(bytes, start, end);
    }
    int length = JsonBytes.decodeAscii(bytes, start, end, scratch);
    return length < 0 ? Key.UNKNOWN : Key.of(scratch, 0, length);
  }

  /** What the string read last comes to as a finish reason. */
  private Finish finish(int start, int end) {
    if (plain) {
      return Words.finish(bytes, start, end);
    }
    int length = JsonBytes.decodeAscii(bytes, start, end, scratch);
    return length < 0 ? Finish.OTHER : Words.finish(scratch, 0, length);
  }

  /** Whether the string read last is this word. */
  private boolean says(byte[] word, int start, int end) {
    if (plain) {
      return Words.equal(bytes, start, end, word);
    }
    int length = JsonBytes.decodeAscii(bytes, start, end, scratch);
    return length >= 0 && Words.equal(scratch, 0, length, word);
  }
}

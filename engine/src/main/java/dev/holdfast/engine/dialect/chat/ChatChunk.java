package dev.holdfast.engine.dialect.chat;

import java.util.Arrays;

/**
 * What one {@code chat.completion.chunk} says, as far as the engine must know.
 *
 * <p>A view filled by {@link ChatScanner#scan}: it refers to the scanned array and is overwritten
 * by the next scan. All offsets are into {@link #bytes()}. Where a key is written twice the last
 * one counts, for whole objects and arrays too. A chunk that is not well-formed says nothing but
 * that.
 *
 * <p>Choices are numbered by their place in the {@code choices} array, from 0; {@link #index} is
 * the number that the provider gave. Elements that are not objects are left out.
 */
@SuppressWarnings("EnumOrdinal") // as offsets into arrays that never leave the process
public final class ChatChunk {
  /** A member of the top-level object. The slice of one is its raw value, quotes included. */
  public enum Field {
    ID,
    OBJECT,
    CREATED,
    MODEL,
    SYSTEM_FINGERPRINT,
    /** Present only as an object; {@code usage: null} is absent. */
    USAGE,
    /** Present only as an array, which may be empty. */
    CHOICES,
    /** The value that {@link #errorPlace} tells the place of. */
    ERROR;

    static final int COUNT = values().length;
  }

  /** Where an error outside the choices was found. */
  public enum ErrorPlace {
    NONE,
    /** The top-level {@code error}. */
    TOP,
    /** {@code x_groq.error}. */
    X_GROQ,
    /** The top-level object is itself the error: {@code "object": "error"}. */
    FLAT
  }

  /** What a choice's {@code finish_reason} comes to. */
  public enum Finish {
    /** Absent, null, empty, the text "null", or not a text: the choice goes on. */
    NONE,
    STOP,
    LENGTH,
    TOOL_CALLS,
    CONTENT_FILTER,
    FUNCTION_CALL,
    /** A text that nobody here knows: finished, and passed on. */
    OTHER,
    /** {@code error}, {@code abort}, {@code insufficient_system_resource}: over but not whole. */
    NOT_COMPLETE
  }

  // Slots of one choice in {@code slots}.
  static final int FLAGS = 0;
  static final int INDEX = 1;
  static final int FINISH = 2;
  static final int FINISH_START = 3;
  static final int FINISH_END = 4;
  static final int ERROR_START = 5;
  static final int ERROR_END = 6;
  static final int CONTENT_START = 7;
  static final int CONTENT_END = 8;
  static final int REASONING_CONTENT_START = 9;
  static final int REASONING_CONTENT_END = 10;
  static final int REASONING_START = 11;
  static final int REASONING_END = 12;
  static final int REFUSAL_START = 13;
  static final int REFUSAL_END = 14;
  static final int STRIDE = 15;

  // Flags of one choice.
  static final int CHOICE_ERROR = 1;
  static final int NATIVE_ERROR = 1 << 1;
  static final int LOGPROBS = 1 << 2;
  static final int DELTA = 1 << 3;
  static final int ROLE = 1 << 4;
  static final int CONTENT_TEXT = 1 << 5;
  static final int CONTENT_PARTS = 1 << 6;
  static final int CONTENT = 1 << 7;
  static final int THINKING_PART = 1 << 8;
  static final int REASONING_CONTENT = 1 << 9;
  static final int REASONING = 1 << 10;
  static final int REASONING_DETAILS = 1 << 11;
  static final int REFUSAL = 1 << 12;
  static final int TOOL_CALLS = 1 << 13;
  static final int FUNCTION_CALL = 1 << 14;
  static final int AUDIO = 1 << 15;
  static final int ANNOTATIONS = 1 << 16;
  static final int CITATIONS = 1 << 17;

  /** All that a {@code delta} sets, so that a second one can take it back. */
  static final int DELTA_FLAGS = -DELTA;

  private static final int ANY_REASONING =
      THINKING_PART | REASONING_CONTENT | REASONING | REASONING_DETAILS;
  private static final int PROGRESS =
      CONTENT | ANY_REASONING | REFUSAL | TOOL_CALLS | FUNCTION_CALL | AUDIO;

  private static final Finish[] FINISHES = Finish.values();
  private static final byte[] NOTHING = {};

  private byte[] bytes = NOTHING;
  boolean wellFormed;
  boolean object;
  ErrorPlace errorPlace = ErrorPlace.NONE;
  private final int[] starts = new int[Field.COUNT];
  private final int[] ends = new int[Field.COUNT];
  private int present;
  int[] slots = new int[2 * STRIDE];
  int choiceCount;

  ChatChunk() {}

  /** Whether the bytes are one JSON value, with nothing but white space around it. */
  public boolean wellFormed() {
    return wellFormed;
  }

  /** Whether that value is an object; if not, all else is absent. */
  public boolean isObject() {
    return object;
  }

  /** The scanned array. */
  public byte[] bytes() {
    return bytes;
  }

  /** Whether the field came, in the form that {@link Field} asks for. */
  public boolean has(Field field) {
    return (present & 1 << field.ordinal()) != 0;
  }

  /**
   * Offset of the first byte of a field's value.
   *
   * @throws IllegalStateException if the field is absent
   */
  public int start(Field field) {
    requirePresent(field);
    return starts[field.ordinal()];
  }

  /**
   * Offset after the last byte of a field's value.
   *
   * @throws IllegalStateException if the field is absent
   */
  public int end(Field field) {
    requirePresent(field);
    return ends[field.ordinal()];
  }

  /**
   * Whether the chunk reports an error outside its choices. An error counts unless it is null,
   * false, zero, an empty string or an empty array.
   */
  public boolean hasError() {
    return errorPlace != ErrorPlace.NONE;
  }

  /** Where that error is; {@link Field#ERROR} is its slice. The first place of the enum wins. */
  public ErrorPlace errorPlace() {
    return errorPlace;
  }

  /** Objects in {@code choices}; 0 also when there is no such array. */
  public int choiceCount() {
    return choiceCount;
  }

  /** The provider's number of a choice; 0 when it gives none that is an int. */
  public int index(int choice) {
    return slot(choice, INDEX);
  }

  /** What the choice's finish reason comes to. */
  public Finish finish(int choice) {
    return FINISHES[slot(choice, FINISH)];
  }

  /** Offset of the finish reason's text, between its quotes; there is one unless it is NONE. */
  public int finishStart(int choice) {
    require(finish(choice) != Finish.NONE, choice, "finish reason");
    return slot(choice, FINISH_START);
  }

  /** Offset after the finish reason's text. */
  public int finishEnd(int choice) {
    require(finish(choice) != Finish.NONE, choice, "finish reason");
    return slot(choice, FINISH_END);
  }

  /** Whether {@code native_finish_reason} is "error". */
  public boolean nativeError(int choice) {
    return flag(choice, NATIVE_ERROR);
  }

  /** Whether the choice itself carries an error, by the rule of {@link #hasError}. */
  public boolean choiceError(int choice) {
    return flag(choice, CHOICE_ERROR);
  }

  /** Offset of the value of the choice's error. */
  public int choiceErrorStart(int choice) {
    require(choiceError(choice), choice, "error");
    return slot(choice, ERROR_START);
  }

  /** Offset after the value of the choice's error. */
  public int choiceErrorEnd(int choice) {
    require(choiceError(choice), choice, "error");
    return slot(choice, ERROR_END);
  }

  /** Whether {@code logprobs} came and is not null. */
  public boolean hasLogprobs(int choice) {
    return flag(choice, LOGPROBS);
  }

  /** Whether the choice has a {@code delta} object. */
  public boolean hasDelta(int choice) {
    return flag(choice, DELTA);
  }

  /** Whether the delta names a {@code role}: any text, also an empty one. */
  public boolean hasRole(int choice) {
    return flag(choice, ROLE);
  }

  /**
   * Whether the delta brings text of the answer: a non-empty {@code content} string, or an array of
   * parts with a non-empty {@code text} part.
   */
  public boolean hasContent(int choice) {
    return flag(choice, CONTENT);
  }

  /** Whether {@code content} is a string, empty or not; its slice is then between its quotes. */
  public boolean contentIsText(int choice) {
    return flag(choice, CONTENT_TEXT);
  }

  /** Whether {@code content} is an array of parts; its slice then includes the brackets. */
  public boolean contentIsParts(int choice) {
    return flag(choice, CONTENT_PARTS);
  }

  /** Offset of the content. */
  public int contentStart(int choice) {
    require(contentIsText(choice) || contentIsParts(choice), choice, "content");
    return slot(choice, CONTENT_START);
  }

  /** Offset after the content. */
  public int contentEnd(int choice) {
    require(contentIsText(choice) || contentIsParts(choice), choice, "content");
    return slot(choice, CONTENT_END);
  }

  /**
   * Whether the delta brings reasoning: non-empty {@code reasoning_content} or {@code reasoning}, a
   * {@code thinking} part with text, or a non-empty array {@code reasoning_details}.
   */
  public boolean hasReasoning(int choice) {
    return flag(choice, ANY_REASONING);
  }

  /** Whether reasoning came as a non-empty string, so that it has a slice. */
  public boolean reasoningIsText(int choice) {
    return flag(choice, REASONING_CONTENT | REASONING);
  }

  /** Offset of the reasoning text, between its quotes; {@code reasoning_content} goes first. */
  public int reasoningStart(int choice) {
    require(reasoningIsText(choice), choice, "reasoning text");
    return slot(
        choice, flag(choice, REASONING_CONTENT) ? REASONING_CONTENT_START : REASONING_START);
  }

  /** Offset after the reasoning text. */
  public int reasoningEnd(int choice) {
    require(reasoningIsText(choice), choice, "reasoning text");
    return slot(choice, flag(choice, REASONING_CONTENT) ? REASONING_CONTENT_END : REASONING_END);
  }

  /** Whether the delta brings a non-empty {@code refusal}. */
  public boolean hasRefusal(int choice) {
    return flag(choice, REFUSAL);
  }

  /** Offset of the refusal's text, between its quotes. */
  public int refusalStart(int choice) {
    require(hasRefusal(choice), choice, "refusal");
    return slot(choice, REFUSAL_START);
  }

  /** Offset after the refusal's text. */
  public int refusalEnd(int choice) {
    require(hasRefusal(choice), choice, "refusal");
    return slot(choice, REFUSAL_END);
  }

  /** Whether the delta brings a non-empty array {@code tool_calls}. */
  public boolean hasToolCalls(int choice) {
    return flag(choice, TOOL_CALLS);
  }

  /** Whether the delta brings an object {@code function_call}. */
  public boolean hasFunctionCall(int choice) {
    return flag(choice, FUNCTION_CALL);
  }

  /** Whether the delta brings {@code audio} that is not null. */
  public boolean hasAudio(int choice) {
    return flag(choice, AUDIO);
  }

  /** Whether the delta brings a non-empty array {@code annotations} or {@code citations}. */
  public boolean hasAnnotations(int choice) {
    return flag(choice, ANNOTATIONS | CITATIONS);
  }

  /** Whether the delta brings anything generated: text, reasoning, refusal, calls or audio. */
  public boolean hasProgress(int choice) {
    return flag(choice, PROGRESS);
  }

  void clear(byte[] scanned) {
    bytes = scanned;
    wellFormed = false;
    object = false;
    errorPlace = ErrorPlace.NONE;
    present = 0;
    choiceCount = 0;
  }

  void put(Field field, int start, int end) {
    present |= 1 << field.ordinal();
    starts[field.ordinal()] = start;
    ends[field.ordinal()] = end;
  }

  void remove(Field field) {
    present &= ~(1 << field.ordinal());
  }

  /** Adds an empty choice and returns the offset of its slots. */
  int addChoice() {
    int base = choiceCount * STRIDE;
    if (base == slots.length) {
      slots = Arrays.copyOf(slots, slots.length * 2);
    }
    slots[base + FLAGS] = 0;
    slots[base + INDEX] = 0;
    finish(base, Finish.NONE);
    choiceCount++;
    return base;
  }

  void finish(int base, Finish finish) {
    slots[base + FINISH] = finish.ordinal();
  }

  private int slot(int choice, int slot) {
    if (choice < 0 || choice >= choiceCount) {
      throw new IndexOutOfBoundsException("choice " + choice + " of " + choiceCount);
    }
    return slots[choice * STRIDE + slot];
  }

  private boolean flag(int choice, int flags) {
    return (slot(choice, FLAGS) & flags) != 0;
  }

  private void requirePresent(Field field) {
    if (!has(field)) {
      throw new IllegalStateException("the chunk has no " + field);
    }
  }

  private static void require(boolean there, int choice, String what) {
    if (!there) {
      throw new IllegalStateException("choice " + choice + " has no " + what);
    }
  }
}

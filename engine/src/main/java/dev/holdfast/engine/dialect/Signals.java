package dev.holdfast.engine.dialect;

/**
 * What one event of an answer means, as bits: the only words between a dialect and the machine on
 * the path of a token. None set: an event that generates nothing, such as a role chunk.
 */
public final class Signals {
  /** Text of the answer. */
  public static final int TEXT = 1;

  /** Reasoning that is shown, unsigned. */
  public static final int REASONING = 1 << 1;

  /** A part of a tool or function call. */
  public static final int TOOL = 1 << 2;

  /** A part of a refusal. */
  public static final int REFUSAL = 1 << 3;

  /** Audio, citations and other things that can't be gone on with. */
  public static final int MEDIA = 1 << 4;

  /** With this event every choice seen so far has finished well. */
  public static final int FINISHED = 1 << 5;

  /** Usage and nothing else. */
  public static final int USAGE = 1 << 6;

  /** The dialect's terminator. */
  public static final int DONE = 1 << 7;

  /** The upstream says that it failed; {@link AnswerReader#failure()} says how. Not forwarded. */
  public static final int FAILED = 1 << 8;

  /** The delta ends in half a surrogate pair: it waits for the next. */
  public static final int HALF = 1 << 9;

  /** It can't be told what of a continuation is new; nothing was written. */
  public static final int UNPROVEN = 1 << 10;

  /** Anything generated. */
  public static final int PROGRESS = TEXT | REASONING | TOOL | REFUSAL | MEDIA;

  private Signals() {}

  /** Whether any bit of the mask is set. */
  public static boolean any(int signals, int mask) {
    return (signals & mask) != 0;
  }
}

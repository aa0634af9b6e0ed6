package dev.holdfast.simulator.provider;

import org.jspecify.annotations.Nullable;

/**
 * A note behind a partial answer that quotes the answer's end.
 *
 * <p>It is recognised by the quotation, whatever its language: the longest end of the partial
 * answer that stands in the note, white space included. An ordinary turn of a conversation repeats
 * less of what was said before.
 *
 * @param partial the answer so far
 * @param anchor its end, as the note quotes it
 */
record Note(String partial, String anchor) {
  private static final int ANCHOR_CHARS_MIN = 16;

  /** The note that these two messages are, or null if they are an ordinary turn. */
  static @Nullable Note of(String partial, String note) {
    int length = 0;
    while (length < partial.length() && note.contains(partial.substring(next(partial, length)))) {
      length = partial.length() - next(partial, length);
    }
    return length < ANCHOR_CHARS_MIN
        ? null
        : new Note(partial, partial.substring(partial.length() - length));
  }

  /** Where an end begins that is one code point longer. */
  private static int next(String partial, int length) {
    return partial.offsetByCodePoints(partial.length() - length, -1);
  }
}

package dev.holdfast.simulator.seams;

import java.lang.Character.UnicodeScript;

/**
 * Whether a text that broke off has an anchor, by the rule and not by asking the engine: an end of
 * 40 to 200 code points that begins at a word and occurs once.
 */
public final class Anchors {
  private static final int CODE_POINTS_MIN = 40;
  private static final int CODE_POINTS_MAX = 200;

  private Anchors() {}

  /** Whether an answer that broke off after this text has one. */
  public static boolean exists(String text) {
    int codePoints = text.codePointCount(0, text.length());
    if (codePoints < CODE_POINTS_MIN) {
      return false;
    }
    int from = text.offsetByCodePoints(text.length(), -CODE_POINTS_MIN);
    for (int length = CODE_POINTS_MIN; length <= Math.min(codePoints, CODE_POINTS_MAX); length++) {
      if (beginsAWord(text, from) && text.indexOf(text.substring(from)) == from) {
        return true;
      }
      from -= from == 0 ? 0 : Character.charCount(text.codePointBefore(from));
    }
    return false;
  }

  private static boolean beginsAWord(String text, int at) {
    if (at == 0) {
      return true;
    }
    int before = text.codePointBefore(at);
    if (Character.isWhitespace(before) || isPunctuation(before)) {
      return true;
    }
    return switch (UnicodeScript.of(text.codePointAt(at))) {
      case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
      default -> false;
    };
  }

  private static boolean isPunctuation(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }
}

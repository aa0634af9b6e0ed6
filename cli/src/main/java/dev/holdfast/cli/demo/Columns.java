package dev.holdfast.cli.demo;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;

/**
 * How many columns of a terminal a text takes.
 *
 * <p>Terminals disagree about joined emoji, flags and variation selectors. Where they do, this
 * counts what the widest of them draws, so that a text never leaves its place; a terminal that
 * draws less leaves a blank.
 */
final class Columns {
  private static final int JOINER = 0x200D;
  private static final int EMOJI_SELECTOR = 0xFE0F;

  private Columns() {}

  /** The columns of a text without line breaks. */
  static int of(String text) {
    int columns = 0;
    for (int at = 0; at < text.length(); ) {
      int codePoint = text.codePointAt(at);
      columns += of(codePoint);
      at += Character.charCount(codePoint);
    }
    return columns;
  }

  /** The text cut to so many columns, with an ellipsis if something is missing. */
  static String clip(String text, int most) {
    if (of(text) <= most) {
      return text;
    }
    var kept = new StringBuilder();
    int columns = 0;
    for (String cluster : clusters(text)) {
      columns += of(cluster);
      if (columns > most - 1) {
        break;
      }
      kept.append(cluster);
    }
    return most < 1 ? "" : kept.append('…').toString();
  }

  /** The text filled up with blanks to so many columns. */
  static String pad(String text, int columns) {
    return text + " ".repeat(Math.max(0, columns - of(text)));
  }

  /** The same with the blanks in front. */
  static String padLeft(String text, int columns) {
    return " ".repeat(Math.max(0, columns - of(text))) + text;
  }

  /** The parts of a text that must not be torn: a character with its marks and joined parts. */
  static List<String> clusters(String text) {
    var clusters = new ArrayList<String>();
    int start = 0;
    boolean joined = false;
    int flags = 0;
    for (int at = 0; at < text.length(); ) {
      int codePoint = text.codePointAt(at);
      boolean flag = isFlagHalf(codePoint);
      boolean goesOn =
          joined || isMark(codePoint) || isSkinTone(codePoint) || (flag && flags % 2 == 1);
      if (!goesOn && at > start) {
        clusters.add(text.substring(start, at));
        start = at;
      }
      flags = flag ? flags + 1 : 0;
      joined = codePoint == JOINER;
      at += Character.charCount(codePoint);
    }
    if (start < text.length()) {
      clusters.add(text.substring(start));
    }
    return clusters;
  }

  private static int of(int codePoint) {
    if (codePoint == EMOJI_SELECTOR) {
      // It makes a narrow sign before it wide, in some terminals.
      return 1;
    }
    if (isMark(codePoint) || Character.isISOControl(codePoint)) {
      return 0;
    }
    return isWide(codePoint) ? 2 : 1;
  }

  private static boolean isMark(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> true;
      default -> false;
    };
  }

  private static boolean isSkinTone(int codePoint) {
    return codePoint >= 0x1F3FB && codePoint <= 0x1F3FF;
  }

  private static boolean isFlagHalf(int codePoint) {
    return codePoint >= 0x1F1E6 && codePoint <= 0x1F1FF;
  }

  private static boolean isWide(int codePoint) {
    if (codePoint < 0x1100) {
      return false;
    }
    if (codePoint >= 0xFF61 && codePoint <= 0xFFDC) {
      return false;
    }
    return switch (UnicodeScript.of(codePoint)) {
      case HAN, HIRAGANA, KATAKANA, HANGUL, BOPOMOFO -> true;
      default ->
          // CJK signs and full-width forms, then the signs that have a picture.
          (codePoint >= 0x3000 && codePoint <= 0x303E)
              || (codePoint >= 0x30FB && codePoint <= 0x30FC)
              || (codePoint >= 0xFF01 && codePoint <= 0xFF60)
              || (codePoint >= 0xFFE0 && codePoint <= 0xFFE6)
              || Character.isEmojiPresentation(codePoint)
              || (codePoint >= 0x1F000 && codePoint <= 0x1FAFF);
    };
  }
}

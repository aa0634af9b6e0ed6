package dev.holdfast.engine.dialect.seam;

import java.util.Optional;

/**
 * The end of a text, quoted so that a model repeats it and goes on from there: long enough that it
 * stands nowhere else in the text, and short enough that repeating it costs little.
 *
 * <p>It begins at a word, since models repeat words and not halves of them; in scripts without
 * spaces at any grapheme. The last character before it is no quotation mark, so that a mark in
 * front of a repetition is known to be the model's own. Lengths are counted, and equality is
 * judged, with white space folded.
 *
 * @param text as it stands at the end, white space included
 */
public record Anchor(String text) {
  /** Shorter ends repeat by chance. */
  public static final int CODE_POINTS_MIN = 40;

  /** More is not asked for: a text whose end is not unique by then is a refrain. */
  public static final int CODE_POINTS_MAX = 200;

  /** One so long does not come again by chance in what a model writes next. */
  public static final int CODE_POINTS_FIRM = 120;

  /** White space may make an anchor longer than its code points; not without bound. */
  private static final int RAW_CHARS_MAX = 4 * CODE_POINTS_MAX;

  /** What stands so far before the end is not looked at: answers are rarely a tenth as long. */
  private static final int LOOKED_AT_CHARS_MAX = 1 << 20;

  /** The shortest anchor of a text; empty if there is none. */
  public static Optional<Anchor> shortest(String whole) {
    return shortest(whole, CODE_POINTS_MIN);
  }

  /**
   * The shortest anchor that does not come again by chance, or the whole of a text that is shorter,
   * or else the shortest of all; empty if there is none.
   */
  public static Optional<Anchor> firm(String whole) {
    return shortest(whole, CODE_POINTS_FIRM).or(() -> shortest(whole));
  }

  private static Optional<Anchor> shortest(String whole, int codePointsMin) {
    var text = whole.substring(Math.max(0, whole.length() - LOOKED_AT_CHARS_MAX));
    var folded = FoldedText.of(text);
    int unique = repeatedEnd(folded.text()) + 1;
    int from = folded.text().length();
    for (int taken = 1; taken <= CODE_POINTS_MAX && from > 0; taken++) {
      from = folded.text().offsetByCodePoints(from, -1);
      if (text.length() - folded.origin(from) > RAW_CHARS_MAX) {
        return Optional.empty();
      }
      if ((taken >= codePointsMin || (from == 0 && taken >= CODE_POINTS_MIN))
          && folded.text().length() - from >= unique
          && mayBegin(folded.text(), from)) {
        return Optional.of(new Anchor(text.substring(folded.origin(from))));
      }
    }
    return Optional.empty();
  }

  /** The last code points of a text, wherever they begin; empty if it is shorter than an anchor. */
  public static Optional<Anchor> last(String text, int codePoints) {
    if (FoldedText.of(text).codePoints() < CODE_POINTS_MIN) {
      return Optional.empty();
    }
    int all = text.codePointCount(0, text.length());
    int from = text.offsetByCodePoints(0, Math.max(0, all - codePoints));
    return Optional.of(new Anchor(text.substring(from)));
  }

  /** Whether it does not come again by chance behind this text, whose end it is. */
  boolean isFirm(String whole) {
    var folded = FoldedText.of(text);
    return folded.codePoints() >= CODE_POINTS_FIRM
        || folded.text().length() == FoldedText.fold(whole).length();
  }

  /**
   * The length of the longest end of the text that also stands elsewhere in it; no further than an
   * anchor may reach.
   */
  private static int repeatedEnd(String text) {
    int longest = 0;
    int most = Math.min(text.length(), 2 * CODE_POINTS_MAX);
    for (int end = text.length() - 1; end > longest; end--) {
      int common = 0;
      while (common < most
          && common < end
          && text.charAt(end - 1 - common) == text.charAt(text.length() - 1 - common)) {
        common++;
      }
      longest = Math.max(longest, common);
    }
    return longest;
  }

  /** Whether an anchor may begin with the code point there. */
  private static boolean mayBegin(String text, int at) {
    int first = text.codePointAt(at);
    if (first == ' ' || joins(first)) {
      return false;
    }
    if (at == 0) {
      return true;
    }
    int before = text.codePointBefore(at);
    int lastWritten = before == ' ' ? text.codePointBefore(at - 1) : before;
    if (Marks.isQuote(lastWritten) || before == ZERO_WIDTH_JOINER || isFlagPart(before)) {
      return false;
    }
    return !Character.isLetterOrDigit(before) && !joins(before) || standsAlone(first);
  }

  private static final int ZERO_WIDTH_JOINER = 0x200D;

  private static boolean isFlagPart(int codePoint) {
    return codePoint >= 0x1F1E6 && codePoint <= 0x1F1FF;
  }

  /** Whether a code point belongs to the one before it. */
  private static boolean joins(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT ->
          true;
      default -> codePoint >= 0x1F3FB && codePoint <= 0x1F3FF;
    };
  }

  /** Whether it is of a script that puts no spaces between words. */
  private static boolean standsAlone(int codePoint) {
    return switch (Character.UnicodeScript.of(codePoint)) {
      case HAN, HIRAGANA, KATAKANA, HANGUL, BOPOMOFO, THAI, LAO, KHMER, MYANMAR, TIBETAN -> true;
      default -> false;
    };
  }
}

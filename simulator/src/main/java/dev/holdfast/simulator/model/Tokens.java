package dev.holdfast.simulator.model;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a text into tokens as real tokenizers do, where it matters to a reader of deltas.
 *
 * <p>White space sits in front of a word; long words are several tokens; a CJK character and an
 * emoji are one each, so a joined emoji comes in pieces; a token may begin with a combining mark or
 * with a joiner. A surrogate pair is never split. The joined tokens are the text.
 */
public final class Tokens {
  private Tokens() {}

  /** The tokens of a text; none is empty. */
  public static List<String> of(String text) {
    var tokens = new ArrayList<String>(text.length() / 3 + 1);
    int at = 0;
    while (at < text.length()) {
      int end = end(text, at);
      tokens.add(text.substring(at, end));
      at = end;
    }
    return tokens;
  }

  private static int end(String text, int start) {
    int at = start;
    int first = text.codePointAt(at);
    if (first == '\n') {
      while (at < text.length() && text.charAt(at) == '\n') {
        at++;
      }
      return at;
    }
    if (first == ' ') {
      while (at < text.length() && text.charAt(at) == ' ') {
        at++;
      }
      if (at - start > 1) {
        return at - 1;
      }
      if (at == text.length() || text.charAt(at) == '\n') {
        return at;
      }
    }
    int lead = text.codePointAt(at);
    at += Character.charCount(lead);
    if (standsAlone(lead)) {
      return at;
    }
    if (!Character.isLetterOrDigit(lead)) {
      boolean joiner = lead == 0x200D && at < text.length();
      return joiner ? at + Character.charCount(text.codePointAt(at)) : at;
    }
    int longest = 3 + Math.floorMod(lead * 31 + (at < text.length() ? text.charAt(at) : 0), 4);
    for (int taken = 1; taken < longest && at < text.length(); taken++) {
      int next = text.codePointAt(at);
      if (!isOfAWord(next)) {
        return at;
      }
      at += Character.charCount(next);
    }
    return at;
  }

  private static boolean isOfAWord(int codePoint) {
    int type = Character.getType(codePoint);
    boolean mark = type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    return (Character.isLetterOrDigit(codePoint) && !standsAlone(codePoint))
        || (mark && codePoint < 0xFE00);
  }

  private static boolean standsAlone(int codePoint) {
    if (Character.isSupplementaryCodePoint(codePoint)) {
      return true;
    }
    return switch (UnicodeScript.of(codePoint)) {
      case HAN, HIRAGANA, KATAKANA, HANGUL -> true;
      default -> false;
    };
  }
}

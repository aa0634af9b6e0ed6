package dev.holdfast.simulator.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares texts where they were joined: white space may differ there, and nowhere else. */
public final class Joins {
  private Joins() {}

  /** Whether a joined text is the one expected. */
  public enum Likeness {
    /** To the last character. */
    EQUAL,
    /** But for white space directly at a join. */
    BUT_FOR_WHITE_SPACE,
    /** It is another text. */
    OTHER
  }

  /**
   * Compares a text that was joined from parts.
   *
   * @param joints the offsets in {@code came} where a part ends and the next begins, ascending
   */
  public static Likeness compare(String expected, String came, List<Integer> joints) {
    if (expected.equals(came)) {
      return Likeness.EQUAL;
    }
    int at = 0;
    int begin = 0;
    for (int part = 0; part <= joints.size(); part++) {
      boolean last = part == joints.size();
      int end = last ? came.length() : joints.get(part);
      int from = part > 0 ? afterWhiteSpace(came, begin, end) : begin;
      int to = last ? end : beforeWhiteSpace(came, from, end);
      at = part > 0 ? afterWhiteSpace(expected, at, expected.length()) : at;
      if (!expected.startsWith(came.substring(from, to), at)) {
        return Likeness.OTHER;
      }
      at += to - from;
      begin = end;
    }
    return at == expected.length() ? Likeness.BUT_FOR_WHITE_SPACE : Likeness.OTHER;
  }

  /**
   * What follows {@code prefix} in {@code whole}, white space aside; null if it is no beginning.
   */
  static @Nullable String rest(String whole, String prefix) {
    if (whole.startsWith(prefix)) {
      return whole.substring(prefix.length());
    }
    int at = 0;
    for (int i = 0; i < prefix.length(); i++) {
      char c = prefix.charAt(i);
      if (isWhiteSpace(c)) {
        continue;
      }
      at = afterWhiteSpace(whole, at, whole.length());
      if (at == whole.length() || whole.charAt(at) != c) {
        return null;
      }
      at++;
    }
    boolean spaced = isWhiteSpace(prefix.charAt(prefix.length() - 1));
    return whole.substring(spaced ? afterWhiteSpace(whole, at, whole.length()) : at);
  }

  /** The text without any white space. */
  static String solid(String text) {
    var solid = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (!isWhiteSpace(text.charAt(i))) {
        solid.append(text.charAt(i));
      }
    }
    return solid.toString();
  }

  private static int afterWhiteSpace(String text, int from, int to) {
    int at = from;
    while (at < to && isWhiteSpace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int beforeWhiteSpace(String text, int from, int to) {
    int at = to;
    while (at > from && isWhiteSpace(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private static boolean isWhiteSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
  }
}

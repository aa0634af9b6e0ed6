package dev.holdfast.engine.dialect.seam;

/**
 * A text with each run of white space folded into one space and none at its ends, and the way back
 * to where each character stood.
 */
final class FoldedText {
  private final String text;
  private final int[] origins;

  private FoldedText(String text, int[] origins) {
    this.text = text;
    this.origins = origins;
  }

  static FoldedText of(CharSequence raw) {
    var folded = new StringBuilder(raw.length());
    var origins = new int[raw.length()];
    boolean gap = false;
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (isSpace(c)) {
        gap = !folded.isEmpty();
        continue;
      }
      if (gap) {
        origins[folded.length()] = i;
        folded.append(' ');
        gap = false;
      }
      origins[folded.length()] = i;
      folded.append(c);
    }
    return new FoldedText(folded.toString(), origins);
  }

  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  static String fold(CharSequence raw) {
    return of(raw).text;
  }

  String text() {
    return text;
  }

  /** Where the character at this place of {@link #text()} stood. */
  int origin(int at) {
    return origins[at];
  }

  int codePoints() {
    return text.codePointCount(0, text.length());
  }

  /** The first code points of the text, or all of it if it is shorter. */
  static String head(String text, int codePoints) {
    return text.codePointCount(0, text.length()) <= codePoints
        ? text
        : text.substring(0, text.offsetByCodePoints(0, codePoints));
  }

  /** Where the white space at the end begins. */
  static int trimmedEnd(CharSequence text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  /** Where the white space at the start ends. */
  static int trimmedStart(CharSequence text, int from) {
    int start = from;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return start;
  }
}

package dev.holdfast.engine.dialect.seam;

import java.util.Optional;

/**
 * What a model wrote before it repeated an anchor: either it speaks of what it will do, or it went
 * straight on, and the anchor comes again in the new text, as in a song or in code.
 *
 * <p>As strings the two can't be told apart for certain, so an introduction must have every sign of
 * one: it stands before a repetition that is too long to come again by chance, begins as an
 * utterance does, ends as an announcement does, and holds nothing of the text. In doubt nothing is
 * shown; the second try asks for the longer anchor.
 */
final class Introduction {
  /** As much in common with the text is no chance; a character of a script without case is two. */
  private static final int COMMON_WEIGHT_MAX = 10;

  private Introduction() {}

  /**
   * Why this may be a part of the answer; empty if it is an introduction, or none.
   *
   * @param written before the repetition and before a mark that was opened there
   * @param before the committed text before the anchor
   * @param anchor the length of the anchor in code points
   * @param firm whether it is too long to come again by chance
   */
  static Optional<String> doubt(String written, String before, int anchor, boolean firm) {
    var folded = FoldedText.fold(written);
    var text = FoldedText.fold(before);
    if (folded.isEmpty()) {
      return Optional.empty();
    }
    int repeated = folded.codePointCount(0, folded.length()) + anchor;
    if (text.endsWith(folded)
        && (firm || repeated >= Anchor.CODE_POINTS_FIRM || text.length() == folded.length())) {
      // A repetition of more than was asked for, and too long to be a second verse.
      return Optional.empty();
    }
    if (!firm) {
      return Optional.of("what stands before so short an anchor may be new text");
    }
    if (!beginsAnUtterance(written) || !endsAnAnnouncement(written) || shares(folded, text)) {
      return Optional.of("what stands before the anchor may be new text in which it comes again");
    }
    return Optional.empty();
  }

  private static boolean beginsAnUtterance(String written) {
    int first = written.codePointAt(0);
    if ("*#[(<>-\"'`".indexOf(first) >= 0 || Marks.isQuote(first)) {
      return true;
    }
    return Character.isLetter(first) && !Character.isLowerCase(first);
  }

  private static boolean endsAnAnnouncement(String written) {
    int end = FoldedText.trimmedEnd(written);
    return written.indexOf('\n', end) >= 0 || ":：".indexOf(written.charAt(end - 1)) >= 0;
  }

  private static boolean shares(String folded, String text) {
    int to = 0;
    int weight = 0;
    for (int from = 0; from < folded.length(); from++) {
      while (weight < COMMON_WEIGHT_MAX && to < folded.length()) {
        weight += weight(folded.charAt(to++));
      }
      if (weight < COMMON_WEIGHT_MAX) {
        return false;
      }
      if (text.contains(folded.substring(from, to))) {
        return true;
      }
      weight -= weight(folded.charAt(from));
    }
    return false;
  }

  private static int weight(char c) {
    return Character.isIdeographic(c) ? 2 : 1;
  }
}

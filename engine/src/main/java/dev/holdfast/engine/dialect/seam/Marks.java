package dev.holdfast.engine.dialect.seam;

import java.util.Optional;
import java.util.regex.Pattern;

/** Quotation marks and fences that a model puts around a repetition. */
final class Marks {
  /** Openers, and at the same place what closes each. */
  private static final String OPENERS = "\"'“”„«»‹›‘‚「『`<";

  private static final String CLOSERS = "\"'””“»«›‹’‘」』`>";

  /** A fence stands on a line of its own, perhaps with a language. */
  private static final Pattern FENCE_AT_END =
      Pattern.compile("(?:^|\\n)[ \\t]*(`{3,}|~{3,})[^\\n`]*\\n\\s*$");

  private Marks() {}

  static boolean isQuote(int codePoint) {
    return codePoint < 0x10000
        && (OPENERS.indexOf(codePoint) >= 0 || CLOSERS.indexOf(codePoint) >= 0);
  }

  /**
   * The mark that closes what was opened at the end of this text; empty if nothing was opened.
   *
   * @param before all that came before a repetition
   */
  static Optional<String> closer(String before) {
    var fence = FENCE_AT_END.matcher(before);
    if (fence.find()) {
      return Optional.of(fence.group(1));
    }
    int end = FoldedText.trimmedEnd(before);
    if (end == 0) {
      return Optional.empty();
    }
    char last = before.charAt(end - 1);
    int at = OPENERS.indexOf(last);
    if (at < 0) {
      return Optional.empty();
    }
    var closer = String.valueOf(CLOSERS.charAt(at));
    return Optional.of(closer.repeat(comesInRuns(last) ? end - runStart(before, end) : 1));
  }

  private static boolean comesInRuns(char mark) {
    return mark == '`' || mark == '<';
  }

  private static int runStart(String text, int end) {
    int from = end;
    while (from > 0 && text.charAt(from - 1) == text.charAt(end - 1)) {
      from--;
    }
    return from;
  }

  /** What of the text stands before the mark that it opens at its end. */
  static String introduction(String before) {
    var fence = FENCE_AT_END.matcher(before);
    if (fence.find()) {
      return before.substring(0, fence.start(1));
    }
    int end = FoldedText.trimmedEnd(before);
    if (end == 0) {
      return before;
    }
    return before.substring(
        0, comesInRuns(before.charAt(end - 1)) ? runStart(before, end) : end - 1);
  }
}

package dev.holdfast.engine.usage;

/**
 * Tokens of one call.
 *
 * @param input read by the model
 * @param output written by it
 * @param measured counted by the provider; otherwise estimated by us
 */
public record Tokens(long input, long output, boolean measured) {
  public static final Tokens NONE = new Tokens(0, 0, false);

  /**
   * The estimate for a text of which no usage came: a token is four characters, but one of a script
   * without spaces.
   */
  public static long estimate(CharSequence text) {
    long quarters = text.codePoints().map(c -> isWholeWord(c) ? 4 : 1).sum();
    return (quarters + 3) / 4;
  }

  private static boolean isWholeWord(int codePoint) {
    return switch (Character.UnicodeScript.of(codePoint)) {
      case HAN, HIRAGANA, KATAKANA, HANGUL, BOPOMOFO -> true;
      default -> false;
    };
  }
}

package dev.holdfast.engine.dialect.seam;

import java.util.Optional;

/**
 * The words by which a model is asked to repeat the end of its own text and go on. They may be in
 * any language; {@code {anchor}} stands for the quotation.
 *
 * @param role whose message it is
 * @param first the note of the first try
 * @param second the note of the second, after an answer that could not be joined
 * @param quotes what is quoted
 */
public record AnchorTemplate(Role role, String first, String second, Quotes quotes) {
  /** What stands for the quotation. */
  public static final String PLACEHOLDER = "{anchor}";

  /** Whose message the note is. */
  public enum Role {
    USER,
    SYSTEM
  }

  /** What of the text is quoted. */
  public enum Quotes {
    /**
     * The shortest end that stands nowhere else in the text; at the second try a longer one, which
     * is told from new text even behind an introduction.
     */
    SHORTEST,
    /** The last 200 characters. */
    LAST_200
  }

  /** A user's note, that asks for the shortest anchor. */
  public static final AnchorTemplate DEFAULT =
      new AnchorTemplate(
          Role.USER,
          "Your last message was cut off by a technical fault. Its last words are between the"
              + " markers. Begin your reply by repeating these words exactly, character for"
              + " character, then go on with what follows them, as if there had been no"
              + " interruption. Write no introduction, no quotation marks and no apology, and do"
              + " not start again from the beginning.\n\n<<<{anchor}>>>",
          "Your last message was cut off. Write the rest of it. The first characters of your reply"
              + " must be the text between the markers, copied exactly, without the markers and"
              + " without quotation marks or a code fence around it; the text that comes after it"
              + " in your message follows at once.\n\n<<<{anchor}>>>",
          Quotes.SHORTEST);

  private static final String SEED_NOTE =
      "The connection broke in the middle of your answer. Continue from the break. The last"
          + " characters that arrived are: \"{anchor}\"";

  /** The preset {@code seed-session}: a system message with the last 200 characters. */
  public static final AnchorTemplate SEED =
      new AnchorTemplate(Role.SYSTEM, SEED_NOTE, SEED_NOTE, Quotes.LAST_200);

  /**
   * @throws IllegalArgumentException if a note does not hold the placeholder once
   */
  public AnchorTemplate {
    for (var note : new String[] {first, second}) {
      if (!isNote(note)) {
        throw new IllegalArgumentException(
            "expected the note to hold " + PLACEHOLDER + " once, got: " + note);
      }
    }
  }

  /** Whether a text can serve as a note: it holds the placeholder once. */
  public static boolean isNote(String text) {
    int at = text.indexOf(PLACEHOLDER);
    return at >= 0 && text.indexOf(PLACEHOLDER, at + 1) < 0;
  }

  /**
   * The anchor of a text; empty if it has none.
   *
   * @param attempt 1 for the first
   */
  public Optional<Anchor> anchor(String text, int attempt) {
    return switch (quotes) {
      case SHORTEST -> attempt == 1 ? Anchor.shortest(text) : Anchor.firm(text);
      case LAST_200 -> Anchor.last(text, 200);
    };
  }

  /**
   * The note for an anchor.
   *
   * @param attempt 1 for the first
   */
  public String note(Anchor anchor, int attempt) {
    return (attempt == 1 ? first : second).replace(PLACEHOLDER, anchor.text());
  }

  /**
   * What stands directly behind the quotation and is neither letter, digit nor white space: a model
   * may copy it.
   */
  String markBehind(int attempt) {
    var note = attempt == 1 ? first : second;
    int from = note.indexOf(PLACEHOLDER) + PLACEHOLDER.length();
    int to = from;
    while (to < note.length()
        && !Character.isLetterOrDigit(note.charAt(to))
        && !FoldedText.isSpace(note.charAt(to))) {
      to++;
    }
    return note.substring(from, to);
  }
}

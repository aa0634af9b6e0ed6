package dev.holdfast.simulator.model;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A kind of text; each has its own trap for whoever joins two halves. */
public enum Style {
  /** Letters with stacked marks, two and three bytes each. */
  VIETNAMESE(true),
  /** No spaces between words; every character is a token. */
  CHINESE(true),
  /** Two syllabaries and Han characters. */
  JAPANESE(true),
  /** Right to left, with numbers that run the other way. */
  ARABIC(true),
  /** Right to left with points, which are combining marks. */
  HEBREW(true),
  /** Emoji of several code points: joined, with skin tones, flags. */
  EMOJI(true),
  /** Letters and their marks as separate code points. */
  COMBINING(true),
  /** A markdown table: bars, runs of dashes, cells that repeat. */
  TABLE(true),
  /** Verses with a refrain: the same line again and again. */
  REFRAIN(true),
  /** Python: white space at the start of a line has a meaning. */
  PYTHON(true),
  /** A JSON text, with escapes. */
  JSON(true),
  /** Plain prose. */
  PROSE(true),
  /** Some 1,500 tokens of prose. */
  LONG(true),
  /** One word. */
  WORD(false),
  /** A sentence below 40 code points. */
  SHORT(false),
  /** The same lines of more than 300 characters again and again; only chosen by its tag. */
  LITANY(false);

  /** What an answer without a tag is drawn from. */
  private static final List<Style> DRAWN =
      Stream.of(values()).filter(style -> style != LITANY).toList();

  private final boolean enough;

  Style(boolean enough) {
    this.enough = enough;
  }

  /** What a prompt writes to have this kind, such as {@code [table]}. */
  public String tag() {
    return "[" + name().toLowerCase(Locale.ROOT) + "]";
  }

  /** The kinds whose texts have 120 tokens or more. */
  public static List<Style> longEnough() {
    return Stream.of(values()).filter(style -> style.enough).toList();
  }

  static Style chosenBy(String prompt, Dice dice) {
    for (Style style : values()) {
      if (prompt.contains(style.tag())) {
        return style;
      }
    }
    return dice.pick(DRAWN);
  }
}

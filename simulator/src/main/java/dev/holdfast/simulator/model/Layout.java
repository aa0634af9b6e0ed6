package dev.holdfast.simulator.model;

/**
 * What stands around the words of a {@link DifferingModel}: marks, lines, indentation, cells.
 *
 * <p>It depends on the kind of text and on the word's number alone, so every character of a text
 * can be checked though its words are not known beforehand. White space aside, no two words touch
 * without an ordinal between them.
 */
final class Layout {
  private static final int VERSE = 16;
  private static final int LINE = 4;

  private Layout() {}

  /** How many words a text has. */
  static int words(Style style, Dice dice) {
    return switch (style) {
      case WORD -> 1;
      case SHORT -> 4;
      case LONG -> dice.between(440, 480);
      default -> 3 * dice.between(26, 36);
    };
  }

  /** What stands before a word, counted from 1. */
  static String before(Style style, int word) {
    return switch (style) {
      case VIETNAMESE, EMOJI, COMBINING, HEBREW -> spaced(word, ", ");
      case ARABIC -> spaced(word, "، ");
      case PROSE, LONG -> quoting(word, " \"", "\" ", spaced(word, ", "));
      case CHINESE -> quoting(word, "“", "”", unspaced(word, "，"));
      case JAPANESE -> quoting(word, "「", "」", unspaced(word, "、"));
      case TABLE -> {
        String first = "| Pier | Ship      | Tons |\n|-----:|:----------|-----:|\n| ";
        yield word == 1 ? first : word % 3 == 1 ? " |\n| " : " | ";
      }
      case REFRAIN, LITANY -> {
        int inVerse = (word - 1) % VERSE;
        yield word == 1 ? "" : inVerse == 0 ? ".\n\n" : inVerse % LINE == 0 ? ",\n" : " ";
      }
      case PYTHON -> python(word);
      case JSON -> {
        String first = "{\n  \"harbour\": \"Hải Phòng\",\n  \"ships\": [\n    {\"name\": \"";
        String next =
            word % 2 == 1 ? "\"},\n    {\"name\": \"" : "\", \"flag\": \"🇻🇳\", \"of\": \"";
        yield word == 1 ? first : next;
      }
      case WORD, SHORT -> word == 1 ? "" : " ";
    };
  }

  /** What stands after the last word; it says how many there were. */
  static String end(Style style, int words) {
    return switch (style) {
      case VIETNAMESE, EMOJI, COMBINING, HEBREW, ARABIC, PROSE, LONG ->
          ".\n\n– so it ends, after " + words + ".";
      case CHINESE, JAPANESE -> "。\n\n完（" + words + "）。";
      case TABLE -> " |\n\nIn all `" + words + "` cells – done.";
      case REFRAIN, LITANY -> ".\n\n– so ends the song of " + words + ".";
      case PYTHON -> ")\n\n    return marks\n```\nRun it with `tide(" + words + ")`.";
      case JSON -> "\"}\n  ],\n  \"words\": " + words + "\n}";
      case WORD, SHORT -> ".";
    };
  }

  /**
   * Where the same word may come again and again, the number of its place, from 0; otherwise less.
   */
  static int refrain(Style style, int word) {
    int inVerse = (word - 1) % VERSE;
    boolean sung = style == Style.REFRAIN || style == Style.LITANY;
    return sung && inVerse >= VERSE / 2 ? inVerse : -1;
  }

  private static String spaced(int word, String comma) {
    if (word == 1) {
      return "";
    }
    return word % 31 == 0 ? ".\n\n" : word % 11 == 0 ? ". " : word % 7 == 0 ? comma : " ";
  }

  private static String unspaced(int word, String comma) {
    if (word == 1) {
      return "";
    }
    return word % 31 == 0 ? "。\n\n" : word % 11 == 0 ? "。" : word % 7 == 0 ? comma : "";
  }

  private static String quoting(int word, String open, String close, String otherwise) {
    return word % 13 == 5 ? open : word % 13 == 8 ? close : otherwise;
  }

  private static String python(int word) {
    String first = "```python\ndef tide(hours: int) -> list[int]:\n    marks = []\n    for ";
    return switch (word % 3) {
      case 1 -> word == 1 ? first : ")\n    for ";
      case 2 -> " in range(";
      default -> "):\n        if hour > 3:\n            marks.append(";
    };
  }
}

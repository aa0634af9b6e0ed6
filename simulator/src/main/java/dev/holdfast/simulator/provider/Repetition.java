package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.model.Dice;
import dev.holdfast.simulator.model.Tokens;
import java.util.List;

/** What a model writes when a note asks it to repeat the end of its answer and go on. */
final class Repetition {
  private record Marks(String open, String close) {}

  private static final List<Marks> MARKS =
      List.of(
          new Marks("\"", "\""),
          new Marks("“", "”"),
          new Marks("«", "»"),
          new Marks("「", "」"),
          new Marks("`", "`"));
  private static final List<String> FENCES =
      List.of("```\n", "```text\n", "```python\n", "```markdown\n");
  private static final List<String> PREAMBLES =
      List.of(
          "Sure, here is the continuation:\n\n",
          "Of course! I repeat the last words and go on from there.\n\n",
          "Continuing: ",
          "[continued]\n---\n",
          "I apologise for the interruption. The answer went on like this:\n",
          "Tất nhiên, tôi viết tiếp đây:\n",
          "好的，继续：\n\n");
  private static final List<String> OTHER_WORDS =
      List.of("in short,", "as was said,", "namely", "so to speak,", "也就是说", "tức là");

  private Repetition() {}

  /**
   * The whole of what is written.
   *
   * @param anchor what the note quotes
   * @param rest what the model still has to say
   * @param dice choose among the forms that a manner has
   */
  static String of(NoteManner manner, String anchor, String rest, Dice dice) {
    return switch (manner) {
      case OBEYED -> anchor + rest;
      case PREAMBLE -> dice.pick(PREAMBLES) + anchor + rest;
      case QUOTED -> {
        Marks marks = dice.pick(MARKS);
        yield marks.open + anchor + marks.close + rest;
      }
      case QUOTED_TO_END -> {
        Marks marks = dice.pick(MARKS);
        yield marks.open + anchor + rest + marks.close;
      }
      case FENCED -> dice.pick(FENCES) + anchor + closing(anchor) + "\n" + rest;
      case FENCED_TO_END -> dice.pick(FENCES) + anchor + rest + closing(anchor + rest);
      case SPACE_INSIDE -> otherSpaceInside(anchor, dice) + rest;
      case SPACE_AT_JOIN -> otherSpaceAtJoin(anchor, rest, dice);
      case PARAPHRASED -> paraphrased(anchor, dice) + rest;
      case IGNORED -> rest;
      case RESTARTED, PARAPHRASED_AT_FIRST, IGNORED_AT_FIRST ->
          throw new IllegalArgumentException("expected a manner that repeats, got " + manner);
    };
  }

  private static String closing(String text) {
    return text.endsWith("\n") ? "```" : "\n```";
  }

  /** Each run of white space between two words becomes another run. */
  private static String otherSpaceInside(String anchor, Dice dice) {
    int from = anchor.length() - anchor.stripLeading().length();
    int to = anchor.stripTrailing().length();
    var changed = new StringBuilder(anchor.substring(0, Math.min(from, to)));
    for (int at = from; at < to; at++) {
      char c = anchor.charAt(at);
      if (!isSpace(c)) {
        changed.append(c);
      } else if (!isSpace(anchor.charAt(at - 1))) {
        changed.append(dice.pick(List.of(" ", "\n", "  ", "\n    ", String.valueOf(c))));
      }
    }
    return changed.append(anchor.substring(Math.max(from, to))).toString();
  }

  private static String otherSpaceAtJoin(String anchor, String rest, Dice dice) {
    String before = anchor.stripTrailing();
    String after = rest.stripLeading();
    String between =
        anchor.substring(before.length()) + rest.substring(0, rest.length() - after.length());
    return before
        + switch (dice.below(3)) {
          case 0 -> between + dice.pick(List.of(" ", "\n"));
          case 1 -> "";
          default -> between.replace(' ', '\n');
        }
        + after;
  }

  /**
   * Some of the words are others, or but one of them is. None begins with the word it stands for:
   * that would repeat it, and go on differently.
   */
  private static String paraphrased(String anchor, Dice dice) {
    // Not the white space at the end: with that alone changed, it would be repeated to the letter.
    List<String> words = Tokens.of(anchor.strip());
    var said = new StringBuilder();
    int one = words.indexOf(dice.pick(words.stream().filter(w -> !w.isBlank()).toList()));
    boolean all = dice.below(2) == 0;
    for (int i = 0; i < words.size(); i++) {
      boolean other = (all ? i % 3 == 1 : i == one) && !words.get(i).isBlank();
      said.append(other ? " " + dice.pick(wordsBut(words.get(i).strip())) : words.get(i));
    }
    return said.toString();
  }

  private static List<String> wordsBut(String word) {
    return OTHER_WORDS.stream().filter(other -> !other.startsWith(word)).toList();
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\n';
  }
}

package dev.holdfast.simulator.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A language model that chooses other words in every attempt, and hides an ordinal in each.
 *
 * <p>A text is right if its words are of the {@link Lexicon}, their ordinals run from 1 to the
 * last, each once and in order, the {@link Layout} stands between them, and the end says how many
 * there were. So loss, repetition and a wrong join show though no answer is the right one. How many
 * words there are depends on the prompt; which, also on the attempt.
 *
 * <p>A continuation keeps the words that are there, completes one that is cut, also in the middle
 * of its ordinal, and goes on with the next number. What is no beginning of such a text is
 * continued with something that is clearly of another answer.
 *
 * @param seed chooses lengths and words
 */
public record DifferingModel(long seed) implements LanguageModel {
  @Override
  public Answer answer(Prompt prompt, int attempt) {
    Dice dice = words(prompt, attempt);
    List<String> reasoning = prompt.reasoning() ? Tokens.of(Texts.reasoning(dice)) : List.of();
    String text = text(prompt, List.of(), dice);
    return new Answer(reasoning, Tokens.of(text), call(prompt, attempt));
  }

  @Override
  public Answer continuation(Prompt prompt, String prefix, int attempt) {
    String list = Model.listFor(prefix);
    if (list != null) {
      return new Answer(List.of(), Tokens.of(list.substring(prefix.length())), null);
    }
    Dice dice = words(prompt, attempt);
    List<String> reasoning = prompt.reasoning() ? Tokens.of(Texts.secondThought(dice)) : List.of();
    List<String> begun = begun(prompt, Joins.solid(prefix), dice);
    String rest = begun == null ? null : Joins.rest(text(prompt, begun, dice), prefix);
    if (rest == null) {
      return new Answer(reasoning, Tokens.of(Texts.elsewhere(Dice.of(seed, prefix))), null);
    }
    return new Answer(reasoning, Tokens.of(rest), call(prompt, attempt));
  }

  /**
   * The text that a whole answer of these words would be, or null if they are none: what came
   * differs from it in white space at most.
   */
  public @Nullable String whole(Prompt prompt, String came) {
    List<String> begun = begun(prompt, Joins.solid(came), Dice.of(seed));
    if (begun == null || begun.size() < count(prompt)) {
      return null;
    }
    String whole = text(prompt, begun, Dice.of(seed));
    return Joins.solid(whole).equals(Joins.solid(came)) ? whole : null;
  }

  private int count(Prompt prompt) {
    return Layout.words(style(prompt), Dice.of(seed, prompt.text(), prompt.choice()));
  }

  private Style style(Prompt prompt) {
    if (prompt.tool() != null) {
      return Style.SHORT;
    }
    Dice dice = Dice.of(seed, prompt.text(), "style");
    return prompt.json() ? Style.JSON : Style.chosenBy(prompt.text(), dice);
  }

  private Dice words(Prompt prompt, int attempt) {
    return Dice.of(seed, prompt.text(), prompt.choice(), "attempt", attempt);
  }

  /** The whole text whose first words are given. */
  private String text(Prompt prompt, List<String> begun, Dice dice) {
    Style style = style(prompt);
    int count = count(prompt);
    List<String> lexicon = Lexicon.of(style);
    int shift = dice.below(lexicon.size());
    var text = new StringBuilder();
    for (int word = 1; word <= count; word++) {
      int sung = Layout.refrain(style, word);
      String drawn = sung < 0 ? dice.pick(lexicon) : lexicon.get((sung + shift) % lexicon.size());
      text.append(Layout.before(style, word))
          .append(word <= begun.size() ? begun.get(word - 1) : drawn)
          .append(Lexicon.ordinal(style, word));
    }
    return text.append(Layout.end(style, count)).toString();
  }

  /**
   * The words of a text without white space, the last one completed if it is cut; null if it is no
   * beginning of an answer.
   */
  private @Nullable List<String> begun(Prompt prompt, String solid, Dice dice) {
    Style style = style(prompt);
    int count = count(prompt);
    var words = new ArrayList<String>();
    int at = 0;
    for (int word = 1; word <= count; word++) {
      at = after(solid, at, Joins.solid(Layout.before(style, word)));
      if (at < 0 || at == solid.length()) {
        return at < 0 ? null : words;
      }
      String left = solid.substring(at);
      List<String> fitting =
          Lexicon.of(style).stream()
              .filter(w -> left.length() < w.length() ? w.startsWith(left) : left.startsWith(w))
              .toList();
      if (fitting.isEmpty()) {
        return null;
      }
      words.add(dice.pick(fitting));
      at = after(solid, at, words.getLast());
      at = after(solid, at, Lexicon.ordinal(style, word));
      if (at < 0) {
        return null;
      }
    }
    int end = after(solid, at, Joins.solid(Layout.end(style, count)));
    return end == solid.length() ? words : null;
  }

  /** Behind {@code next} in the text, or at its end if it ends within; less than 0 if neither. */
  private static int after(String text, int at, String next) {
    if (text.startsWith(next, at)) {
      return at + next.length();
    }
    return next.startsWith(text.substring(at)) ? text.length() : -1;
  }

  private Answer.@Nullable ToolCall call(Prompt prompt, int attempt) {
    Prompt.Tool tool = prompt.tool();
    if (tool == null) {
      return null;
    }
    Dice dice = Dice.of(seed, prompt.text(), "call", prompt.choice(), attempt);
    return new Answer.ToolCall(tool.name(), Tokens.of(Texts.arguments(tool, dice)));
  }
}

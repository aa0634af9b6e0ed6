package dev.holdfast.simulator.model;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A language model as a pure function of prompt and seed, the same in every attempt.
 *
 * <p>The answer to a prompt is always the same, and a continuation from any beginning of it, also
 * one cut inside a token, is exactly the rest: {@code prefix + continuation(prompt, prefix).text()}
 * is {@code answer(prompt).text()}; from a beginning whose white space was changed it is that rest
 * too. What is no beginning of the answer is continued with something that is clearly of another
 * answer, so a wrong seam shows.
 *
 * <p>One rule comes before, because real models have it and a known-answer probe needs it: a
 * numbered list whose lines repeat one word ("1 zorblat\n2 zorblat\n3") is continued with that
 * word, up to line 7.
 *
 * @param seed chooses the answers
 */
public record Model(long seed) implements LanguageModel {
  private static final Pattern LIST =
      Pattern.compile("1([.):]? )(\\S+)\\n2\\1\\2(?:\\n.*)?", Pattern.DOTALL);
  private static final int LIST_LINES = 7;

  @Override
  public Answer answer(Prompt prompt, int attempt) {
    return answer(prompt);
  }

  @Override
  public Answer continuation(Prompt prompt, String prefix, int attempt) {
    return continuation(prompt, prefix);
  }

  /** The unbroken answer. */
  public Answer answer(Prompt prompt) {
    Dice dice = dice(prompt);
    List<String> reasoning = prompt.reasoning() ? Tokens.of(Texts.reasoning(dice)) : List.of();
    return new Answer(reasoning, Tokens.of(text(prompt)), call(prompt));
  }

  /** What the model adds when its answer already begins with {@code prefix}, which is not empty. */
  public Answer continuation(Prompt prompt, String prefix) {
    if (prefix.isEmpty()) {
      throw new IllegalArgumentException("expected a prefix of one character or more, got none");
    }
    List<String> reasoning =
        prompt.reasoning() ? Tokens.of(Texts.secondThought(dice(prompt))) : List.of();
    String list = listFor(prefix);
    if (list != null) {
      return new Answer(List.of(), Tokens.of(list.substring(prefix.length())), null);
    }
    String rest = Joins.rest(text(prompt), prefix);
    if (rest != null) {
      return new Answer(reasoning, Tokens.of(rest), call(prompt));
    }
    return new Answer(reasoning, Tokens.of(Texts.elsewhere(Dice.of(seed, prefix))), null);
  }

  private String text(Prompt prompt) {
    Dice dice = dice(prompt);
    if (prompt.tool() != null) {
      return Texts.beforeACall(dice);
    }
    Style style = prompt.json() ? Style.JSON : Style.chosenBy(prompt.text(), dice);
    return Texts.of(style, dice);
  }

  private Answer.@Nullable ToolCall call(Prompt prompt) {
    Prompt.Tool tool = prompt.tool();
    if (tool == null) {
      return null;
    }
    String arguments = Texts.arguments(tool, Dice.of(seed, prompt.text(), "call", prompt.choice()));
    return new Answer.ToolCall(tool.name(), Tokens.of(arguments));
  }

  private Dice dice(Prompt prompt) {
    return Dice.of(seed, prompt.text(), prompt.choice());
  }

  /** The whole list that a text begins, or null if it does not begin one. */
  static @Nullable String listFor(String prefix) {
    Matcher found = LIST.matcher(prefix);
    if (!found.matches()) {
      return null;
    }
    var list = new StringBuilder();
    for (int line = 1; line <= LIST_LINES; line++) {
      list.append(line == 1 ? "" : "\n").append(line).append(found.group(1)).append(found.group(2));
    }
    return list.toString().startsWith(prefix) ? list.toString() : null;
  }
}

package dev.holdfast.simulator.world;

import dev.holdfast.simulator.model.Answer;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.model.Style;
import java.util.ArrayList;
import java.util.List;

/**
 * A question and its unbroken answer. There is a fixed shelf of them, because composing an answer
 * costs more than streaming it.
 *
 * @param kind of the question
 * @param number on the shelf of its kind
 * @param reasoning tokens of thought
 * @param text tokens of each choice
 * @param call arguments of the tool call in pieces; empty for none
 */
record Item(
    Kind kind, int number, List<String> reasoning, List<List<String>> text, List<String> call) {
  private static final int SHELF = 40;
  private static final Model MODEL = new Model(20_261_101);
  private static final List<List<Item>> ITEMS = shelves();

  /** Kinds of question. */
  enum Kind {
    TEXT,
    REASONING,
    JSON,
    TWO_CHOICES,
    TOOLS
  }

  Item {
    reasoning = List.copyOf(reasoning);
    text = List.copyOf(text);
    call = List.copyOf(call);
  }

  static Item drawn(Kind kind, Draw draw) {
    return draw.pick(ITEMS.get(kind.ordinal()));
  }

  /** The item that a question names. */
  static Item asked(String question) {
    int colon = question.indexOf(':');
    var kind = Kind.valueOf(question.substring(0, colon));
    return ITEMS.get(kind.ordinal()).get(Integer.parseInt(question.substring(colon + 1)));
  }

  /** What the caller says. */
  String question() {
    return kind + ":" + number;
  }

  /** The text of a choice in one piece. */
  String whole(int choice) {
    return String.join("", text.get(choice));
  }

  /** All deltas of the unbroken answer. */
  int deltas() {
    return reasoning.size() + text.stream().mapToInt(List::size).sum() + call.size();
  }

  /** Tokens of text that are a pair, and two deltas where pairs are sent in halves. */
  int pairs() {
    return (int) text.stream().flatMap(List::stream).filter(AnswerBytes::isPair).count();
  }

  private static List<List<Item>> shelves() {
    var shelves = new ArrayList<List<Item>>();
    for (var kind : Kind.values()) {
      var shelf = new ArrayList<Item>();
      for (int i = 0; i < SHELF; i++) {
        shelf.add(composed(kind, i));
      }
      shelves.add(List.copyOf(shelf));
    }
    return List.copyOf(shelves);
  }

  private static Item composed(Kind kind, int number) {
    var style = Style.values()[number % Style.values().length];
    var tool = kind == Kind.TOOLS ? new Prompt.Tool("look", List.of("where", "what")) : null;
    int choices = kind == Kind.TWO_CHOICES ? 2 : 1;
    var texts = new ArrayList<List<String>>();
    var answers = new ArrayList<Answer>();
    for (int choice = 0; choice < choices; choice++) {
      var prompt =
          new Prompt(
              kind + " " + number + " " + style.tag(),
              kind == Kind.REASONING,
              kind == Kind.JSON,
              tool,
              choice);
      var answer = MODEL.answer(prompt);
      answers.add(answer);
      // Most are short, so that a run is; some are as long as they come.
      int most = number % 20 == 19 ? 300 : 12 + number * 53 % 70;
      texts.add(cut(answer.textTokens(), most));
    }
    var first = answers.getFirst();
    var call = first.call();
    return new Item(
        kind,
        number,
        cut(first.reasoning(), 24),
        texts,
        call == null ? List.of() : cut(call.fragments(), 12));
  }

  private static List<String> cut(List<String> tokens, int most) {
    return tokens.subList(0, Math.min(most, tokens.size()));
  }
}

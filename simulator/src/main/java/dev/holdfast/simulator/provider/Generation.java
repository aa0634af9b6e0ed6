package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.model.Answer;
import dev.holdfast.simulator.model.Dice;
import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.model.Tokens;
import java.util.ArrayList;
import java.util.List;

/**
 * What one choice of one attempt says, after manner, stop sequences and the token limit.
 *
 * @param choice its index
 * @param deltas everything in order, an echo included
 * @param newTokens how many of them were produced by this attempt
 * @param reasoningTokens how many of those are reasoning
 * @param finish the finish reason
 */
record Generation(
    int choice, List<Delta> deltas, int newTokens, int reasoningTokens, String finish) {
  /** One delta of a stream. */
  sealed interface Delta {
    /** Unsigned reasoning. */
    record Reasoning(String text) implements Delta {}

    /** Text of the answer. */
    record Text(String text) implements Delta {}

    /** The beginning of a tool call. */
    record CallBegun(String name) implements Delta {}

    /** A piece of the arguments of the call. */
    record Arguments(String fragment) implements Delta {}
  }

  Generation {
    deltas = List.copyOf(deltas);
  }

  /** The same with another finish reason. */
  Generation finished(String reason) {
    return new Generation(choice, deltas, newTokens, reasoningTokens, reason);
  }

  /** The same as far as that many deltas; the counts stay. */
  Generation first(int count) {
    return count >= deltas.size()
        ? this
        : new Generation(choice, deltas.subList(0, count), newTokens, reasoningTokens, finish);
  }

  static Generation of(ChatRequest request, int choice, ProviderConfig config, int attempt) {
    Manner manner = config.manner();
    boolean continues = !request.prefix().isEmpty() && manner != Manner.RESTART;
    Answer answer = answer(request, request.prompt(choice), config, attempt);
    var news = new ArrayList<Delta>();
    answer.reasoning().forEach(token -> news.add(new Delta.Reasoning(token)));
    String text = answer.text();
    int stop = firstStop(text, request.stops());
    boolean stopped = stop < text.length();
    List<String> tokens = stopped ? Tokens.of(text.substring(0, stop)) : answer.textTokens();
    tokens.forEach(token -> news.add(new Delta.Text(token)));
    Answer.ToolCall call = stopped ? null : answer.call();
    if (call != null) {
      news.add(new Delta.CallBegun(call.name()));
      call.fragments().forEach(fragment -> news.add(new Delta.Arguments(fragment)));
    }
    String finish = call == null ? "stop" : "tool_calls";
    List<Delta> kept = news;
    Integer most = request.tokensMax();
    if (most != null && most < news.size()) {
      kept = news.subList(0, most);
      finish = "length";
    }
    int reasoning = (int) kept.stream().filter(Delta.Reasoning.class::isInstance).count();
    List<Delta> all = continues ? echoed(request.prefix(), kept, reasoning, manner) : kept;
    return new Generation(choice, all, kept.size(), reasoning, finish);
  }

  private static Answer answer(
      ChatRequest request, Prompt prompt, ProviderConfig config, int attempt) {
    Note note = request.note();
    if (note == null) {
      return request.prefix().isEmpty() || config.manner() == Manner.RESTART
          ? config.model().answer(prompt, attempt)
          : config.model().continuation(prompt, request.prefix(), attempt);
    }
    NoteManner manner = config.notes().in(attempt);
    if (manner == NoteManner.RESTARTED) {
      return config.model().answer(prompt, attempt);
    }
    Answer rest = config.model().continuation(prompt, note.partial(), attempt);
    Dice dice = Dice.of(config.model().seed(), note.partial(), "note", attempt);
    String text = Repetition.of(manner, note.anchor(), rest.text(), dice);
    return new Answer(rest.reasoning(), Tokens.of(text), rest.call());
  }

  private static List<Delta> echoed(String prefix, List<Delta> news, int reasoning, Manner manner) {
    var all = new ArrayList<>(news.subList(0, reasoning));
    List<Delta> rest = news.subList(reasoning, news.size());
    switch (manner) {
      case ECHO -> Tokens.of(prefix).forEach(token -> all.add(new Delta.Text(token)));
      case ECHO_GLUED -> {
        boolean glued = !rest.isEmpty() && rest.getFirst() instanceof Delta.Text;
        String first = glued ? ((Delta.Text) rest.getFirst()).text() : "";
        all.add(new Delta.Text(prefix + first));
        rest = glued ? rest.subList(1, rest.size()) : rest;
      }
      case PREFILL, RESTART, REFUSE_LAST_TURN, REFUSE_PREFILL -> {}
    }
    all.addAll(rest);
    return all;
  }

  private static int firstStop(String text, List<String> stops) {
    int first = text.length();
    for (String stop : stops) {
      int at = stop.isEmpty() ? -1 : text.indexOf(stop);
      if (at >= 0 && at < first) {
        first = at;
      }
    }
    return first;
  }
}

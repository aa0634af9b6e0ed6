package dev.holdfast.peers;

import dev.holdfast.peers.Got.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a client handed its caller so far, put together from deltas; safe for many threads. */
final class Parts {
  private static final class Part {
    private final StringBuilder text = new StringBuilder();
    private final Map<Long, StringBuilder> calls = new TreeMap<>();
    private String finish = "none";
  }

  private final Map<Long, Part> byIndex = new TreeMap<>();

  synchronized void text(long choice, String delta) {
    at(choice).text.append(delta);
  }

  synchronized void call(long choice, long call, String nameOrArguments) {
    at(choice).calls.computeIfAbsent(call, c -> new StringBuilder()).append(nameOrArguments);
  }

  synchronized void finish(long choice, String reason) {
    at(choice).finish = reason;
  }

  /** Forgets the deltas: the client has an answer of its own making. */
  synchronized void clear() {
    byIndex.clear();
  }

  synchronized List<Choice> choices() {
    var all = new ArrayList<Choice>();
    for (var part : byIndex.values()) {
      all.add(
          new Choice(
              part.text.toString(),
              part.calls.values().stream().map(StringBuilder::toString).toList(),
              part.finish));
    }
    return all;
  }

  private Part at(long choice) {
    return byIndex.computeIfAbsent(choice, c -> new Part());
  }
}

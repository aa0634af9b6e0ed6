package dev.holdfast.cli.demo;

import dev.holdfast.simulator.model.Answer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that one reader got.
 *
 * @param status of the answer; 0 if there was none
 * @param text of the answer
 * @param tools names and arguments of the tool calls, each as {@code name(arguments)}
 * @param finish the finish reason; null if none came
 * @param done whether {@code [DONE]} came
 * @param disorder what was wrong with the numbers of the events; null if they were 1, 2, 3 …
 * @param error the error event, or the body of a refusal; null if there was none
 * @param cut how the body ended if not cleanly; null if it did
 */
record Reading(
    int status,
    String text,
    String tools,
    @Nullable String finish,
    boolean done,
    @Nullable String disorder,
    @Nullable String error,
    @Nullable String cut) {
  private static final int SHOWN = 24;

  /** A request that never got an answer. */
  static Reading failed(String why) {
    return new Reading(0, "", "", null, false, null, null, why);
  }

  /** What tells it from the unbroken answer; empty if nothing does. */
  List<String> differences(Answer unbroken, String finishExpected) {
    var found = new ArrayList<String>();
    if (status != 200) {
      found.add("expected status 200, got " + (status == 0 ? "none" : status));
    }
    difference("text", unbroken.text(), text, found);
    Answer.ToolCall call = unbroken.call();
    String tool = call == null ? "" : call.name() + "(" + call.arguments() + ")";
    difference("tool call", tool, tools, found);
    if (!finishExpected.equals(finish)) {
      found.add(
          "expected finish reason "
              + finishExpected
              + ", got "
              + (finish == null ? "none" : finish));
    }
    if (!done) {
      found.add("no [DONE]");
    }
    if (disorder != null) {
      found.add(disorder);
    }
    if (error != null) {
      found.add("error: " + error);
    }
    if (cut != null) {
      found.add("the body was cut: " + cut);
    }
    return found;
  }

  private static void difference(String what, String expected, String got, List<String> found) {
    if (expected.equals(got)) {
      return;
    }
    int shorter = Math.min(expected.length(), got.length());
    int at = 0;
    while (at < shorter && expected.charAt(at) == got.charAt(at)) {
      at++;
    }
    found.add(
        "%s: expected %d characters, got %d; at %d expected %s, got %s"
            .formatted(
                what, expected.length(), got.length(), at, shown(expected, at), shown(got, at)));
  }

  private static String shown(String text, int at) {
    String part = text.substring(at, Math.min(text.length(), at + SHOWN)).replace("\n", "\\n");
    return part.isEmpty() ? "the end" : "\"" + part + "\"";
  }
}

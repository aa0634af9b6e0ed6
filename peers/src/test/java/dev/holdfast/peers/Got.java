package dev.holdfast.peers;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a caller of a client got: an answer, an exception and perhaps a part of one, or neither in
 * time.
 *
 * @param choices by index
 * @param error what the client threw or handed to its caller as an error
 */
record Got(boolean hung, List<Choice> choices, @Nullable Thrown error) {
  /**
   * One choice of an answer.
   *
   * @param calls each as name and arguments
   * @param finish the client's own word for how it ended, or {@code none}
   */
  record Choice(String text, List<String> calls, String finish) {
    Choice withFinish(String other) {
      return new Choice(text, calls, other);
    }
  }

  /**
   * An exception.
   *
   * @param status the HTTP status that it tells of, or 0
   */
  record Thrown(String type, String message, int status) {}

  Got {
    choices = List.copyOf(choices);
  }

  boolean failed() {
    return error != null;
  }

  int status() {
    return error == null ? 0 : error.status();
  }

  String text(int choice) {
    return choice < choices.size() ? choices.get(choice).text() : "";
  }

  /** Reads the line that a client's process wrote. */
  static Got parse(JsonNode line) {
    var choices = new ArrayList<Choice>();
    for (var choice : line.get("choices")) {
      var calls = new ArrayList<String>();
      for (var call : choice.get("calls")) {
        calls.add(call.get("name").asString() + call.get("arguments").asString());
      }
      choices.add(
          new Choice(choice.get("text").asString(), calls, choice.get("finish").asString("none")));
    }
    var error = line.get("error");
    return new Got(
        line.get("hung").booleanValue(),
        choices,
        error.isNull()
            ? null
            : new Thrown(
                error.get("class").asString(),
                error.get("message").asString(),
                error.get("status").asInt(0)));
  }
}

package dev.holdfast.engine.session;

import dev.holdfast.engine.json.JsonStrings;

/** The wire of a chat upstream, as text. */
final class Chat {
  private static final String BEGINNING =
      "data: {\"id\":\"a1\",\"object\":\"chat.completion.chunk\",\"created\":7,"
          + "\"model\":\"m\",";

  static final String DONE = "data: [DONE]\n\n";
  static final String ROLE = delta("{\"role\":\"assistant\",\"content\":\"\"}", "null");

  private Chat() {}

  static String text(String text) {
    return delta("{\"content\":" + JsonStrings.quote(text) + "}", "null");
  }

  /** One event for each of these. */
  static String texts(String... texts) {
    var all = new StringBuilder();
    for (var text : texts) {
      all.append(text(text));
    }
    return all.toString();
  }

  static String reasoning(String text) {
    return delta("{\"reasoning_content\":" + JsonStrings.quote(text) + "}", "null");
  }

  static String tool(String arguments) {
    return delta(
        "{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":"
            + "{\"name\":\"f\",\"arguments\":"
            + JsonStrings.quote(arguments)
            + "}}]}",
        "null");
  }

  static String finish(String reason) {
    return delta("{}", JsonStrings.quote(reason));
  }

  static String usage(int prompt, int completion) {
    return BEGINNING
        + "\"choices\":[],\"usage\":{\"prompt_tokens\":"
        + prompt
        + ",\"completion_tokens\":"
        + completion
        + ",\"total_tokens\":"
        + (prompt + completion)
        + "}}\n\n";
  }

  /** The end of a whole answer. */
  static String stop() {
    return finish("stop") + DONE;
  }

  static String error(String json) {
    return "data: {\"error\":" + json + "}\n\n";
  }

  static String delta(String delta, String finish) {
    return choice(0, delta, finish);
  }

  static String choice(int index, String delta, String finish) {
    return BEGINNING
        + "\"choices\":[{\"index\":"
        + index
        + ",\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finish
        + "}]}\n\n";
  }

  /** The same events as another call would send them: other id, time and model. */
  static String asOtherCall(String events) {
    return events
        .replace("\"id\":\"a1\"", "\"id\":\"b2\"")
        .replace("\"created\":7", "\"created\":9")
        .replace("\"model\":\"m\"", "\"model\":\"m-other\"");
  }
}

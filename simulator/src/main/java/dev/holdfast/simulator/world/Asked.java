package dev.holdfast.simulator.world;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request as an upstream reads it, with a parser that is not ours.
 *
 * @param question the last thing the user said
 * @param prefix the assistant's beginning; empty for none
 * @param streamed whether events are wanted
 * @param usage whether usage is wanted
 * @param messageBytes size of the messages, for the bound on spend
 */
record Asked(String question, String prefix, boolean streamed, boolean usage, int messageBytes) {
  private static final JsonMapper JSON = JsonMapper.shared();

  static Asked read(byte[] body) {
    JsonNode root = JSON.readTree(body);
    String question = "";
    String prefix = "";
    int bytes = 0;
    for (JsonNode message : root.path("messages")) {
      var content = message.path("content").asString("");
      bytes += content.length();
      if (message.path("role").asString("").equals("assistant")) {
        prefix = content;
      } else {
        question = content;
        prefix = "";
      }
    }
    return new Asked(
        question,
        prefix,
        root.path("stream").asBoolean(false),
        root.path("stream_options").path("include_usage").asBoolean(false),
        bytes);
  }

  /** Whether it is one of our questions, and not a known answer. */
  boolean isOurs() {
    return question.matches("[A-Z_]+:\\d+");
  }

  /** The question's item. */
  Item item() {
    return Item.asked(question);
  }

  /** The rest of an answer, cut into tokens anew, as a provider would. */
  static List<String> rest(String whole, String prefix) {
    if (!whole.startsWith(prefix)) {
      return List.of(" [elsewhere", " with", " another", " answer]");
    }
    return new ArrayList<>(
        dev.holdfast.simulator.model.Tokens.of(whole.substring(prefix.length())));
  }
}

package dev.holdfast.simulator.world;

import dev.holdfast.simulator.model.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request as an upstream reads it, with a parser that is not ours.
 *
 * @param question the first thing the user said
 * @param partial the assistant's beginning; empty for none
 * @param note what somebody said behind it; empty for nothing
 * @param streamed whether events are wanted
 * @param usage whether usage is wanted
 */
record Asked(String question, String partial, String note, boolean streamed, boolean usage) {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Pattern OURS = Pattern.compile("[A-Z_]+:\\d+");
  private static final Pattern VERSION = Pattern.compile("Version \\d+: ");

  /** What an answer that begins with a version writes behind a torn one. */
  static final String TORN_VERSION = "Version 7: ";

  static Asked read(byte[] body) {
    JsonNode root = JSON.readTree(body);
    String question = "";
    String partial = "";
    String note = "";
    for (JsonNode message : root.path("messages")) {
      var content = message.path("content").asString("");
      if (message.path("role").asString("").equals("assistant")) {
        partial = content;
      } else if (!partial.isEmpty()) {
        note = content;
      } else if (question.isEmpty()) {
        question = content;
      }
    }
    return new Asked(
        question,
        partial,
        note,
        root.path("stream").asBoolean(false),
        root.path("stream_options").path("include_usage").asBoolean(false));
  }

  /** Whether it is one of our questions, and not a known answer. */
  boolean isOurs() {
    return OURS.matcher(question).matches();
  }

  /** Whether it is asked to go on. */
  boolean goesOn() {
    return !partial.isEmpty();
  }

  /** The end of the partial answer that the note quotes. */
  String anchor() {
    int from = partial.length();
    while (from > 0 && note.contains(partial.substring(from - 1))) {
      from--;
    }
    return partial.substring(from);
  }

  /** Whether its beginning begins with a version, or a part of one. */
  boolean hasVersion() {
    return partial.startsWith("Version");
  }

  /** The question's item. */
  Item item() {
    return Item.asked(question);
  }

  /** The rest of an answer, cut into tokens anew, as a provider would. */
  List<String> rest(String whole) {
    var said = partial;
    var version = VERSION.matcher(partial);
    if (version.lookingAt()) {
      said = partial.substring(version.end());
    } else if (hasVersion() && partial.length() < 20) {
      return new ArrayList<>(Tokens.of(behindTorn(partial) + whole));
    }
    if (!whole.startsWith(said)) {
      return new ArrayList<>(List.of(" [elsewhere", " with", " another", " answer]"));
    }
    return new ArrayList<>(Tokens.of(whole.substring(said.length())));
  }

  /** What belongs between a version that was cut inside, and the answer. */
  private static String behindTorn(String partial) {
    if (partial.equals("Version")) {
      return TORN_VERSION.substring(partial.length());
    }
    return partial.endsWith(":") ? " " : ": ";
  }
}

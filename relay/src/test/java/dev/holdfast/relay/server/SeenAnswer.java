package dev.holdfast.relay.server;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a plain reader of the {@code openai-chat} wire makes of a stream. It shares no code with the
 * engine, and complains of what a careful reader must not be sent.
 */
final class SeenAnswer {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");

  /** One choice, put together. */
  static final class Choice {
    final StringBuilder text = new StringBuilder();
    final StringBuilder reasoning = new StringBuilder();
    final StringBuilder arguments = new StringBuilder();
    final List<String> callIds = new ArrayList<>();
    final List<String> callNames = new ArrayList<>();
    final List<String> finishes = new ArrayList<>();
    int roles;
  }

  final TreeMap<Integer, Choice> choices = new TreeMap<>();

  /** Breaches of the wire or of the numbering; empty for a stream as it should be. */
  final List<String> complaints = new ArrayList<>();

  /** The values of id, created, model and fingerprint. */
  final Set<String> identities = new HashSet<>();

  /** The data of each numbered event. */
  final List<String> data = new ArrayList<>();

  @Nullable JsonNode error;
  @Nullable JsonNode usage;
  String history = "";
  boolean done;

  private SeenAnswer() {}

  /** Reads the body of a stream. */
  static SeenAnswer ofStream(byte[] body) {
    var seen = new SeenAnswer();
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(body))
              .toString();
    } catch (CharacterCodingException e) {
      seen.complaints.add("the body is not UTF-8");
      return seen;
    }
    var block = new ArrayList<String>();
    // Each event keeps its upstream's line ends; only our own lines surely end in LF.
    for (var line : LINE_END.split(text, -1)) {
      if (!line.isEmpty()) {
        block.add(line);
      } else if (!block.isEmpty()) {
        seen.block(block);
        block.clear();
      }
    }
    if (!block.isEmpty()) {
      seen.complaints.add("the body ends inside a block");
    }
    return seen;
  }

  /** Reads a body that is one answer. */
  static SeenAnswer ofBody(byte[] body) {
    var seen = new SeenAnswer();
    var root = JSON.readTree(body);
    for (var item : root.path("choices")) {
      var choice = seen.choice(item);
      var message = item.path("message");
      choice.text.append(message.path("content").asString(""));
      choice.reasoning.append(message.path("reasoning_content").asString(""));
      for (var call : message.path("tool_calls")) {
        choice.callIds.add(call.path("id").asString());
        choice.callNames.add(call.path("function").path("name").asString());
        choice.arguments.append(call.path("function").path("arguments").asString());
      }
      choice.finishes.add(item.path("finish_reason").asString(""));
    }
    seen.usage = root.path("usage").isObject() ? root.path("usage") : null;
    seen.error = root.path("error").isObject() ? root.path("error") : null;
    seen.done = true;
    return seen;
  }

  private void block(List<String> block) {
    var id = "";
    var name = "";
    var value = new ArrayList<String>();
    for (var line : block) {
      if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("data:")) {
        value.add(line.substring(line.startsWith("data: ") ? 6 : 5));
      } else if (!line.startsWith(":")) {
        complaints.add("an unknown line: " + line);
      }
    }
    if (value.isEmpty()) {
      if (!block.getFirst().startsWith(":")) {
        complaints.add("a block without data: " + block);
      }
      return;
    }
    if (error != null) {
      complaints.add("an event behind the error");
    }
    if (name.equals("error")) {
      error = JSON.readTree(String.join("\n", value)).path("error");
      if (!id.isEmpty()) {
        complaints.add("the error has a number");
      }
      return;
    }
    number(id, block);
    event(String.join("\n", value));
  }

  private void number(String id, List<String> block) {
    int dash = id.lastIndexOf('-');
    // A comment may stand right before a block: no blank line parts them.
    var first = block.stream().filter(line -> !line.startsWith(":")).findFirst().orElse("");
    if (!id.matches("[0-9a-z]{8,32}-[1-9][0-9]*") || !first.startsWith("id: ")) {
      complaints.add("expected a block that begins with its number, got \"" + id + "\"");
      return;
    }
    if (!history.isEmpty() && !history.equals(id.substring(0, dash))) {
      complaints.add("a second history");
    }
    history = id.substring(0, dash);
    if (Long.parseLong(id.substring(dash + 1)) != data.size() + 1) {
      complaints.add("expected number " + (data.size() + 1) + ", got " + id);
    }
  }

  private void event(String value) {
    data.add(value);
    if (done) {
      complaints.add("an event behind [DONE]");
    }
    if (value.equals("[DONE]")) {
      done = true;
      return;
    }
    var root = JSON.readTree(value);
    if (!root.path("choices").isEmpty()) {
      identities.add(
          Map.of(
                  "id", root.path("id"),
                  "created", root.path("created"),
                  "model", root.path("model"),
                  "fingerprint", root.path("system_fingerprint"))
              .entrySet()
              .stream()
              .sorted(Map.Entry.comparingByKey())
              .toList()
              .toString());
    }
    if (root.path("usage").isObject()) {
      usage = root.path("usage");
    }
    for (var item : root.path("choices")) {
      delta(choice(item), item);
    }
  }

  private Choice choice(JsonNode item) {
    return choices.computeIfAbsent(item.path("index").asInt(0), i -> new Choice());
  }

  private void delta(Choice choice, JsonNode item) {
    var delta = item.path("delta");
    choice.text.append(delta.path("content").asString(""));
    choice.reasoning.append(delta.path("reasoning_content").asString(""));
    choice.roles += delta.has("role") ? 1 : 0;
    if (choice.roles > 1) {
      complaints.add("a second role");
    }
    for (var call : delta.path("tool_calls")) {
      if (call.has("id")) {
        choice.callIds.add(call.path("id").asString());
      }
      if (call.path("function").has("name")) {
        choice.callNames.add(call.path("function").path("name").asString());
      }
      choice.arguments.append(call.path("function").path("arguments").asString(""));
    }
    var finish = item.path("finish_reason");
    // Some providers write an empty one, or the word null, on every chunk.
    if (finish.isString() && !finish.asString().isEmpty() && !finish.asString().equals("null")) {
      choice.finishes.add(finish.asString());
    } else if (!choice.finishes.isEmpty()) {
      complaints.add("a delta behind the finish");
    }
  }
}

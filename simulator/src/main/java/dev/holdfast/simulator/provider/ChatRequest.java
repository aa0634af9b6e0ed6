package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.model.Tokens;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The fields of a chat completion request that an answer depends on.
 *
 * @param model echoed in the answer
 * @param stream whether the answer is streamed
 * @param usage whether a streamed answer ends with its usage
 * @param obfuscation whether each chunk carries random padding
 * @param tokensMax the largest number of new tokens; null for no limit
 * @param stops texts before which the answer stops
 * @param choices how many answers
 * @param logprobs whether each token of text comes with its log probability
 * @param prompt what is asked, for choice 0
 * @param prefix the text of a trailing assistant message; empty if there is none
 * @param note a trailing assistant message with a note behind it; null if there is none
 * @param promptTokens a rough count of the input, the prefix included
 */
record ChatRequest(
    String model,
    boolean stream,
    boolean usage,
    boolean obfuscation,
    @Nullable Integer tokensMax,
    List<String> stops,
    int choices,
    boolean logprobs,
    Prompt prompt,
    String prefix,
    @Nullable Note note,
    int promptTokens) {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int TOKENS_A_MESSAGE = 4;
  private static final int CHOICES_MAX = 16;

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException if it is none, with a message for its sender
   */
  static ChatRequest parse(byte[] body) {
    JsonNode root;
    try {
      root = MAPPER.readTree(body);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("We could not parse the JSON body of your request.", e);
    }
    JsonNode messages = root.path("messages");
    if (!messages.isArray() || messages.isEmpty()) {
      throw new IllegalArgumentException("Missing required parameter: 'messages'.");
    }
    if (!root.path("model").isString()) {
      throw new IllegalArgumentException("you must provide a model parameter");
    }
    if (root.path("continue_final_message").asBoolean(false)
        && root.path("add_generation_prompt").asBoolean(false)) {
      throw new IllegalArgumentException(
          "Cannot set both 'continue_final_message' and 'add_generation_prompt' to True.");
    }
    int choices = root.path("n").asInt(1);
    if (choices < 1 || choices > CHOICES_MAX) {
      throw new IllegalArgumentException("Invalid value for 'n': expected 1 to " + CHOICES_MAX);
    }
    JsonNode last = messages.get(messages.size() - 1);
    String prefix = isAssistant(last) ? content(last) : "";
    Note note = note(messages);
    int turns = messages.size() - (note != null ? 2 : isAssistant(last) ? 1 : 0);
    var said = new StringBuilder();
    int promptTokens = 0;
    for (int i = 0; i < messages.size(); i++) {
      JsonNode message = messages.get(i);
      String content = content(message);
      promptTokens += TOKENS_A_MESSAGE + Tokens.of(content).size();
      if (i < turns) {
        said.append(message.path("role").asString("")).append(": ").append(content).append('\n');
      }
    }
    JsonNode options = root.path("stream_options");
    return new ChatRequest(
        root.path("model").asString(),
        root.path("stream").asBoolean(false),
        options.path("include_usage").asBoolean(false),
        options.path("include_obfuscation").asBoolean(false),
        tokensMax(root),
        stops(root.path("stop")),
        choices,
        root.path("logprobs").asBoolean(false),
        prompt(root, said.toString(), last),
        prefix,
        note,
        promptTokens);
  }

  /** The prompt for one of the choices. */
  Prompt prompt(int choice) {
    return new Prompt(prompt.text(), prompt.reasoning(), prompt.json(), prompt.tool(), choice);
  }

  /** The note that the request ends in, or null. */
  private static @Nullable Note note(JsonNode messages) {
    int last = messages.size() - 1;
    if (last < 1 || isAssistant(messages.get(last)) || !isAssistant(messages.get(last - 1))) {
      return null;
    }
    return Note.of(content(messages.get(last - 1)), content(messages.get(last)));
  }

  private static boolean isAssistant(JsonNode message) {
    return message.path("role").asString("").equals("assistant");
  }

  private static Prompt prompt(JsonNode root, String said, JsonNode last) {
    String effort = root.path("reasoning_effort").asString("none");
    boolean reasoning = !effort.equals("none") && !effort.equals("minimal");
    boolean json = root.path("response_format").path("type").asString("").startsWith("json");
    return new Prompt(said, reasoning, json, tool(root, said, last), 0);
  }

  private static Prompt.@Nullable Tool tool(JsonNode root, String said, JsonNode last) {
    JsonNode function = root.path("tools").path(0).path("function");
    String name = function.path("name").asString("");
    JsonNode choice = root.path("tool_choice");
    boolean forced = choice.isObject() || choice.asString("").equals("required");
    boolean asked = forced || said.contains(name) || said.contains("[tool]");
    boolean answered = last.path("role").asString("").equals("tool");
    if (name.isEmpty() || choice.asString("").equals("none") || !asked || answered) {
      return null;
    }
    var arguments = new ArrayList<String>();
    arguments.addAll(function.path("parameters").path("properties").propertyNames());
    return new Prompt.Tool(name, arguments);
  }

  private static @Nullable Integer tokensMax(JsonNode root) {
    for (String name : List.of("max_completion_tokens", "max_tokens")) {
      if (root.path(name).isNumber()) {
        int most = root.path(name).asInt();
        if (most < 1) {
          throw new IllegalArgumentException("Invalid '%s': expected 1 or more.".formatted(name));
        }
        return most;
      }
    }
    return null;
  }

  private static List<String> stops(JsonNode stop) {
    if (stop.isString()) {
      return List.of(stop.asString());
    }
    var stops = new ArrayList<String>();
    for (JsonNode one : stop) {
      stops.add(one.asString(""));
    }
    return stops;
  }

  /** The text of a message, also of one whose content is a list of parts. */
  private static String content(JsonNode message) {
    JsonNode content = message.path("content");
    if (!content.isArray()) {
      return content.asString("");
    }
    var text = new StringBuilder();
    for (JsonNode part : content) {
      text.append(part.path("text").asString(""));
    }
    return text.toString();
  }
}

package dev.holdfast.client;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.chat.ChatDialect;
import dev.holdfast.engine.json.JsonMembers;
import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A request of the {@code openai-chat} wire, as the JSON members that are sent. Immutable: each
 * method returns another request.
 *
 * <p>What has no method of its own goes in with {@link #with}, as JSON. {@code stream} is always
 * true on the wire, whatever is written. Where several choices are asked for ({@code n}), the text
 * of an answer is that of the first.
 */
public final class ChatRequest {
  private final Map<String, String> members;

  private ChatRequest(Map<String, String> members) {
    this.members = members;
  }

  /**
   * A request to this model with these messages.
   *
   * @throws IllegalArgumentException if there is no message, or the model has no name
   */
  public static ChatRequest of(String model, Message... messages) {
    return of(model, Arrays.asList(messages));
  }

  /**
   * A request to this model with these messages.
   *
   * @throws IllegalArgumentException if there is no message, or the model has no name
   */
  public static ChatRequest of(String model, List<Message> messages) {
    if (model.isBlank() || messages.isEmpty()) {
      throw new IllegalArgumentException(
          "expected the name of a model and a message or more, got \""
              + model
              + "\" and "
              + messages.size());
    }
    var members = new LinkedHashMap<String, String>();
    members.put("model", JsonStrings.quote(model));
    members.put(
        "messages",
        messages.stream().map(Message::json).collect(Collectors.joining(",", "[", "]")));
    return new ChatRequest(members);
  }

  /**
   * A request from the body that would be sent; its values are kept as they are written.
   *
   * @throws IllegalArgumentException if it is not a JSON object with a model and messages, or a
   *     name stands twice
   */
  public static ChatRequest ofJson(String body) {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    if (ChatDialect.INSTANCE.read(bytes) instanceof Dialect.Reading.Unreadable unreadable) {
      throw new IllegalArgumentException(unreadable.message());
    }
    var written = JsonMembers.ofObject(bytes, 0);
    var members = new LinkedHashMap<String, String>();
    for (int i = 0; i < written.count(); i++) {
      members.put(written.name(i), written.raw(i));
    }
    return new ChatRequest(members);
  }

  /** How freely the model chooses its words. */
  public ChatRequest temperature(double temperature) {
    return with("temperature", Double.toString(temperature));
  }

  /**
   * The longest answer, as {@code max_tokens}; over a seam it is counted on.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public ChatRequest maxTokens(int tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException("expected 1 token or more, got " + tokens);
    }
    return with("max_tokens", Integer.toString(tokens));
  }

  /**
   * A name of the caller's own for the conversation, sent as {@code session_id} and {@code
   * X-Session-ID} where the provider is known to take them, and always to a relay.
   *
   * @throws IllegalArgumentException if it is not 1 to 128 of letters, digits and {@code ._:~-}
   */
  public ChatRequest label(String label) {
    if (!label.matches("[A-Za-z0-9._:~-]{1,128}")) {
      throw new IllegalArgumentException(
          "expected 1 to 128 letters, digits and ._:~-, got \"" + Texts.shortened(label) + "\"");
    }
    return with("session_id", JsonStrings.quote(label));
  }

  /**
   * The same request with one more member, or another value of it.
   *
   * @param json the value, as JSON
   * @throws IllegalArgumentException if the value is not one JSON value
   */
  public ChatRequest with(String name, String json) {
    if (JsonValue.parse(json).isEmpty()) {
      throw new IllegalArgumentException(
          "expected " + name + " to be JSON, got " + Texts.shortened(json));
    }
    var more = new LinkedHashMap<>(members);
    more.put(name, json);
    return new ChatRequest(more);
  }

  /** The name of the model. */
  public String model() {
    return JsonValue.parse(members.getOrDefault("model", "null")).orElse(JsonValue.NULL).text();
  }

  /** The label; empty if there is none. */
  String label() {
    return JsonValue.parse(members.getOrDefault("session_id", "null"))
        .orElse(JsonValue.NULL)
        .text();
  }

  /**
   * The request as the engine reads it.
   *
   * @param askForUsage whether the usage is asked for, unless the request says something itself
   */
  DialectRequest read(boolean askForUsage) {
    var sent = new LinkedHashMap<>(members);
    sent.put("stream", "true");
    if (askForUsage) {
      sent.putIfAbsent("stream_options", "{\"include_usage\":true}");
    }
    return switch (ChatDialect.INSTANCE.read(json(sent).getBytes(StandardCharsets.UTF_8))) {
      case Dialect.Reading.Read read -> read.request();
      case Dialect.Reading.Unreadable no -> throw new IllegalArgumentException(no.message());
    };
  }

  /** The request as JSON. */
  @Override
  public String toString() {
    return json(members);
  }

  private static String json(Map<String, String> members) {
    return members.entrySet().stream()
        .map(member -> JsonStrings.quote(member.getKey()) + ":" + member.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }
}

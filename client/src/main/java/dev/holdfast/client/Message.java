package dev.holdfast.client;

import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.json.JsonValue;
import java.util.Objects;

/**
 * One message of a conversation, as the JSON object that is sent.
 *
 * @param json an object with a {@code role}
 */
public record Message(String json) {
  /**
   * @throws IllegalArgumentException if it is not a JSON object with a string {@code role}
   */
  public Message {
    var role = JsonValue.parse(json).map(value -> value.at("role")).orElse(JsonValue.NULL);
    if (!(role instanceof JsonValue.Str)) {
      throw new IllegalArgumentException(
          "expected a JSON object with a \"role\", got " + Texts.shortened(json));
    }
  }

  /** What the model is told before the conversation. */
  public static Message system(String text) {
    return of("system", text);
  }

  /** What the user says. */
  public static Message user(String text) {
    return of("user", text);
  }

  /** What the model said in an earlier turn. */
  public static Message assistant(String text) {
    return of("assistant", text);
  }

  private static Message of(String role, String text) {
    Objects.requireNonNull(text, "text");
    return new Message("{\"role\":\"" + role + "\",\"content\":" + JsonStrings.quote(text) + "}");
  }
}

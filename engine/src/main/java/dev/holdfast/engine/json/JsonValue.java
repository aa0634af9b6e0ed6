package dev.holdfast.engine.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * A small immutable tree of JSON, for what is read whole and seldom: error bodies, configuration of
 * a provider, a request's few members. The path of a token does not use it.
 *
 * <p>Parsing never throws: what is not one JSON text gives nothing, and so does nesting deeper than
 * {@value #DEPTH_MAX}. The caller bounds the size. Of members with equal names the last counts.
 */
public sealed interface JsonValue {
  /** The deepest nesting that is read; providers' bodies stay below ten. */
  int DEPTH_MAX = 128;

  /** The one value that says nothing. */
  JsonValue NULL = new Null();

  /** An object, its members in the order they came. */
  record Obj(Map<String, JsonValue> members) implements JsonValue {
    public Obj {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }
  }

  /** An array. */
  record Arr(List<JsonValue> items) implements JsonValue {
    public Arr {
      items = List.copyOf(items);
    }
  }

  /** A string, unescaped. */
  record Str(String value) implements JsonValue {}

  /** A number as it was written, so that nothing is rounded. */
  record Num(String literal) implements JsonValue {}

  /** {@code true} or {@code false}. */
  record Bool(boolean value) implements JsonValue {}

  /** {@code null}. */
  record Null() implements JsonValue {}

  /** The value of this JSON text in UTF-8, or nothing if it is not exactly one. */
  static Optional<JsonValue> parse(byte[] json) {
    return parse(new String(json, UTF_8));
  }

  /** The value of this JSON text, or nothing if it is not exactly one. */
  static Optional<JsonValue> parse(String json) {
    var text = json.startsWith("\uFEFF") ? json.substring(1) : json;
    try (var parser = Reading.FACTORY.createParser(ObjectReadContext.empty(), text)) {
      var token = parser.nextToken();
      if (token == null) {
        return Optional.empty();
      }
      var value = Reading.value(parser, token);
      return parser.nextToken() == null ? Optional.of(value) : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /** The member at the end of these names, or {@link #NULL} where one of them is missing. */
  default JsonValue at(String... names) {
    var value = this;
    for (var name : names) {
      value = value instanceof Obj obj ? obj.members().getOrDefault(name, NULL) : NULL;
    }
    return value;
  }

  /** The items of an array; none for any other value. */
  default List<JsonValue> items() {
    return List.of();
  }

  /** The words of a string or the digits of a number; empty for any other value. */
  default String text() {
    return switch (this) {
      case Str string -> string.value();
      case Num number -> number.literal();
      case Obj obj -> "";
      case Arr array -> "";
      case Bool bool -> "";
      case Null none -> "";
    };
  }

  /** Whether this is neither {@code null} nor missing. */
  default boolean exists() {
    return !(this instanceof Null);
  }

  /** Whether it carries anything: not null, false, zero, or an empty string, object or array. */
  default boolean truthy() {
    return switch (this) {
      case Str string -> !string.value().isEmpty();
      case Num number -> number.literal().chars().anyMatch(c -> c >= '1' && c <= '9');
      case Obj obj -> !obj.members().isEmpty();
      case Arr array -> !array.items().isEmpty();
      case Bool bool -> bool.value();
      case Null none -> false;
    };
  }

  /** How tokens become a tree; apart, so that the family shows nothing of the parser. */
  final class Reading {
    private Reading() {}

    /** Names of strangers are not kept in a table shared by the process. */
    private static final TokenStreamFactory FACTORY =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .build();

    private static JsonValue value(JsonParser parser, JsonToken token) {
      return switch (token) {
        case START_OBJECT -> object(parser);
        case START_ARRAY -> array(parser);
        case VALUE_STRING -> new Str(parser.getString());
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Num(parser.getString());
        case VALUE_TRUE -> new Bool(true);
        case VALUE_FALSE -> new Bool(false);
        default -> NULL;
      };
    }

    private static JsonValue object(JsonParser parser) {
      var members = new LinkedHashMap<String, JsonValue>();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        var name = parser.currentName();
        members.put(name, value(parser, parser.nextToken()));
      }
      return new Obj(members);
    }

    private static JsonValue array(JsonParser parser) {
      var items = new ArrayList<JsonValue>();
      for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; ) {
        items.add(value(parser, token));
        token = parser.nextToken();
      }
      return new Arr(items);
    }
  }
}

package dev.holdfast.relay.config;

import dev.holdfast.relay.config.Node.Empty;
import dev.holdfast.relay.config.Node.Entry;
import dev.holdfast.relay.config.Node.Mapping;
import dev.holdfast.relay.config.Node.Scalar;
import dev.holdfast.relay.config.Node.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Turns YAML text into {@link Node}s. Every scalar stays the text that was written, because {@code
 * 60} and {@code 60s} must be told apart later and {@code on} must not become a boolean on the way.
 * {@code ${NAME}} takes the environment's value, in values only.
 *
 * <p>A message of the YAML library quotes the lines around an error. Those may hold a key, so only
 * the place of an error is taken from it.
 */
final class YamlReader {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)(}?)");
  private static final Pattern VARIABLE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final Map<String, String> environment;
  private final Problems problems;

  YamlReader(Map<String, String> environment, Problems problems) {
    this.environment = environment;
    this.problems = problems;
  }

  /**
   * The root of the only document.
   *
   * @throws ConfigException if the text is not YAML; nothing else could be said about it then
   */
  Node read(String text) {
    try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() == null) {
        return new Empty(1);
      }
      Node root = node((YAMLParser) parser, "");
      if (parser.nextToken() != null) {
        problems.add("", line(parser), "expected one document, got another after ---");
      }
      return root;
    } catch (JacksonException e) {
      TokenStreamLocation place = e.getLocation();
      int line = place == null ? 0 : Math.max(0, place.getLineNr());
      String column = place == null ? "" : " near column " + place.getColumnNr();
      // What was reported so far may only follow from it.
      var broken = new Problems();
      broken.add(
          "",
          line,
          "expected YAML, got something else"
              + column
              + "; look for a missing quote, bracket or space after a colon; * and texts with : or"
              + " # need quotes");
      throw broken.exception();
    }
  }

  private Node node(YAMLParser parser, String path) {
    int line = line(parser);
    if (parser.isCurrentAlias()) {
      problems.add(path, line, "expected the value itself, got a YAML alias");
      return new Scalar("", "", true, line);
    }
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> mapping(parser, path, line);
      case START_ARRAY -> sequence(parser, path, line);
      case VALUE_NULL -> new Empty(line);
      default -> scalar(parser.getString(), path, line);
    };
  }

  private Mapping mapping(YAMLParser parser, String path, int line) {
    var entries = new ArrayList<Entry>();
    Map<String, Integer> lines = new HashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      int keyLine = line(parser);
      parser.nextToken();
      String keyPath = Paths.key(path, key);
      Node value = node(parser, keyPath);
      Integer before = lines.putIfAbsent(key, keyLine);
      if (before == null) {
        entries.add(new Entry(key, keyLine, value));
      } else {
        problems.add(keyPath, keyLine, "expected once, is also written in line " + before);
      }
    }
    return new Mapping(entries, line);
  }

  private Sequence sequence(YAMLParser parser, String path, int line) {
    List<Node> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(node(parser, Paths.item(path, items.size())));
    }
    return new Sequence(items, line);
  }

  private Scalar scalar(String raw, String path, int line) {
    boolean unreadable = false;
    var text = new StringBuilder();
    Matcher matcher = VARIABLE.matcher(raw);
    int end = 0;
    while (matcher.find()) {
      String name = matcher.group(1);
      text.append(raw, end, matcher.start());
      end = matcher.end();
      if (matcher.group(2).isEmpty() || !VARIABLE_NAME.matcher(name).matches()) {
        problems.add(path, line, "expected ${NAME} with the name of an environment variable");
        unreadable = true;
        continue;
      }
      String value = environment.get(name);
      if (value == null || value.isEmpty()) {
        problems.add(
            path,
            line,
            "environment variable " + name + (value == null ? " is not set" : " is empty"));
        unreadable = true;
      } else {
        text.append(value);
      }
    }
    text.append(raw, end, raw.length());
    return new Scalar(raw, text.toString(), unreadable, line);
  }

  private static int line(JsonParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }
}

package dev.holdfast.engine.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the members of one JSON object, or the items of one array, stand in its bytes. Together
 * with {@link JsonEdit} it changes a few values and leaves every other byte as it was sent.
 *
 * <p>The text must be well-formed: what is not was refused before.
 */
public final class JsonMembers {
  private record Span(String name, int start, int valueStart, int valueEnd) {}

  private final byte[] json;
  private final List<Span> spans = new ArrayList<>();
  private int at;

  private JsonMembers(byte[] json, int from) {
    this.json = json;
    this.at = from;
  }

  /** The members of the object that begins, after white space, at {@code from}. */
  public static JsonMembers ofObject(byte[] json, int from) {
    var members = new JsonMembers(json, from);
    members.skipMark();
    members.expect('{');
    while (members.peek() != '}') {
      int start = members.at;
      var name = members.name();
      members.expect(':');
      members.peek();
      members.value(name, start);
      if (members.peek() == ',') {
        members.at++;
      }
    }
    return members;
  }

  /**
   * The items of the array that begins, after white space, at {@code from}; their names are empty.
   */
  public static JsonMembers ofArray(byte[] json, int from) {
    var items = new JsonMembers(json, from);
    items.expect('[');
    while (items.peek() != ']') {
      items.value("", items.at);
      if (items.peek() == ',') {
        items.at++;
      }
    }
    return items;
  }

  public int count() {
    return spans.size();
  }

  public String name(int i) {
    return spans.get(i).name;
  }

  /** Where the i-th member begins: at its name, or at its value in an array. */
  public int start(int i) {
    return spans.get(i).start;
  }

  public int valueStart(int i) {
    return spans.get(i).valueStart;
  }

  /** One past the value. */
  public int valueEnd(int i) {
    return spans.get(i).valueEnd;
  }

  /** The last member of that name, as duplicates are read; -1 if there is none. */
  public int find(String name) {
    for (int i = spans.size() - 1; i >= 0; i--) {
      if (spans.get(i).name.equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** The i-th value as it is written. */
  public String raw(int i) {
    return new String(json, valueStart(i), valueEnd(i) - valueStart(i), StandardCharsets.UTF_8);
  }

  /** Whether the i-th value begins with this character: {@code {} for an object, {@code "} … */
  public boolean begins(int i, char c) {
    return json[valueStart(i)] == c;
  }

  private void value(String name, int start) {
    int valueStart = at;
    skipValue();
    spans.add(new Span(name, start, valueStart, at));
  }

  private void skipValue() {
    switch (json[at]) {
      case '"' -> skipString();
      case '{', '[' -> skipNested();
      default -> {
        while (at < json.length && ",]} \t\r\n".indexOf(json[at]) < 0) {
          at++;
        }
      }
    }
  }

  private void skipNested() {
    int depth = 0;
    do {
      byte b = json[at];
      if (b == '"') {
        skipString();
        continue;
      }
      if (b == '{' || b == '[') {
        depth++;
      } else if (b == '}' || b == ']') {
        depth--;
      }
      at++;
    } while (depth > 0);
  }

  private void skipString() {
    at++;
    while (json[at] != '"') {
      at += json[at] == '\\' ? 2 : 1;
    }
    at++;
  }

  private String name() {
    int start = at;
    skipString();
    return JsonStrings.decode(json, start + 1, at - 1);
  }

  /** Skips a byte order mark, as the parsers do that have let this text in. */
  private void skipMark() {
    if (at + 2 < json.length
        && json[at] == (byte) 0xEF
        && json[at + 1] == (byte) 0xBB
        && json[at + 2] == (byte) 0xBF) {
      at += 3;
    }
  }

  private byte peek() {
    while (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t') {
      at++;
    }
    return json[at];
  }

  private void expect(char c) {
    if (peek() != c) {
      throw new IllegalArgumentException("expected " + c + " at byte " + at);
    }
    at++;
  }
}

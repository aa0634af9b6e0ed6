package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.json.JsonMembers;
import dev.holdfast.engine.json.JsonStrings;
import org.jspecify.annotations.Nullable;

/** Where things stand in one well-formed chunk that is to be read or rewritten as text. */
final class ChatDelta {
  final byte[] json;
  final JsonMembers top;

  /** The first choice; null if there is none. */
  final @Nullable JsonMembers choice;

  /** Its delta; null if there is none. */
  final @Nullable JsonMembers delta;

  private ChatDelta(byte[] json, JsonMembers top) {
    this.json = json;
    this.top = top;
    JsonMembers first = null;
    JsonMembers inner = null;
    int choices = top.find("choices");
    if (choices >= 0 && top.begins(choices, '[')) {
      var items = JsonMembers.ofArray(json, top.valueStart(choices));
      if (items.count() > 0 && items.begins(0, '{')) {
        first = JsonMembers.ofObject(json, items.valueStart(0));
        int at = first.find("delta");
        if (at >= 0 && first.begins(at, '{')) {
          inner = JsonMembers.ofObject(json, first.valueStart(at));
        }
      }
    }
    this.choice = first;
    this.delta = inner;
  }

  private ChatDelta(byte[] json, JsonMembers top, JsonMembers delta) {
    this.json = json;
    this.top = top;
    this.choice = null;
    this.delta = delta;
  }

  /** The delta that begins there, of whichever choice. */
  static ChatDelta ofDelta(byte[] json, int from) {
    var delta = JsonMembers.ofObject(json, from);
    return new ChatDelta(json, delta, delta);
  }

  static ChatDelta of(byte[] json, int from) {
    return new ChatDelta(json, JsonMembers.ofObject(json, from));
  }

  /** Whether it speaks of the answer's first choice. */
  boolean isFirstChoice() {
    int i = choice == null ? -1 : choice.find("index");
    return choice == null || i < 0 || choice.raw(i).equals("0");
  }

  /** Whether its choice is over, be it one of several. */
  boolean finishes() {
    int i = choice == null ? -1 : choice.find("finish_reason");
    return choice != null
        && i >= 0
        && choice.begins(i, '"')
        && !choice.raw(i).equals("\"\"")
        && !choice.raw(i).equals("\"null\"");
  }

  /** Whether the model ended it as it wished, and not because of a limit. */
  boolean finishesByItself() {
    int i = choice == null ? -1 : choice.find("finish_reason");
    return choice != null && i >= 0 && choice.raw(i).equals("\"stop\"");
  }

  /** The new text of the answer; empty if there is none. */
  String text() {
    if (delta == null) {
      return "";
    }
    int i = delta.find("content");
    if (i < 0) {
      return "";
    }
    if (delta.begins(i, '"')) {
      return string(delta, i);
    }
    return delta.begins(i, '[') ? parts(delta.valueStart(i), "text") : "";
  }

  /** The new reasoning; empty if there is none that is text. */
  String reasoning() {
    if (delta == null) {
      return "";
    }
    for (var name : new String[] {"reasoning_content", "reasoning"}) {
      int i = delta.find(name);
      if (i >= 0 && delta.begins(i, '"')) {
        return string(delta, i);
      }
    }
    return thinking();
  }

  /** What is thought in a content of parts. */
  String thinking() {
    int i = delta == null ? -1 : delta.find("content");
    return delta != null && i >= 0 && delta.begins(i, '[')
        ? parts(delta.valueStart(i), "thinking")
        : "";
  }

  /** The texts of the parts of this kind, in a list of parts. */
  private String parts(int from, String kind) {
    var text = new StringBuilder();
    var items = JsonMembers.ofArray(json, from);
    for (int n = 0; n < items.count(); n++) {
      if (!items.begins(n, '{')) {
        continue;
      }
      var part = JsonMembers.ofObject(json, items.valueStart(n));
      int value = part.find(kind);
      if (value < 0) {
        continue;
      }
      if (part.begins(value, '"')) {
        text.append(string(part, value));
      } else if (part.begins(value, '[')) {
        text.append(parts(part.valueStart(value), "text"));
      }
    }
    return text.toString();
  }

  String string(JsonMembers members, int i) {
    return JsonStrings.decode(json, members.valueStart(i) + 1, members.valueEnd(i) - 1);
  }
}

package dev.holdfast.engine.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A few changes to JSON bytes; all others stay. Changes may come in any order, but not overlap. */
public final class JsonEdit {
  private record Change(int start, int end, byte[] bytes) {}

  private final byte[] json;
  private final int from;
  private final int to;
  private final List<Change> changes = new ArrayList<>();

  /** Edits the slice {@code [from, to)}; positions are those of the array. */
  public JsonEdit(byte[] json, int from, int to) {
    this.json = json;
    this.from = from;
    this.to = to;
  }

  public JsonEdit replace(int start, int end, String text) {
    changes.add(new Change(start, end, text.getBytes(StandardCharsets.UTF_8)));
    return this;
  }

  /** Replaces the value of a member, or adds the member at the end of the object. */
  public JsonEdit set(JsonMembers members, int objectEnd, String name, String value) {
    int i = members.find(name);
    return i >= 0
        ? replace(members.valueStart(i), members.valueEnd(i), value)
        : append(members, objectEnd, JsonStrings.quote(name) + ":" + value);
  }

  /**
   * Adds written members or items before the closing bracket.
   *
   * @param containerEnd one past the closing bracket
   */
  public JsonEdit append(JsonMembers members, int containerEnd, String written) {
    boolean alone = members.count() == 0;
    return replace(containerEnd - 1, containerEnd - 1, alone ? written : "," + written);
  }

  /** Takes the i-th member out, with one comma. Not for two neighbours of one object. */
  public JsonEdit remove(JsonMembers members, int i) {
    if (i + 1 < members.count()) {
      return replace(members.start(i), members.start(i + 1), "");
    }
    return replace(i == 0 ? members.start(i) : members.valueEnd(i - 1), members.valueEnd(i), "");
  }

  public byte[] apply() {
    changes.sort(Comparator.comparingInt(Change::start));
    var out = new ByteArrayOutputStream(to - from + 64);
    int at = from;
    for (var change : changes) {
      out.write(json, at, change.start - at);
      out.writeBytes(change.bytes);
      at = change.end;
    }
    out.write(json, at, to - at);
    return out.toByteArray();
  }
}

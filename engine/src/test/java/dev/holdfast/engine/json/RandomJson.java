package dev.holdfast.engine.json;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Well-formed JSON as nobody would write it: odd white space, escapes, numbers and nesting. */
public final class RandomJson {
  private static final String[] WHITE = {"", "", "", " ", "\n", "\r\n", "\t", "  \n "};
  private static final String[] CHARACTERS = {
    "a",
    "Z",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\\"",
    "\\\\",
    "\\/",
    "\\n",
    "\\u0041",
    "\\u00e9",
    "\\uD83D\\uDE00",
    "\\ud83d",
    "é",
    "漢",
    "😀",
    "\\b",
    "\\f",
    "\\r",
    "\\t",
    "\u007f",
    "\u2028"
  };
  private static final String[] SCALARS = {
    "null", "true", "false", "0", "-1", "1.5e+10", "12345678901234567890", "-0.0E-3"
  };

  private final SplittableRandom random;

  public RandomJson(SplittableRandom random) {
    this.random = random;
  }

  /** Some white space, mostly none. */
  public String white() {
    return WHITE[random.nextInt(WHITE.length)];
  }

  /** A string, quotes included. */
  public String string() {
    var out = new StringBuilder("\"");
    for (int n = random.nextInt(8); n > 0; n--) {
      out.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
    }
    return out.append('"').toString();
  }

  /** A member's name: Jackson takes no half of a surrogate pair there. */
  public String name() {
    return string().replace("\\ud83d", "");
  }

  public String value(int depth) {
    return switch (random.nextInt(depth > 0 ? 4 : 2)) {
      case 0 -> string();
      case 1 -> SCALARS[random.nextInt(SCALARS.length)];
      case 2 -> {
        var items = new ArrayList<String>();
        for (int n = random.nextInt(4); n > 0; n--) {
          items.add(value(depth - 1));
        }
        yield around("[", items, "]");
      }
      default -> {
        var members = new ArrayList<String>();
        for (int n = random.nextInt(4); n > 0; n--) {
          members.add(member(name(), value(depth - 1)));
        }
        yield object(members);
      }
    };
  }

  public String member(String name, String value) {
    return name + white() + ":" + white() + value;
  }

  public String object(List<String> members) {
    return around("{", members, "}");
  }

  private String around(String open, List<String> parts, String close) {
    var out = new StringBuilder(open).append(white());
    for (int i = 0; i < parts.size(); i++) {
      out.append(i == 0 ? "" : white() + "," + white()).append(parts.get(i));
    }
    return out.append(white()).append(close).toString();
  }
}

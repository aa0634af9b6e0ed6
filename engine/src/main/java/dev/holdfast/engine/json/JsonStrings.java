package dev.holdfast.engine.json;

import java.nio.charset.StandardCharsets;

/** JSON strings, between the quotes. */
public final class JsonStrings {
  private JsonStrings() {}

  /** The text of the escaped bytes {@code [from, to)}, which are well-formed. */
  public static String decode(byte[] json, int from, int to) {
    int escape = from;
    while (escape < to && json[escape] != '\\') {
      escape++;
    }
    if (escape == to) {
      return new String(json, from, to - from, StandardCharsets.UTF_8);
    }
    var text = new StringBuilder(to - from);
    int plain = from;
    int at = escape;
    while (at < to) {
      if (json[at] != '\\') {
        at++;
        continue;
      }
      text.append(new String(json, plain, at - plain, StandardCharsets.UTF_8));
      char kind = (char) json[at + 1];
      if (kind == 'u') {
        int unit = 0;
        for (int i = at + 2; i < at + 6; i++) {
          unit = unit * 16 + Character.digit(json[i], 16);
        }
        text.append((char) unit);
        at += 6;
      } else {
        text.append(plainEscape(kind));
        at += 2;
      }
      plain = at;
    }
    return text.append(new String(json, plain, to - plain, StandardCharsets.UTF_8)).toString();
  }

  private static char plainEscape(char kind) {
    return switch (kind) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      default -> kind;
    };
  }

  /** The text as a JSON string, quotes included; lone surrogates stay escaped. */
  public static String quote(CharSequence text) {
    var out = new StringBuilder(text.length() + 16).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || (Character.isSurrogate(c) && !paired(text, i))) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }

  private static boolean paired(CharSequence text, int i) {
    char c = text.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }
}

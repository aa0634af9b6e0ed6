package dev.holdfast.simulator.provider;

import java.util.Locale;

/** Writes JSON texts by hand, where the exact bytes matter. */
final class Json {
  private Json() {}

  /** A JSON string; half a surrogate pair is escaped, since UTF-8 can't hold it. */
  static String quote(String text) {
    var json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          if (Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1))) {
            json.append(c).append(text.charAt(++i));
          } else if (c < ' ' || Character.isSurrogate(c)) {
            json.append("\\u").append(hex(c));
          } else {
            json.append(c);
          }
        }
      }
    }
    return json.append('"').toString();
  }

  /** Formats without regard to the machine's language, which may have digits of its own. */
  static String fill(String template, Object... values) {
    return String.format(Locale.ROOT, template, values);
  }

  private static String hex(char c) {
    String digits = Integer.toHexString(c);
    return "0".repeat(4 - digits.length()) + digits;
  }
}

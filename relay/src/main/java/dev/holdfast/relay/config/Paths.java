package dev.holdfast.relay.config;

import java.util.regex.Pattern;

/** Writes the place of a key as problems name it: {@code routes."gpt-4.1"[0].target}. */
final class Paths {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]+");

  private Paths() {}

  static String key(String parent, String key) {
    String visible = key.replaceAll("\\p{Cntrl}", " ");
    String step = PLAIN.matcher(visible).matches() ? visible : '"' + visible + '"';
    return parent.isEmpty() ? step : parent + "." + step;
  }

  static String item(String parent, int index) {
    return parent + "[" + index + "]";
  }
}

package dev.holdfast.client;

import java.util.Locale;

/** Small things of strings. */
final class Texts {
  private static final int SHOWN_MAX = 100;

  private Texts() {}

  /** A stranger's text on its way into a message: bounded, and in one line. */
  static String shortened(String text) {
    var line = text.replaceAll("\\p{Cntrl}", " ");
    return line.length() <= SHOWN_MAX ? line : line.substring(0, SHOWN_MAX) + "…";
  }

  /** A number of bits as hexadecimal digits. */
  static String hex(long most, long least) {
    return String.format(Locale.ROOT, "%016x%016x", most, least);
  }
}

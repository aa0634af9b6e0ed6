package dev.holdfast.client;

import java.util.function.Consumer;

/**
 * Hands text on in pieces that end between characters: half a surrogate pair waits for the rest.
 */
final class WholeCharacters {
  private final Consumer<String> next;
  private String half = "";

  WholeCharacters(Consumer<String> next) {
    this.next = next;
  }

  void add(String text) {
    if (text.isEmpty()) {
      return;
    }
    var all = half.isEmpty() ? text : half + text;
    int end = all.length();
    if (Character.isHighSurrogate(all.charAt(end - 1))) {
      end--;
    }
    half = all.substring(end);
    if (end > 0) {
      next.accept(all.substring(0, end));
    }
  }

  /** Nothing follows: what waits goes out as it is. */
  void end() {
    if (!half.isEmpty()) {
      var rest = half;
      half = "";
      next.accept(rest);
    }
  }
}

package dev.holdfast.relay.config;

import java.util.Optional;

/**
 * A model name, or a pattern in which one {@code *} stands for any text that is not empty.
 *
 * @param text as written, with at most one {@code *}
 */
public record ModelPattern(String text) {
  static final Form<ModelPattern> FORM =
      new Form<>(
          "a model name with at most one *",
          text ->
              isValid(text) ? Optional.of(new ModelPattern(text)) : Optional.<ModelPattern>empty());

  public ModelPattern {
    if (!isValid(text)) {
      throw new IllegalArgumentException("expected a model name with at most one *, got " + text);
    }
  }

  private static boolean isValid(String text) {
    return !text.isBlank() && text.indexOf('*') == text.lastIndexOf('*');
  }

  public boolean isWildcard() {
    return text.indexOf('*') >= 0;
  }

  public boolean matches(String model) {
    return isWildcard() ? capture(model).isPresent() : text.equals(model);
  }

  /** What the {@code *} stands for; empty if the name does not match or there is none. */
  Optional<String> capture(String model) {
    int star = text.indexOf('*');
    if (star < 0) {
      return Optional.empty();
    }
    String before = text.substring(0, star);
    String after = text.substring(star + 1);
    return model.length() >= text.length() && model.startsWith(before) && model.endsWith(after)
        ? Optional.of(model.substring(star, model.length() - after.length()))
        : Optional.empty();
  }

  /** How much of it is fixed: of two patterns that match, the one with more is meant. */
  int fixedLength() {
    return text.length() - 1;
  }
}

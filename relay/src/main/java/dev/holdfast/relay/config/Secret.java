package dev.holdfast.relay.config;

/**
 * A credential. Printing it prints {@code ***}, so that it can't get into a log, a problem or a
 * page by way of a record that holds it; only {@link #reveal} gives it out.
 */
public final class Secret {
  private final String value;

  /**
   * @throws IllegalArgumentException if it is empty, or holds a character that no header may carry
   */
  public Secret(String value) {
    if (!isUsable(value)) {
      // The message must not hold the value.
      throw new IllegalArgumentException(
          "expected a credential of visible ASCII characters, got one of "
              + value.length()
              + " characters that is not");
    }
    this.value = value;
  }

  /** Whether it is not empty and could stand in a header: visible ASCII without spaces. */
  static boolean isUsable(String value) {
    return !value.isEmpty() && value.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  /** The credential itself, to be put into a request's header and nowhere else. */
  public String reveal() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}

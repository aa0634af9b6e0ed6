package dev.holdfast.engine.failure;

import java.util.Locale;

/** Turns the constants of the family into the words that leave the process. */
final class Words {
  private Words() {}

  static String of(Enum<?> kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}

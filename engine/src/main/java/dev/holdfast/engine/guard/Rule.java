package dev.holdfast.engine.guard;

/** Checks settings; apart, because nested settings are made while the outer class still begins. */
final class Rule {
  private Rule() {}

  static void require(boolean holds, String rule, Object got) {
    if (!holds) {
      throw new IllegalArgumentException("expected " + rule + ", got " + got);
    }
  }
}

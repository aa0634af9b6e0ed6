package dev.holdfast.relay.server;

import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.model.Answer;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Style;

/** The answer that one unbroken call would give, taken from the model and from nothing else. */
final class Unbroken {
  private Unbroken() {}

  /** The answer of a model to a request of this kind. */
  static Answer of(Model model, RequestKind kind, Style style, int number, int choice) {
    return model.answer(kind.prompt(style, number, choice));
  }
}

package dev.holdfast.relay.server;

import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.model.Answer;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.model.Style;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** The answer that one unbroken call would give, taken from the model and from nothing else. */
final class Unbroken {
  private static final JsonMapper JSON = new JsonMapper();

  private Unbroken() {}

  /** The answer of a model to a request of this kind. */
  static Answer of(Model model, RequestKind kind, Style style, int number, int choice) {
    var messages = JSON.readTree(kind.body("m", style, number)).path("messages");
    var said = new StringBuilder();
    for (var message : messages) {
      said.append(message.path("role").asString())
          .append(": ")
          .append(message.path("content").asString())
          .append('\n');
    }
    var tool =
        kind == RequestKind.TOOLS ? new Prompt.Tool("tide_table", List.of("place", "day")) : null;
    return model.answer(
        new Prompt(
            said.toString(),
            kind == RequestKind.REASONING,
            kind == RequestKind.JSON,
            tool,
            choice));
  }
}

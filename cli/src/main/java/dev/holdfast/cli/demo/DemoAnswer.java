package dev.holdfast.cli.demo;

import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Answer;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * One answer of the demo: what is asked, and what its provider does wrong.
 *
 * @param number from 1, in the order of the panes
 * @param style of the text that is asked for
 * @param faults what goes wrong, an entry an attempt
 * @param model which says the answer; asked apart from the relay for the unbroken one
 * @param tokensPerSecond the pace at which a person watches
 */
record DemoAnswer(
    int number,
    FaultKind kind,
    Style style,
    FaultPlan faults,
    Model model,
    double tokensPerSecond) {
  private static final Prompt.Tool TOOL = new Prompt.Tool("tide_table", List.of("place", "day"));

  private static final String TOOLS =
      ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"tide_table\","
          + "\"parameters\":{\"type\":\"object\",\"properties\":{"
          + "\"place\":{\"type\":\"string\"},\"day\":{\"type\":\"string\"}}}}}],"
          + "\"tool_choice\":\"required\"";

  /** Its provider's name in the relay. */
  String upstream() {
    return "provider-" + number;
  }

  /** The target that the relay calls for it. */
  String target() {
    return upstream() + "/storyteller";
  }

  /** What its provider is like. */
  ProviderConfig provider(double speed) {
    return ProviderConfig.DEFAULTS
        .withModel(model)
        .withManner(kind.manner())
        .withNotes(kind.notes())
        .withTokensPerSecond(tokensPerSecond * speed);
  }

  /** The request, as any caller of {@code /v1/chat/completions} writes it. */
  byte[] body() {
    String extra =
        kind.reasons() ? ",\"reasoning_effort\":\"high\"" : kind.callsTool() ? TOOLS : "";
    String text =
        String.format(
            Locale.ROOT,
            "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],"
                + "\"stream\":true%s}",
            target(),
            question(number, style),
            extra);
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The unbroken answer. */
  Answer unbroken() {
    return unbroken(model, number, kind, style);
  }

  /** The unbroken answer, for who has to know it before the plan. */
  static Answer unbroken(Model model, int number, FaultKind kind, Style style) {
    String said = "user: " + question(number, style) + "\n";
    Prompt.Tool tool = kind.callsTool() ? TOOL : null;
    return model.answer(new Prompt(said, kind.reasons(), false, tool, 0));
  }

  /** The event after which the reader's own connection breaks; empty if it holds. */
  OptionalLong dropsAfter() {
    return kind.dropsReader() ? OptionalLong.of(unbroken().tokens() / 4) : OptionalLong.empty();
  }

  /** The finish reason of the unbroken answer. */
  String finish() {
    return kind.callsTool() ? "tool_calls" : "stop";
  }

  /** What it consists of, in a word. */
  String content() {
    return kind.callsTool() ? "tool call" : style.name().toLowerCase(Locale.ROOT);
  }

  private static String question(int number, Style style) {
    return String.format(Locale.ROOT, "Tell story %d %s.", number, style.tag());
  }
}

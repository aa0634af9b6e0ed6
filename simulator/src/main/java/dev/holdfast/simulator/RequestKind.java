package dev.holdfast.simulator;

import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.model.Style;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** What kind of answer a fault case asks for. */
public enum RequestKind {
  /** Plain text, streamed. */
  TEXT,
  /** Reasoning, then text. */
  REASONING,
  /** A little text, then a tool call. */
  TOOLS,
  /** JSON mode. */
  JSON,
  /** Two choices. */
  N2,
  /** Text with log probabilities. */
  LOGPROBS,
  /** Plain text from a caller that does not stream. */
  NONSTREAM;

  /** The kind as {@code faults.csv} writes it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * A request of this kind, as a caller of {@code /chat/completions} sends it.
   *
   * @param model the model's name
   * @param style the kind of text to ask for, where the request asks for text
   * @param number makes prompts, and so their answers, differ
   */
  public byte[] body(String model, Style style, int number) {
    String extra =
        switch (this) {
          case TEXT, NONSTREAM -> "";
          case REASONING -> ",\"reasoning_effort\":\"high\"";
          case TOOLS ->
              ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"tide_table\","
                  + "\"parameters\":{\"type\":\"object\",\"properties\":{"
                  + "\"place\":{\"type\":\"string\"},\"day\":{\"type\":\"string\"}}}}}]";
          case JSON -> ",\"response_format\":{\"type\":\"json_object\"}";
          case N2 -> ",\"n\":2";
          case LOGPROBS -> ",\"logprobs\":true";
        };
    String text =
        String.format(
            Locale.ROOT,
            "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\","
                + "\"content\":\"%s\"}],\"stream\":%s%s}",
            model,
            said(style, number),
            this != NONSTREAM,
            extra);
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What the model is given to read when it is asked so. */
  public Prompt prompt(Style style, int number, int choice) {
    var tool = this == TOOLS ? new Prompt.Tool("tide_table", List.of("place", "day")) : null;
    return new Prompt(
        "user: " + said(style, number) + "\n", this == REASONING, this == JSON, tool, choice);
  }

  private String said(Style style, int number) {
    String asked = this == TOOLS ? " Use tide_table." : "";
    return "Tell story " + number + " " + style.tag() + "." + asked;
  }
}

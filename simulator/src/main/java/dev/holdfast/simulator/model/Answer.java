package dev.holdfast.simulator.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the model says in one call, in the order reasoning, text, call.
 *
 * @param reasoning tokens of thought
 * @param textTokens tokens of text
 * @param call the call at the end; null for none
 */
public record Answer(List<String> reasoning, List<String> textTokens, @Nullable ToolCall call) {
  /**
   * A tool call.
   *
   * @param name of the tool
   * @param fragments the arguments, a JSON object in pieces
   */
  public record ToolCall(String name, List<String> fragments) {
    public ToolCall {
      fragments = List.copyOf(fragments);
    }

    /** The arguments in one piece. */
    public String arguments() {
      return String.join("", fragments);
    }
  }

  public Answer {
    reasoning = List.copyOf(reasoning);
    textTokens = List.copyOf(textTokens);
  }

  /** The text in one piece. */
  public String text() {
    return String.join("", textTokens);
  }

  /** How many tokens were produced. */
  public int tokens() {
    return reasoning.size() + textTokens.size() + (call == null ? 0 : call.fragments().size() + 1);
  }
}

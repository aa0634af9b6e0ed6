package dev.holdfast.simulator.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that an answer depends on, besides the seed.
 *
 * @param text what was said, without the beginning of an answer that is to be continued; a style in
 *     brackets, such as {@code [table]}, chooses the kind of text ({@link Style#tag()})
 * @param reasoning whether the model thinks aloud first
 * @param json whether the answer must be a JSON text
 * @param tool the tool to call after a few words; null for none
 * @param choice which of several answers, from 0
 */
public record Prompt(
    String text, boolean reasoning, boolean json, @Nullable Tool tool, int choice) {
  /**
   * A tool that may be called.
   *
   * @param name its name
   * @param arguments the names of its arguments; each is given a string
   */
  public record Tool(String name, List<String> arguments) {
    public Tool {
      arguments = List.copyOf(arguments);
    }
  }

  /** A prompt for plain text. */
  public static Prompt of(String text) {
    return new Prompt(text, false, false, null, 0);
  }
}

package dev.holdfast.simulator;

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
}

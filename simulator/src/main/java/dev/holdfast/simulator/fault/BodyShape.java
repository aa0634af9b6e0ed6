package dev.holdfast.simulator.fault;

import java.util.Locale;

/** The body beside an error status. */
public enum BodyShape {
  /** {@code {"error":{"message","type","param","code"}}}. */
  OPENAI,
  /** {@code {"error":{"code":<number>,"message","metadata"}}}. */
  OPENROUTER,
  /** Flat: {@code {"object":"error","message",…}}. */
  MISTRAL,
  /** {@code {"error":{"code","message","status","details":[…]}}}. */
  GOOGLE,
  /** The same in an array of one. */
  GOOGLE_ARRAY,
  /** {@code {"error":"…"}}: a string. */
  OLLAMA,
  /** An HTML page. */
  HTML,
  /** A line of plain text. */
  PLAIN,
  /** Nothing. */
  EMPTY;

  /** The shape as a plan writes it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

package dev.holdfast.simulator.fault;

import java.util.Locale;

/** How a provider says inside a 200 stream that the answer failed. */
public enum ErrorShape {
  /** {@code data: {"error":{…}}}. */
  OPENAI,
  /** The same under {@code event: error}. */
  EVENT,
  /** Error beside choices whose finish reason is {@code error}. */
  OPENROUTER,
  /** The error object inside the choice, finish reason {@code stop}. */
  CHOICE,
  /** Finish reason {@code stop}, and {@code native_finish_reason: error} alone tells. */
  NATIVE,
  /** {@code x_groq.error}, a string, in an ordinary chunk. */
  GROQ,
  /** {@code {"error":"…"}}: a string. */
  OLLAMA,
  /** An empty chunk and the end of the body: the error was swallowed. */
  SWALLOWED,
  /** Flat: {@code {"object":"error","message":…}}. */
  MISTRAL,
  /** Pretty-printed JSON without {@code data:}. */
  GOOGLE;

  /** The shape as a plan writes it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}

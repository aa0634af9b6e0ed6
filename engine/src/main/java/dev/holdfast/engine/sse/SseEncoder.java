package dev.holdfast.engine.sse;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Writes what Holdfast itself adds to a stream: ids, comments and named events.
 *
 * <p>No argument can open a line of its own: a CR or LF either starts a further line of the same
 * kind or is refused.
 */
public final class SseEncoder {
  private SseEncoder() {}

  /**
   * Writes {@code id: <history>-<number>} and a line end, to go right before a block's bytes.
   *
   * @param history names the history that the number counts in; no CR, LF or NUL (a reader ignores
   *     an id with NUL)
   */
  public static void id(WireBuffer out, String history, long number) {
    requireOneLine("history", history);
    out.append("id: ");
    out.append(history);
    out.append('-');
    out.append(number);
    out.append('\n');
  }

  /**
   * Writes a comment, one line for each line of the text. No blank line follows: openai-python
   * keeps the last id and takes a blank line behind it for an event, with data that is no JSON.
   */
  public static void comment(WireBuffer out, String text) {
    lines(out, ": ", text.getBytes(UTF_8));
  }

  /** As {@link #event(WireBuffer, String, byte[], int, int)}, with text as data. */
  public static void event(WireBuffer out, String name, String data) {
    byte[] bytes = data.getBytes(UTF_8);
    event(out, name, bytes, 0, bytes.length);
  }

  /**
   * Writes one event.
   *
   * @param name the event's name, or {@code ""} for none; no CR, LF or NUL
   * @param data the value is {@code [from, to)}. Each of its lines becomes a {@code data:} line; a
   *     reader joins them by LF, so a CR in it is read back as LF. Not empty, because a reader
   *     never hears of an event with empty data
   */
  public static void event(WireBuffer out, String name, byte[] data, int from, int to) {
    requireOneLine("name", name);
    if (from >= to) {
      throw new IllegalArgumentException("data must not be empty: no reader would hear of it");
    }
    if (!name.isEmpty()) {
      out.append("event: ");
      out.append(name);
      out.append('\n');
    }
    lines(out, "data: ", data, from, to);
    out.append('\n');
  }

  private static void lines(WireBuffer out, String prefix, byte[] text) {
    lines(out, prefix, text, 0, text.length);
  }

  private static void lines(WireBuffer out, String prefix, byte[] text, int from, int to) {
    int at = from;
    while (true) {
      int lineEnd = Slices.lineEnd(text, at, to);
      out.append(prefix);
      out.append(text, at, lineEnd);
      out.append('\n');
      if (lineEnd == to) {
        return;
      }
      boolean crlf = text[lineEnd] == '\r' && lineEnd + 1 < to && text[lineEnd + 1] == '\n';
      at = crlf ? lineEnd + 2 : lineEnd + 1;
    }
  }

  private static void requireOneLine(String what, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r' || c == '\n' || c == 0) {
        throw new IllegalArgumentException(
            what + " must hold no CR, LF or NUL, has one at " + i + ": " + text.strip());
      }
    }
  }
}

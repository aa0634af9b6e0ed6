package dev.holdfast.simulator.fault;

import java.util.Locale;

/** A manner of framing that some provider has; the stream stays whole. */
public enum Quirk {
  /** Lines end in CR alone. */
  CR,
  /** Lines end in CR LF. */
  CRLF,
  /** A byte order mark opens the body. */
  BOM,
  /** No space after {@code data:}. */
  NO_SPACE,
  /** Runs of spaces before the closing brace of each event. */
  PADDING,
  /** Each event's JSON is spread over several {@code data:} lines. */
  MULTI_LINE,
  /** Comments between the events. */
  COMMENTS,
  /** Blocks without data between the events: {@code retry:}, {@code id:} or an event name alone. */
  EMPTY_EVENTS,
  /** The upstream numbers its events with {@code id:} lines of its own. */
  EVENT_IDS,
  /** Chunks with empty choices before, between and after the others, the first with an empty id. */
  EMPTY_CHOICES,
  /** Id and time of creation change with each chunk. */
  ROTATING_IDS,
  /** No {@code finish_reason} key until the end. */
  NO_FINISH_KEY,
  /** Usage rides on the chunk that holds the finish reason. */
  USAGE_ON_FINISH,
  /** No usage, though it was asked for. */
  NO_USAGE,
  /** The body ends after the finish, without {@code [DONE]}. */
  NO_DONE,
  /** The blank line after {@code [DONE]} is missing. */
  NO_LAST_BLANK,
  /** Each character beyond the basic plane is split over two deltas, half a pair in each. */
  HALF_PAIRS,
  /** Each byte is sent by itself. */
  ONE_BYTE,
  /** The random padding member of OpenAI, though the request did not leave it on. */
  OBFUSCATION,
  /** Reasoning is paid for but not shown. */
  HIDDEN_REASONING,
  /** The arguments of a tool call hold 80 KB of white space after their first fragment. */
  BIG_CALL;

  /** The quirk as a plan writes it after the {@code +}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

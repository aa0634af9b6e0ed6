package dev.holdfast.simulator.fault;

/**
 * Where in the stream of one attempt a fault strikes.
 *
 * <p>Tokens are the deltas of that attempt, of every kind: reasoning, text, tool arguments, and the
 * deltas of an echo. Past the last token a position means the end of the text.
 */
public sealed interface Position {
  /** The position as a plan writes it after the {@code @}. */
  String text();

  /** Before the status line. */
  record Head() implements Position {
    @Override
    public String text() {
      return "head";
    }
  }

  /** After that many tokens; with 0 after the preamble (role chunk), before the first token. */
  record Tokens(int count) implements Position {
    public Tokens {
      notNegative(count);
    }

    @Override
    public String text() {
      return Integer.toString(count);
    }
  }

  /** In the middle of the event that would be token {@code count + 1}. */
  record InsideEvent(int count) implements Position {
    public InsideEvent {
      notNegative(count);
    }

    @Override
    public String text() {
      return "event:" + count;
    }
  }

  /**
   * Inside the first UTF-8 sequence of several bytes at or after token {@code count + 1}; where a
   * text has none, as {@link InsideEvent}.
   */
  record InsideUtf8(int count) implements Position {
    public InsideUtf8 {
      notNegative(count);
    }

    @Override
    public String text() {
      return "utf8:" + count;
    }
  }

  /** After that many bytes of the body; with 0 right behind the head. */
  record Bytes(int count) implements Position {
    public Bytes {
      notNegative(count);
    }

    @Override
    public String text() {
      return "byte:" + count;
    }
  }

  /** After the last token, before the finish reason. */
  record TextEnd() implements Position {
    @Override
    public String text() {
      return "end";
    }
  }

  /** After the finish reason of every choice, before usage and {@code [DONE]}. */
  record Finish() implements Position {
    @Override
    public String text() {
      return "finish";
    }
  }

  private static void notNegative(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("expected a count of 0 or more, got " + count);
    }
  }
}

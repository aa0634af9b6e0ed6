package dev.holdfast.engine.dialect.chat;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.engine.dialect.chat.ChatChunk.Finish;
import java.util.Arrays;

/** The few texts that mean something as values. */
final class Words {
  /** A finish reason that stands for another, or for none. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Reason(byte[] text, Finish finish) {
    Reason(String text, Finish finish) {
      this(text.getBytes(US_ASCII), finish);
    }
  }

  private static final Reason[] REASONS = {
    new Reason("", Finish.NONE),
    new Reason("null", Finish.NONE),
    new Reason("stop", Finish.STOP),
    new Reason("length", Finish.LENGTH),
    new Reason("tool_calls", Finish.TOOL_CALLS),
    new Reason("content_filter", Finish.CONTENT_FILTER),
    new Reason("function_call", Finish.FUNCTION_CALL),
    new Reason("error", Finish.NOT_COMPLETE),
    new Reason("abort", Finish.NOT_COMPLETE),
    new Reason("insufficient_system_resource", Finish.NOT_COMPLETE),
  };

  static final byte[] ERROR = "error".getBytes(US_ASCII);
  static final byte[] TEXT = "text".getBytes(US_ASCII);
  static final byte[] THINKING = "thinking".getBytes(US_ASCII);

  private Words() {}

  /** What a finish reason comes to; it must not be escaped. */
  static Finish finish(byte[] bytes, int start, int end) {
    for (Reason reason : REASONS) {
      if (equal(bytes, start, end, reason.text)) {
        return reason.finish;
      }
    }
    return Finish.OTHER;
  }

  /** Whether an answer with this finish reason is whole. */
  static boolean complete(String reason) {
    byte[] text = reason.getBytes(UTF_8);
    var finish = finish(text, 0, text.length);
    return finish != Finish.NONE && finish != Finish.NOT_COMPLETE;
  }

  static boolean equal(byte[] bytes, int start, int end, byte[] word) {
    return end - start == word.length && Arrays.equals(bytes, start, end, word, 0, word.length);
  }
}

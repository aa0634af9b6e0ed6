package dev.holdfast.engine.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The event names that the known dialects use, so that reading one costs no allocation. */
final class EventNames {
  private static final List<String> KNOWN =
      List.of(
          "error",
          "message",
          "ping",
          "result",
          "message_start",
          "message_delta",
          "message_stop",
          "content_block_start",
          "content_block_delta",
          "content_block_stop",
          "response.created",
          "response.queued",
          "response.in_progress",
          "response.completed",
          "response.failed",
          "response.incomplete",
          "response.output_item.added",
          "response.output_item.done",
          "response.content_part.added",
          "response.content_part.done",
          "response.output_text.delta",
          "response.output_text.done",
          "response.refusal.delta",
          "response.refusal.done",
          "response.function_call_arguments.delta",
          "response.function_call_arguments.done",
          "response.custom_tool_call_input.delta",
          "response.custom_tool_call_input.done",
          "response.reasoning_text.delta",
          "response.reasoning_text.done",
          "response.reasoning_summary_part.added",
          "response.reasoning_summary_part.done",
          "response.reasoning_summary_text.delta",
          "response.reasoning_summary_text.done");

  private static final Map<String, byte[]> BYTES = new LinkedHashMap<>();
  private static final String[][] BY_LENGTH = new String[64][];

  static {
    for (String name : KNOWN) {
      BYTES.put(name, name.getBytes(US_ASCII));
    }
    for (int length = 0; length < BY_LENGTH.length; length++) {
      int wanted = length;
      BY_LENGTH[length] =
          KNOWN.stream().filter(name -> name.length() == wanted).toArray(String[]::new);
    }
  }

  private EventNames() {}

  /** The constant equal to the slice, or null when the name is not a known one. */
  static @Nullable String find(byte[] array, int from, int to) {
    int length = to - from;
    if (length >= BY_LENGTH.length) {
      return null;
    }
    for (String name : BY_LENGTH[length]) {
      if (Slices.equal(array, from, to, bytesOf(name))) {
        return name;
      }
    }
    return null;
  }

  /** The bytes of a name that {@link #find} returned. */
  static byte[] bytesOf(String known) {
    byte[] bytes = BYTES.get(known);
    if (bytes == null) {
      throw new IllegalArgumentException("not a known event name: " + known);
    }
    return bytes;
  }
}

package dev.holdfast.simulator.world;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes an answer as a provider of the chat dialect does. */
final class AnswerBytes {
  private final String identity;
  private final SessionSpec.Wire wire;

  /** Everything a call sends has this identity, and no other call has it. */
  AnswerBytes(String id, String model, SessionSpec.Wire wire) {
    this.identity =
        "{\"id\":\""
            + id
            + "\",\"object\":\"chat.completion.chunk\",\"created\":17,\"model\":\""
            + model
            + "\",\"choices\":[";
    this.wire = wire;
  }

  byte[] preamble(int choices) {
    var chunk = new StringBuilder(identity);
    for (int i = 0; i < choices; i++) {
      chunk.append(i == 0 ? "" : ",");
      choice(chunk, i, "{\"role\":\"assistant\",\"content\":\"\"}", "null");
    }
    return event(chunk.append("]}").toString());
  }

  /** A token of text; two events where a pair is sent in halves. */
  List<byte[]> text(int choice, String token) {
    var events = new ArrayList<byte[]>(1);
    if (wire.escapes() && isPair(token)) {
      events.add(delta(choice, "content", token.substring(0, 1)));
      events.add(delta(choice, "content", token.substring(1)));
    } else {
      events.add(delta(choice, "content", token));
    }
    return events;
  }

  /** Whether a token is one character of two halves. */
  static boolean isPair(String token) {
    return token.length() == 2 && Character.isHighSurrogate(token.charAt(0));
  }

  byte[] reasoning(String token) {
    return delta(0, "reasoning_content", token);
  }

  byte[] call(boolean first, String fragment) {
    var body = new StringBuilder("{\"tool_calls\":[{\"index\":0,");
    if (first) {
      body.append("\"id\":\"call_1\",\"type\":\"function\",");
    }
    body.append("\"function\":{");
    if (first) {
      body.append("\"name\":\"look\",");
    }
    body.append("\"arguments\":");
    quote(body, fragment, wire.escapes());
    return one(0, body.append("}}]}").toString(), "null");
  }

  byte[] finish(int choice, String reason) {
    return one(choice, "{}", "\"" + reason + "\"");
  }

  byte[] usage(int prompt, int completion) {
    return event(
        identity
            + "],\"usage\":{\"prompt_tokens\":"
            + prompt
            + ",\"completion_tokens\":"
            + completion
            + ",\"total_tokens\":"
            + (prompt + completion)
            + "}}");
  }

  byte[] done() {
    return event("[DONE]");
  }

  byte[] comment() {
    return (wire.crlf() ? ": alive\r\n\r\n" : ": alive\n\n").getBytes(StandardCharsets.UTF_8);
  }

  byte[] error() {
    return event("{\"error\":{\"message\":\"we fell over\",\"type\":\"server_error\"}}");
  }

  /** The one body of an answer that is not streamed. */
  static byte[] body(Item item, List<String> texts) {
    var body = new StringBuilder("{\"id\":\"one\",\"object\":\"chat.completion\",\"choices\":[");
    for (int i = 0; i < texts.size(); i++) {
      body.append(i == 0 ? "" : ",").append("{\"index\":").append(i);
      body.append(",\"message\":{\"role\":\"assistant\",\"content\":");
      quote(body, texts.get(i), false);
      if (!item.call().isEmpty()) {
        body.append(
            ",\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":"
                + "{\"name\":\"look\",\"arguments\":");
        quote(body, String.join("", item.call()), false);
        body.append("}}]");
      }
      body.append("},\"finish_reason\":\"").append(reason(item)).append("\"}");
    }
    return body.append("]}").toString().getBytes(StandardCharsets.UTF_8);
  }

  static String reason(Item item) {
    return item.call().isEmpty() ? "stop" : "tool_calls";
  }

  private byte[] delta(int choice, String member, String text) {
    var body = new StringBuilder(text.length() + 24).append("{\"").append(member).append("\":");
    quote(body, text, wire.escapes());
    return one(choice, body.append('}').toString(), "null");
  }

  private byte[] one(int index, String delta, String finish) {
    var chunk = new StringBuilder(identity.length() + delta.length() + 64).append(identity);
    choice(chunk, index, delta, finish);
    return event(chunk.append("]}").toString());
  }

  private static void choice(StringBuilder chunk, int index, String delta, String finish) {
    chunk
        .append("{\"index\":")
        .append(index)
        .append(",\"delta\":")
        .append(delta)
        .append(",\"finish_reason\":")
        .append(finish)
        .append('}');
  }

  private byte[] event(String data) {
    var end = wire.crlf() ? "\r\n\r\n" : "\n\n";
    return ("data: " + data + end).getBytes(StandardCharsets.UTF_8);
  }

  static void quote(StringBuilder out, String text, boolean escapes) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c == '\n') {
        out.append("\\n");
      } else if (c < ' ' || (escapes && c > 0x7E)) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          out.append(Character.forDigit((c >> shift) & 15, 16));
        }
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}

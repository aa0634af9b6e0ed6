package dev.holdfast.engine.dialect.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.engine.sse.WireBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/**
 * Writes events from a corpus of real ones: as they are, written anew in another manner, made up
 * from the same keys, and then damaged.
 */
final class ChunkMutator {
  private static final String[] KEYS = {
    "id",
    "object",
    "created",
    "model",
    "system_fingerprint",
    "error",
    "usage",
    "choices",
    "x_groq",
    "index",
    "delta",
    "message",
    "finish_reason",
    "native_finish_reason",
    "logprobs",
    "role",
    "content",
    "reasoning_content",
    "reasoning",
    "reasoning_details",
    "refusal",
    "tool_calls",
    "function_call",
    "audio",
    "annotations",
    "citations",
    "type",
    "text",
    "thinking",
    "",
    "conten",
    "contents",
    "delta ",
    "reasoning_contens",
    "system_fingerprinT",
    "native_xinish_reason",
    "é",
    "漢字",
  };
  private static final String[] TOP = {
    "id", "object", "created", "model", "system_fingerprint", "error", "usage", "choices", "x_groq",
  };
  private static final String[] CHOICE = {
    "index", "delta", "delta", "finish_reason", "native_finish_reason", "logprobs", "error",
  };
  private static final String[] DELTA = {
    "role",
    "content",
    "content",
    "reasoning_content",
    "reasoning",
    "reasoning_details",
    "refusal",
    "tool_calls",
    "function_call",
    "audio",
    "annotations",
    "citations",
  };
  private static final String[] PART = {"type", "text", "thinking"};

  private static final String[] TEXTS = {
    "",
    "",
    "stop",
    "length",
    "tool_calls",
    "content_filter",
    "function_call",
    "error",
    "abort",
    "insufficient_system_resource",
    "null",
    "text",
    "thinking",
    "eos_token",
    "assistant",
    "a",
    " ",
    "{\"choices\":[{\"finish_reason\":\"stop\"}]}",
    "\\",
    "\"",
    "xin chào thế giới",
    "漢字かな",
    "🎉👩‍👩‍👧",
    "\u0000\u001f\u007f\u0080",
    "\ud83d",
    "\ude00",
    "0123456789abcdef0123456789abcdef",
  };
  private static final String[] NUMBERS = {
    "0",
    "-0",
    "1",
    "-1",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "99999999999999999999999",
    "0.0",
    "1.5",
    "-0.0e5",
    "0e0",
    "1e3",
    "1E+2",
    "1e-7",
    "01",
    "-",
    "1.",
    ".5",
    "+1",
    "1e",
    "1e+",
    "00",
    "0x1",
    "NaN",
    "-Infinity",
    "1.0.0",
    "1-1",
    "0e99",
    "1a",
  };

  /** Bytes that open, close or spoil a token. */
  private static final int[] SPOILERS = {
    '"', '\\', '{', '}', '[', ']', ':', ',', ' ', '\t', '\n', '\r', 0, 1, 0x1F, 0x7F, 0x80, 0xBF,
    0xC0, 0xC3, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF8, 0xFF, 'u', 'n', 't', 'f', '0', '9', '-', '.',
    'e', '/', '#',
  };

  private final Random random;
  private final List<byte[]> corpus;
  private final List<JsonNode> trees;
  private final WireBuffer out = new WireBuffer(1 << 12);

  /** In 100: how often a character is written as an escape, in this event. */
  private int escapes;

  private int white;

  ChunkMutator(Random random, List<byte[]> corpus) {
    this.random = random;
    this.corpus = corpus;
    trees = corpus.stream().map(JacksonOracle::tree).toList();
  }

  /** The next event; the buffer is the mutator's own. */
  WireBuffer next() {
    out.clear();
    escapes = chance(50) ? 0 : random.nextInt(30);
    white = chance(60) ? 0 : random.nextInt(30);
    int manner = random.nextInt(100);
    if (manner < 35) {
      byte[] event = any(corpus);
      out.append(event, 0, event.length);
    } else if (manner < 65) {
      write(any(trees), 0);
    } else if (manner < 95) {
      white();
      top();
      white();
    } else {
      nest();
    }
    int damages = chance(45) ? 0 : 1 + random.nextInt(3);
    for (int i = 0; i < damages; i++) {
      damage();
    }
    return out;
  }

  private void damage() {
    byte[] event = out.toByteArray();
    int length = event.length;
    int at = random.nextInt(length + 1);
    int span = Math.min(length - at, 1 + random.nextInt(12));
    out.clear();
    switch (random.nextInt(9)) {
      case 0 -> out.append(event, 0, at);
      case 1 -> {
        out.append(event, 0, length);
        if (at < length) {
          out.array()[at] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 2 -> {
        out.append(event, 0, at);
        spoil();
        out.append(event, at, length);
      }
      case 3 -> {
        out.append(event, 0, at);
        out.append(event, at + span, length);
      }
      case 4 -> {
        out.append(event, 0, at + span);
        out.append(event, at, length);
      }
      case 5 -> {
        byte[] other = any(corpus);
        out.append(event, 0, at);
        out.append(other, random.nextInt(other.length), other.length);
      }
      case 6 -> {
        out.append(event, 0, at);
        spoil();
        out.append(event, at + span, length);
      }
      case 7 -> {
        out.append(event, 0, length);
        spoil();
      }
      default -> {
        out.append(event, 0, length);
        if (at < length) {
          out.array()[at] = (byte) SPOILERS[random.nextInt(SPOILERS.length)];
        }
      }
    }
  }

  private void spoil() {
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      raw(SPOILERS[random.nextInt(SPOILERS.length)]);
    }
  }

  /** Writes a tree anew: keys in another order, some twice, some values replaced. */
  private void write(JsonNode node, int depth) {
    white();
    if (chance(2)) {
      value(depth);
    } else if (node.isObject()) {
      List<Map.Entry<String, JsonNode>> members = new ArrayList<>(node.properties());
      if (chance(40)) {
        Collections.shuffle(members, random);
      }
      if (!members.isEmpty() && chance(15)) {
        members.add(random.nextInt(members.size() + 1), any(members));
      }
      out.append('{');
      for (int i = 0; i < members.size(); i++) {
        comma(i);
        key(members.get(i).getKey());
        write(members.get(i).getValue(), depth + 1);
      }
      white();
      out.append('}');
    } else if (node.isArray()) {
      out.append('[');
      for (int i = 0; i < node.size(); i++) {
        comma(i);
        write(node.get(i), depth + 1);
      }
      white();
      out.append(']');
    } else if (node.isString()) {
      text(node.stringValue());
    } else {
      out.append(node.toString());
    }
    white();
  }

  private void top() {
    object(TOP, 5, 0);
  }

  private void object(String[] keys, int most, int depth) {
    out.append('{');
    int count = random.nextInt(most + 1);
    for (int i = 0; i < count; i++) {
      comma(i);
      String key =
          chance(8) ? KEYS[random.nextInt(KEYS.length)] : keys[random.nextInt(keys.length)];
      key(key);
      white();
      if (chance(15)) {
        value(depth + 1);
      } else {
        proper(key, depth + 1);
      }
      white();
    }
    out.append('}');
  }

  private void proper(String key, int depth) {
    switch (key) {
      case "choices" -> array(() -> object(CHOICE, 5, depth + 1));
      case "delta" -> object(DELTA, 5, depth);
      case "x_groq" -> object(new String[] {"error", "id", "usage"}, 3, depth);
      case "content" -> {
        if (chance(50)) {
          text(TEXTS[random.nextInt(TEXTS.length)]);
        } else {
          array(() -> object(PART, 4, depth + 1));
        }
      }
      case "thinking" -> array(() -> object(new String[] {"text", "type"}, 3, depth + 1));
      case "type" -> text(chance(50) ? "text" : chance(80) ? "thinking" : "reference");
      case "index", "created" -> out.append(NUMBERS[random.nextInt(10)]);
      case "tool_calls", "reasoning_details", "annotations", "citations" ->
          array(() -> value(depth + 2));
      default -> {
        if (chance(70)) {
          text(TEXTS[random.nextInt(TEXTS.length)]);
        } else {
          value(depth);
        }
      }
    }
  }

  private void value(int depth) {
    switch (random.nextInt(depth > 6 ? 5 : 8)) {
      case 0 -> out.append("null");
      case 1 -> out.append(chance(50) ? "true" : "false");
      case 2, 3 -> text(TEXTS[random.nextInt(TEXTS.length)]);
      case 4 -> out.append(NUMBERS[random.nextInt(chance(90) ? 18 : NUMBERS.length)]);
      case 5 -> array(() -> value(depth + 1));
      default -> object(KEYS, 4, depth + 1);
    }
  }

  private void array(Runnable element) {
    out.append('[');
    white();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      comma(i);
      white();
      if (chance(5)) {
        value(5);
      } else {
        element.run();
      }
      white();
    }
    out.append(']');
  }

  /** Containers nested about as deep as is allowed, or not at all deep. */
  private void nest() {
    int depth = chance(20) ? 490 + random.nextInt(20) : random.nextInt(12);
    boolean objects = chance(50);
    for (int i = 0; i < depth; i++) {
      out.append(objects ? "{\"choices\":" : "[");
    }
    out.append(objects || chance(50) ? "1" : "");
    for (int i = 0; i < depth; i++) {
      out.append(objects ? '}' : ']');
    }
  }

  private void key(String key) {
    text(key);
    white();
    out.append(':');
  }

  private void text(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      boolean half = c >= 0xD800 && c <= 0xDFFF;
      if (c < 0x20 || half || random.nextInt(100) < escapes) {
        for (char unit : Character.toChars(c)) {
          out.append(String.format(chance(50) ? "\\u%04x" : "\\u%04X", (int) unit));
        }
      } else if (c == '"' || c == '\\') {
        out.append('\\');
        out.append((char) c);
      } else if (c < 0x80 && chance(1) && chance(20)) {
        // Longer than needed: two bytes for what one could say.
        raw(0xC0 | c >> 6);
        raw(0x80 | (c & 0x3F));
      } else if (c < 0x80) {
        out.append((char) c);
      } else {
        byte[] wide = Character.toString(c).getBytes(UTF_8);
        out.append(wide, 0, wide.length);
      }
    }
    out.append('"');
  }

  private void comma(int i) {
    if (i > 0) {
      out.append(',');
    }
    white();
  }

  private void white() {
    while (random.nextInt(100) < white) {
      out.append(" \t\r\n".charAt(random.nextInt(4)));
    }
  }

  private void raw(int b) {
    out.append(new byte[] {(byte) b}, 0, 1);
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}

package dev.holdfast.engine.dialect.chat;

import static dev.holdfast.engine.dialect.chat.ChatChunk.Field;

import dev.holdfast.engine.dialect.chat.ChatChunk.ErrorPlace;
import dev.holdfast.engine.dialect.chat.ChatChunk.Finish;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Says what a chunk must come to, by Jackson's tree alone, and where the scanner differs. */
final class JacksonOracle {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  /** Events that Jackson's parser takes and its tree refuses: numbers beyond what it can hold. */
  long treeless;

  long wellFormed;

  /** The first difference, or null. */
  @Nullable String difference(ChatChunk chunk, byte[] bytes, int from, int to) {
    boolean expected = accepts(bytes, from, to);
    if (chunk.wellFormed() != expected) {
      return "wellFormed: Jackson " + expected;
    }
    if (!expected) {
      return chunk.isObject() || chunk.hasError() || chunk.choiceCount() > 0 || anyField(chunk)
          ? "a malformed chunk says something"
          : null;
    }
    wellFormed++;
    JsonNode tree;
    try {
      tree = MAPPER.readTree(bytes, from, to - from);
    } catch (JacksonException | ArithmeticException | NumberFormatException e) {
      treeless++;
      return null;
    }
    List<String> differences = new ArrayList<>(0);
    compare(tree, chunk, bytes, from, to, differences);
    return differences.isEmpty() ? null : String.join("; ", differences);
  }

  static JsonNode tree(byte[] bytes) {
    return MAPPER.readTree(bytes);
  }

  /**
   * One value in UTF-8, then nothing.
   *
   * <p>Two bytes are in no JSON text, and Jackson takes them all the same at times: NUL, by which
   * it detects UTF-16 and UTF-32, and 0xFF, with which it pads names in its symbol table, so that
   * {@code mode\xFFl} passes for a {@code model} seen before.
   */
  static boolean accepts(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == 0 || bytes[i] == (byte) 0xFF) {
        return false;
      }
    }
    try (JsonParser parser = MAPPER.createParser(bytes, from, to - from)) {
      if (parser.nextToken() == null) {
        return false;
      }
      int depth = 0;
      do {
        if (parser.currentToken().isStructStart()) {
          depth++;
        } else if (parser.currentToken().isStructEnd()) {
          depth--;
        }
      } while (depth > 0 && parser.nextToken() != null);
      return depth == 0 && parser.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }

  private static void compare(
      JsonNode tree, ChatChunk chunk, byte[] bytes, int from, int to, List<String> out) {
    same("isObject", tree.isObject(), chunk.isObject(), out);
    slice(Field.ID, tree.get("id"), chunk, bytes, out);
    slice(Field.OBJECT, tree.get("object"), chunk, bytes, out);
    slice(Field.CREATED, tree.get("created"), chunk, bytes, out);
    slice(Field.MODEL, tree.get("model"), chunk, bytes, out);
    slice(Field.SYSTEM_FINGERPRINT, tree.get("system_fingerprint"), chunk, bytes, out);
    JsonNode usage = tree.get("usage");
    slice(Field.USAGE, usage != null && usage.isObject() ? usage : null, chunk, bytes, out);
    JsonNode choices = tree.get("choices");
    boolean list = choices != null && choices.isArray();
    slice(Field.CHOICES, list ? choices : null, chunk, bytes, out);
    error(tree, chunk, bytes, out);

    List<JsonNode> objects = new ArrayList<>();
    if (list) {
      choices.forEach(choice -> {
        if (choice.isObject()) {
          objects.add(choice);
        }
      });
    }
    same("choiceCount", objects.size(), chunk.choiceCount(), out);
    for (int i = 0; i < Math.min(objects.size(), chunk.choiceCount()); i++) {
      choice(objects.get(i), chunk, i, bytes, out);
    }
  }

  private static void error(JsonNode tree, ChatChunk chunk, byte[] bytes, List<String> out) {
    JsonNode top = tree.get("error");
    JsonNode groq = tree.path("x_groq").get("error");
    ErrorPlace place = ErrorPlace.NONE;
    JsonNode value = null;
    if (truthy(top)) {
      place = ErrorPlace.TOP;
      value = top;
    } else if (truthy(groq)) {
      place = ErrorPlace.X_GROQ;
      value = groq;
    } else if (text(tree.get("object"), "error")) {
      place = ErrorPlace.FLAT;
      value = tree;
    }
    same("errorPlace", place, chunk.errorPlace(), out);
    same("hasError", value != null, chunk.hasError(), out);
    slice(Field.ERROR, value, chunk, bytes, out);
  }

  private static void choice(
      JsonNode choice, ChatChunk chunk, int i, byte[] bytes, List<String> out) {
    JsonNode index = choice.get("index");
    same("index", index != null && index.isInt() ? index.intValue() : 0, chunk.index(i), out);
    JsonNode reason = choice.get("finish_reason");
    Finish finish = finish(reason);
    same("finish", finish, chunk.finish(i), out);
    if (finish != Finish.NONE && chunk.finish(i) != Finish.NONE) {
      same(
          "finish text",
          reason.stringValue(),
          ChatText.decode(bytes, chunk.finishStart(i), chunk.finishEnd(i)),
          out);
    }
    same(
        "nativeError",
        text(choice.get("native_finish_reason"), "error"),
        chunk.nativeError(i),
        out);
    same("logprobs", notNull(choice.get("logprobs")), chunk.hasLogprobs(i), out);
    JsonNode error = choice.get("error");
    same("choiceError", truthy(error), chunk.choiceError(i), out);
    if (truthy(error) && chunk.choiceError(i)) {
      value("choiceError", error, bytes, chunk.choiceErrorStart(i), chunk.choiceErrorEnd(i), out);
    }
    JsonNode delta = choice.get("delta");
    boolean object = delta != null && delta.isObject();
    same("delta", object, chunk.hasDelta(i), out);
    delta(object ? delta : MAPPER.createObjectNode(), chunk, i, bytes, out);
  }

  private static void delta(
      JsonNode delta, ChatChunk chunk, int i, byte[] bytes, List<String> out) {
    same("role", delta.get("role") != null && delta.get("role").isString(), chunk.hasRole(i), out);

    JsonNode content = delta.get("content");
    boolean text = content != null && content.isString();
    boolean parts = content != null && content.isArray();
    same("contentIsText", text, chunk.contentIsText(i), out);
    same("contentIsParts", parts, chunk.contentIsParts(i), out);
    boolean answer = text && !content.stringValue().isEmpty();
    boolean thought = false;
    if (parts) {
      for (JsonNode part : content) {
        answer |= text(part.get("type"), "text") && nonEmpty(part.get("text"));
        thought |= text(part.get("type"), "thinking") && thinks(part.get("thinking"));
      }
      if (chunk.contentIsParts(i)) {
        value("parts", content, bytes, chunk.contentStart(i), chunk.contentEnd(i), out);
      }
    } else if (text && chunk.contentIsText(i)) {
      same(
          "content",
          content.stringValue(),
          ChatText.decode(bytes, chunk.contentStart(i), chunk.contentEnd(i)),
          out);
    }
    same("hasContent", answer, chunk.hasContent(i), out);

    JsonNode first = delta.get("reasoning_content");
    JsonNode second = delta.get("reasoning");
    JsonNode reasoning = nonEmpty(first) ? first : nonEmpty(second) ? second : null;
    same("reasoningIsText", reasoning != null, chunk.reasoningIsText(i), out);
    if (reasoning != null && chunk.reasoningIsText(i)) {
      same(
          "reasoning",
          reasoning.stringValue(),
          ChatText.decode(bytes, chunk.reasoningStart(i), chunk.reasoningEnd(i)),
          out);
    }
    boolean reasons = reasoning != null || thought || nonEmptyArray(delta.get("reasoning_details"));
    same("hasReasoning", reasons, chunk.hasReasoning(i), out);

    JsonNode refusal = delta.get("refusal");
    same("refusal", nonEmpty(refusal), chunk.hasRefusal(i), out);
    if (nonEmpty(refusal) && chunk.hasRefusal(i)) {
      same(
          "refusal text",
          refusal.stringValue(),
          ChatText.decode(bytes, chunk.refusalStart(i), chunk.refusalEnd(i)),
          out);
    }
    boolean tools = nonEmptyArray(delta.get("tool_calls"));
    JsonNode call = delta.get("function_call");
    boolean function = call != null && call.isObject();
    boolean audio = notNull(delta.get("audio"));
    same("toolCalls", tools, chunk.hasToolCalls(i), out);
    same("functionCall", function, chunk.hasFunctionCall(i), out);
    same("audio", audio, chunk.hasAudio(i), out);
    same(
        "annotations",
        nonEmptyArray(delta.get("annotations")) || nonEmptyArray(delta.get("citations")),
        chunk.hasAnnotations(i),
        out);
    same(
        "progress",
        answer || reasons || nonEmpty(refusal) || tools || function || audio,
        chunk.hasProgress(i),
        out);
  }

  private static boolean thinks(@Nullable JsonNode thinking) {
    if (thinking == null || !thinking.isArray()) {
      return nonEmpty(thinking);
    }
    for (JsonNode thought : thinking) {
      if (nonEmpty(thought.get("text"))) {
        return true;
      }
    }
    return false;
  }

  private static Finish finish(@Nullable JsonNode reason) {
    if (reason == null || !reason.isString()) {
      return Finish.NONE;
    }
    return switch (reason.stringValue()) {
      case "", "null" -> Finish.NONE;
      case "stop" -> Finish.STOP;
      case "length" -> Finish.LENGTH;
      case "tool_calls" -> Finish.TOOL_CALLS;
      case "content_filter" -> Finish.CONTENT_FILTER;
      case "function_call" -> Finish.FUNCTION_CALL;
      case "error", "abort", "insufficient_system_resource" -> Finish.NOT_COMPLETE;
      default -> Finish.OTHER;
    };
  }

  private static boolean truthy(@Nullable JsonNode node) {
    if (node == null) {
      return false;
    }
    return switch (node.getNodeType()) {
      case OBJECT -> true;
      case ARRAY -> !node.isEmpty();
      case STRING -> !node.stringValue().isEmpty();
      case BOOLEAN -> node.booleanValue();
      case NUMBER -> node.decimalValue().signum() != 0;
      default -> false;
    };
  }

  private static boolean text(@Nullable JsonNode node, String text) {
    return node != null && node.isString() && node.stringValue().equals(text);
  }

  private static boolean nonEmpty(@Nullable JsonNode node) {
    return node != null && node.isString() && !node.stringValue().isEmpty();
  }

  private static boolean nonEmptyArray(@Nullable JsonNode node) {
    return node != null && node.isArray() && !node.isEmpty();
  }

  private static boolean notNull(@Nullable JsonNode node) {
    return node != null && !node.isNull();
  }

  private static boolean anyField(ChatChunk chunk) {
    for (Field field : Field.values()) {
      if (chunk.has(field)) {
        return true;
      }
    }
    return false;
  }

  private static void slice(
      Field field, @Nullable JsonNode node, ChatChunk chunk, byte[] bytes, List<String> out) {
    same(field + " present", node != null, chunk.has(field), out);
    if (node != null && chunk.has(field)) {
      value(field.toString(), node, bytes, chunk.start(field), chunk.end(field), out);
    }
  }

  private static void value(
      String what, JsonNode node, byte[] bytes, int start, int end, List<String> out) {
    if (node.isString()) {
      same(what + " quotes", true, bytes[start] == '"' && bytes[end - 1] == '"', out);
      same(what, node.stringValue(), ChatText.decode(bytes, start + 1, end - 1), out);
    } else {
      same(what, node, MAPPER.readTree(bytes, start, end - start), out);
    }
  }

  private static void same(String what, Object jackson, Object scanner, List<String> out) {
    if (!Objects.equals(jackson, scanner)) {
      out.add(what + ": Jackson " + jackson + ", scanner " + scanner);
    }
  }
}

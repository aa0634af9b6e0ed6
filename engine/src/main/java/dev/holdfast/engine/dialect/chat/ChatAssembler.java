package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.dialect.Assembler;
import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.HeaderLookup;
import dev.holdfast.engine.failure.OkBody;
import dev.holdfast.engine.json.JsonMembers;
import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.json.JsonValue;
import dev.holdfast.engine.sse.SseBlock;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Puts chunks together into a {@code chat.completion}. */
final class ChatAssembler implements Assembler {
  private static final Set<String> SAYS_NOTHING = Set.of("\"\"", "0", "null");

  private static final class Call {
    String id = "";
    String type = "function";
    String name = "";
    final StringBuilder arguments = new StringBuilder();
  }

  private static final class Choice {
    final StringBuilder content = new StringBuilder();
    final StringBuilder refusal = new StringBuilder();
    final Map<String, StringBuilder> reasoning = new LinkedHashMap<>();
    final TreeMap<Integer, Call> calls = new TreeMap<>();
    final StringBuilder logprobs = new StringBuilder();
    boolean written;
    String finish = "null";
  }

  private final Map<String, String> top = new LinkedHashMap<>();
  private final TreeMap<Integer, Choice> choices = new TreeMap<>();
  private String usage = "";

  @Override
  public void add(SseBlock block) {
    if (ChatReader.isDone(block)) {
      return;
    }
    var json = block.data();
    var members = JsonMembers.ofObject(json, block.dataStart());
    for (int i = 0; i < members.count(); i++) {
      if (members.find(members.name(i)) != i) {
        continue;
      }
      switch (members.name(i)) {
        case "id", "created", "model", "system_fingerprint", "service_tier" -> {
          if (!SAYS_NOTHING.contains(members.raw(i))) {
            top.putIfAbsent(members.name(i), members.raw(i));
          }
        }
        case "usage" -> {
          if (members.begins(i, '{')) {
            usage = members.raw(i);
          }
        }
        case "choices" -> {
          if (members.begins(i, '[')) {
            choices(json, JsonMembers.ofArray(json, members.valueStart(i)));
          }
        }
        default -> {}
      }
    }
  }

  private void choices(byte[] json, JsonMembers items) {
    for (int n = 0; n < items.count(); n++) {
      if (!items.begins(n, '{')) {
        continue;
      }
      var members = JsonMembers.ofObject(json, items.valueStart(n));
      int index = number(members, "index", 0);
      var choice = choices.computeIfAbsent(index, k -> new Choice());
      int finish = members.find("finish_reason");
      if (finish >= 0
          && members.begins(finish, '"')
          && !members.raw(finish).equals("\"\"")
          && !members.raw(finish).equals("\"null\"")) {
        choice.finish = members.raw(finish);
      }
      int logprobs = members.find("logprobs");
      if (logprobs >= 0 && members.begins(logprobs, '{')) {
        logprobs(choice, json, JsonMembers.ofObject(json, members.valueStart(logprobs)));
      }
      int delta = members.find("delta");
      if (delta >= 0 && members.begins(delta, '{')) {
        delta(choice, ChatDelta.ofDelta(json, members.valueStart(delta)));
      }
    }
  }

  private static void logprobs(Choice choice, byte[] json, JsonMembers logprobs) {
    int content = logprobs.find("content");
    if (content >= 0 && logprobs.begins(content, '[')) {
      var items = JsonMembers.ofArray(json, logprobs.valueStart(content));
      for (int i = 0; i < items.count(); i++) {
        choice.logprobs.append(choice.logprobs.isEmpty() ? "" : ",").append(items.raw(i));
      }
    }
  }

  private static void delta(Choice choice, ChatDelta chunk) {
    var json = chunk.json;
    var delta = Objects.requireNonNull(chunk.delta);
    for (int i = 0; i < delta.count(); i++) {
      if (delta.find(delta.name(i)) != i) {
        continue;
      }
      switch (delta.name(i)) {
        case "content" -> {
          choice.written |= delta.begins(i, '"') || delta.begins(i, '[');
          choice.content.append(chunk.text());
          if (delta.begins(i, '[')) {
            // Parts: what is thought goes where other providers put it.
            reasoning(choice, "reasoning_content").append(chunk.thinking());
          }
        }
        case "refusal" -> {
          if (delta.begins(i, '"')) {
            choice.refusal.append(string(json, delta, i));
          }
        }
        case "reasoning_content", "reasoning" -> {
          if (delta.begins(i, '"')) {
            reasoning(choice, delta.name(i)).append(string(json, delta, i));
          }
        }
        case "tool_calls" -> {
          if (delta.begins(i, '[')) {
            calls(choice, json, JsonMembers.ofArray(json, delta.valueStart(i)));
          }
        }
        default -> {}
      }
    }
  }

  private static StringBuilder reasoning(Choice choice, String name) {
    return choice.reasoning.computeIfAbsent(name, k -> new StringBuilder());
  }

  /** A fragment without an index is the call at its place: some providers send whole calls so. */
  private static void calls(Choice choice, byte[] json, JsonMembers items) {
    for (int n = 0; n < items.count(); n++) {
      if (!items.begins(n, '{')) {
        continue;
      }
      var members = JsonMembers.ofObject(json, items.valueStart(n));
      var call = choice.calls.computeIfAbsent(number(members, "index", n), k -> new Call());
      int id = members.find("id");
      if (id >= 0 && members.begins(id, '"') && call.id.isEmpty()) {
        call.id = string(json, members, id);
      }
      int type = members.find("type");
      if (type >= 0 && members.begins(type, '"')) {
        call.type = string(json, members, type);
      }
      int function = members.find("function");
      if (function >= 0 && members.begins(function, '{')) {
        var inner = JsonMembers.ofObject(json, members.valueStart(function));
        int name = inner.find("name");
        if (name >= 0 && inner.begins(name, '"')) {
          call.name += string(json, inner, name);
        }
        int arguments = inner.find("arguments");
        if (arguments >= 0) {
          call.arguments.append(
              inner.begins(arguments, '"') ? string(json, inner, arguments) : inner.raw(arguments));
        }
      }
    }
  }

  private static int number(JsonMembers members, String name, int otherwise) {
    int i = members.find(name);
    return i >= 0 && members.raw(i).matches("\\d{1,4}")
        ? Integer.parseInt(members.raw(i))
        : otherwise;
  }

  private static String string(byte[] json, JsonMembers members, int i) {
    return JsonStrings.decode(json, members.valueStart(i) + 1, members.valueEnd(i) - 1);
  }

  @Override
  public byte[] body() {
    var out = new StringBuilder("{");
    out.append("\"id\":").append(top.getOrDefault("id", "\"\""));
    out.append(",\"object\":\"chat.completion\"");
    for (var name : new String[] {"created", "model", "system_fingerprint", "service_tier"}) {
      if (top.containsKey(name)) {
        out.append(",\"").append(name).append("\":").append(top.get(name));
      }
    }
    out.append(",\"choices\":[");
    String comma = "";
    for (var entry : choices.entrySet()) {
      out.append(comma);
      choice(out, entry.getKey(), entry.getValue());
      comma = ",";
    }
    out.append(']');
    if (!usage.isEmpty()) {
      out.append(",\"usage\":").append(usage);
    }
    return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void choice(StringBuilder out, int index, Choice choice) {
    out.append("{\"index\":").append(index).append(",\"message\":{\"role\":\"assistant\"");
    boolean text = choice.written && !(choice.content.isEmpty() && !choice.calls.isEmpty());
    out.append(",\"content\":").append(text ? JsonStrings.quote(choice.content) : "null");
    out.append(",\"refusal\":")
        .append(choice.refusal.isEmpty() ? "null" : JsonStrings.quote(choice.refusal));
    choice.reasoning.forEach((name, value) -> {
      if (!value.isEmpty()) {
        out.append(",\"").append(name).append("\":").append(JsonStrings.quote(value));
      }
    });
    if (!choice.calls.isEmpty()) {
      out.append(",\"tool_calls\":[");
      String comma = "";
      for (var call : choice.calls.values()) {
        out.append(comma)
            .append("{\"id\":")
            .append(JsonStrings.quote(call.id))
            .append(",\"type\":")
            .append(JsonStrings.quote(call.type))
            .append(",\"function\":{\"name\":")
            .append(JsonStrings.quote(call.name))
            .append(",\"arguments\":")
            .append(JsonStrings.quote(call.arguments))
            .append("}}");
        comma = ",";
      }
      out.append(']');
    }
    out.append("},\"logprobs\":")
        .append(
            choice.logprobs.isEmpty()
                ? "null"
                : "{\"content\":[" + choice.logprobs + "],\"refusal\":null}")
        .append(",\"finish_reason\":")
        .append(choice.finish)
        .append('}');
  }

  /** Why a body that came unstreamed is not a whole answer; empty if it is. */
  static Optional<Failure> incomplete(byte[] body, Profile profile) {
    var parsed = JsonValue.parse(body);
    if (parsed.isEmpty() || !(parsed.get() instanceof JsonValue.Obj root)) {
      return Optional.of(
          new Failure.Broken(Failure.Broken.Kind.MALFORMED_STREAM, "the body was not JSON"));
    }
    if (root.at("error").truthy()
        || !(root.members().get("choices") instanceof JsonValue.Arr list)
        || list.items().isEmpty()) {
      return Optional.of(OkBody.judge(HeaderLookup.NONE, body, profile, 0));
    }
    for (var item : list.items()) {
      if (!(item instanceof JsonValue.Obj choice)
          || !(choice.members().get("finish_reason") instanceof JsonValue.Str reason)
          || !Words.complete(reason.value())
          || choice.at("error").truthy()
          || choice.at("native_finish_reason").text().equals("error")) {
        return Optional.of(
            new Failure.Broken(
                Failure.Broken.Kind.TRUNCATION, "a choice of the body had no finish reason"));
      }
    }
    return Optional.empty();
  }
}

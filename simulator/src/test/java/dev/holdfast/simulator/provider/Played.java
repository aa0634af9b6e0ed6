package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.fault.FaultPlan;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What came of a script, as a peer with endless patience sees it; an endless script is left after
 * some steps.
 */
record Played(Step.Head head, byte[] body, Duration waited, Step last) {
  static final Instant NOW = Instant.parse("2026-11-24T12:00:00.250Z");

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int STEPS_MAX = 100_000;

  static Played of(Script script) {
    var body = new ByteArrayOutputStream();
    var head = new Step.Head(0, List.of());
    Duration waited = Duration.ZERO;
    Step last = new Step.Hang();
    int steps = 0;
    for (Step step : script) {
      last = step;
      switch (step) {
        case Step.Head s -> head = s;
        case Step.Send s -> body.writeBytes(s.bytes());
        case Step.Wait s -> waited = waited.plus(s.time());
        case Step.Refuse s -> {}
        case Step.Reset s -> {}
        case Step.Cut s -> {}
        case Step.End s -> {}
        case Step.Hang s -> {}
      }
      if (++steps == STEPS_MAX) {
        break;
      }
    }
    return new Played(head, body.toByteArray(), waited, last);
  }

  static Played of(ProviderConfig config, String request, String fault) {
    return of(config, request, fault, 1);
  }

  static Played of(ProviderConfig config, String request, String fault, int attempt) {
    return of(new ProviderScript(config).steps(call(request, fault, attempt)));
  }

  static ProviderCall call(String request, String fault, int attempt) {
    return new ProviderCall(
        "POST",
        "/chat/completions",
        Map.of("Content-Type", "application/json"),
        request.getBytes(StandardCharsets.UTF_8),
        FaultPlan.parse(fault).entry(1),
        attempt,
        NOW);
  }

  String bodyText() {
    return new String(body, StandardCharsets.UTF_8);
  }

  JsonNode json() {
    return MAPPER.readTree(body);
  }

  /** The data of the whole events, by the rules of server-sent events. */
  List<String> data() {
    String text = bodyText();
    text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    var events = new ArrayList<String>();
    var data = new ArrayList<String>();
    for (String line : text.split("\r\n|\r|\n", -1)) {
      if (line.isEmpty() && !data.isEmpty()) {
        events.add(String.join("\n", data));
        data.clear();
      }
      if (line.startsWith("data:")) {
        String value = line.substring("data:".length());
        data.add(value.startsWith(" ") ? value.substring(1) : value);
      }
    }
    return events;
  }

  /** The events that hold JSON. */
  List<JsonNode> chunks() {
    return data().stream()
        .filter(data -> data.startsWith("{"))
        .map(data -> MAPPER.readTree(data))
        .toList();
  }

  boolean isDone() {
    return !data().isEmpty() && data().getLast().equals("[DONE]");
  }

  String text() {
    return text(0, "content");
  }

  /** A member of the deltas of one choice, joined. */
  String text(int index, String member) {
    var text = new StringBuilder();
    for (JsonNode chunk : chunks()) {
      for (JsonNode choice : chunk.path("choices")) {
        if (choice.path("index").asInt() == index) {
          text.append(choice.path("delta").path(member).asString(""));
        }
      }
    }
    return text.toString();
  }

  /** The arguments of the tool call, joined. */
  String arguments() {
    var text = new StringBuilder();
    for (JsonNode chunk : chunks()) {
      JsonNode call = chunk.path("choices").path(0).path("delta").path("tool_calls").path(0);
      text.append(call.path("function").path("arguments").asString(""));
    }
    return text.toString();
  }

  /** The finish reason of choice 0, or "none". */
  String finish() {
    String finish = "none";
    for (JsonNode chunk : chunks()) {
      JsonNode reason = chunk.path("choices").path(0).path("finish_reason");
      finish = reason.isString() ? reason.asString() : finish;
    }
    return finish;
  }

  JsonNode usage() {
    JsonNode usage = MAPPER.nullNode();
    for (JsonNode chunk : chunks()) {
      usage = chunk.path("usage").isObject() ? chunk.path("usage") : usage;
    }
    return usage;
  }
}

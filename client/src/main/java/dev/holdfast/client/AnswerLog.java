package dev.holdfast.client;

import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.Transcript;
import dev.holdfast.engine.json.JsonValue;
import dev.holdfast.engine.session.SessionMachine;
import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.engine.sse.SseBlock;
import dev.holdfast.engine.sse.SseDecoder;
import dev.holdfast.engine.sse.SseSink;
import dev.holdfast.engine.usage.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The log of one session, in memory: the events as they were committed, and what they make. One
 * thread at a time.
 */
final class AnswerLog {
  private static final class Call {
    String id = "";
    String name = "";
    final StringBuilder arguments = new StringBuilder();
  }

  private final List<byte[]> blocks = new ArrayList<>();
  private final List<AnswerEvent> events = new ArrayList<>();
  private final boolean keepsEvents;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder reasoning = new StringBuilder();
  private final TreeMap<Long, Call> calls = new TreeMap<>();
  private @Nullable String finishReason;
  private @Nullable Tokens usage;

  AnswerLog(boolean keepsEvents) {
    this.keepsEvents = keepsEvents;
  }

  /** Adds the events of a batch, which belongs to the machine, and returns them. */
  List<AnswerEvent> append(EventBatch batch) {
    var added = new ArrayList<AnswerEvent>(batch.count());
    for (int i = 0; i < batch.count(); i++) {
      var block = Arrays.copyOfRange(batch.array(i), batch.start(i), batch.end(i));
      blocks.add(block);
      long number = batch.first() + i;
      SseSink sink = read -> added.add(event(number, data(read)));
      // A decoder for each, since a block that ends in CR would otherwise wait for the next.
      var decoder = new SseDecoder(Math.max(block.length, 16));
      decoder.feed(block, 0, block.length, sink);
      decoder.end(sink);
    }
    if (keepsEvents) {
      events.addAll(added);
    }
    return added;
  }

  private static String data(SseBlock block) {
    int length = block.dataEnd() - block.dataStart();
    return new String(block.data(), block.dataStart(), length, StandardCharsets.UTF_8);
  }

  private AnswerEvent event(long number, String data) {
    var chunk = JsonValue.parse(data).orElse(JsonValue.NULL);
    read(chunk.at("usage"));
    var newText = new StringBuilder();
    var newReasoning = new StringBuilder();
    for (var choice : chunk.at("choices").items()) {
      if (choice.at("index").text().matches("0?")) {
        choice(choice, newText, newReasoning);
      }
    }
    text.append(newText);
    reasoning.append(newReasoning);
    return new AnswerEvent(number, data, newText.toString(), newReasoning.toString());
  }

  private void choice(JsonValue choice, StringBuilder newText, StringBuilder newReasoning) {
    var delta = choice.at("delta");
    var content = delta.at("content");
    newText.append(content.text());
    for (var part : content.items()) {
      newText.append(part.at("text").text());
      for (var thought : part.at("thinking").items()) {
        newReasoning.append(thought.at("text").text());
      }
    }
    var thought = delta.at("reasoning_content").text();
    newReasoning.append(thought.isEmpty() ? delta.at("reasoning").text() : thought);
    for (var part : delta.at("tool_calls").items()) {
      call(part);
    }
    var reason = choice.at("finish_reason").text();
    if (!reason.isEmpty() && !reason.equals("null")) {
      finishReason = reason;
    }
  }

  private void call(JsonValue part) {
    var call = calls.computeIfAbsent(number(part.at("index")), index -> new Call());
    var id = part.at("id").text();
    if (!id.isEmpty()) {
      call.id = id;
    }
    var name = part.at("function", "name").text();
    if (!name.isEmpty()) {
      call.name = name;
    }
    call.arguments.append(part.at("function", "arguments").text());
  }

  private void read(JsonValue counted) {
    if (counted instanceof JsonValue.Obj) {
      usage =
          new Tokens(
              number(counted.at("prompt_tokens")), number(counted.at("completion_tokens")), true);
    }
  }

  private static long number(JsonValue value) {
    return value instanceof JsonValue.Num num && num.literal().matches("\\d{1,18}")
        ? Long.parseLong(num.literal())
        : 0;
  }

  /** Reads the committed events back. */
  Transcript transcript(DialectRequest request) {
    var builder = request.transcript();
    for (var block : blocks) {
      builder.add(block, 0, block.length);
    }
    return builder.build();
  }

  /** What the events make, with what the machine says of how they came about. */
  Answer answer(SessionMachine machine, String session) {
    return new Answer(
        text.toString(),
        reasoning.toString(),
        finishReason,
        usage,
        calls.values().stream()
            .map(call -> new ToolCall(call.id, call.name, call.arguments.toString()))
            .toList(),
        machine.attempts(),
        machine.seams(),
        session,
        events);
  }
}

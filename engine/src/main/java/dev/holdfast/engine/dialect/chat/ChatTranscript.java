package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.dialect.Profiles;
import dev.holdfast.engine.dialect.Signals;
import dev.holdfast.engine.dialect.Transcript;
import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.sse.SseBlock;
import dev.holdfast.engine.sse.SseDecoder;
import dev.holdfast.engine.usage.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The committed part of an answer.
 *
 * @param text of the answer
 * @param reasoning that was shown
 * @param textEvents events with text
 * @param contentEvents events with text or reasoning
 * @param signals what the events meant, as {@link Signals}
 * @param identity the members that stay the same over a stream, as they were first written
 */
record ChatTranscript(
    String text,
    String reasoning,
    long textEvents,
    long contentEvents,
    int signals,
    Map<String, String> identity)
    implements Transcript {

  /** What an answer is known by; a reader sees those of the first attempt for ever. */
  static final List<String> IDENTITY = List.of("id", "created", "model", "system_fingerprint");

  ChatTranscript {
    identity = Map.copyOf(identity);
  }

  /** Tokens of the text: what a continuation is made to read. */
  long handedBack() {
    return tokens(textEvents, text);
  }

  /** Tokens that were written, reasoning among them. */
  long produced() {
    return handedBack() + tokens(contentEvents - textEvents, reasoning);
  }

  /**
   * Events are tokens as long as they are of a token's size; where a provider puts several into one
   * event, the text tells more.
   */
  private static long tokens(long events, String written) {
    long estimate = Tokens.estimate(written);
    return estimate <= 2 * events ? events : estimate;
  }

  /** A chunk of this answer that carries this text alone. */
  byte[] content(String written) {
    return chunk("{\"content\":" + JsonStrings.quote(written) + "}", "null");
  }

  /** The chunk that ends it. */
  byte[] finish(String reason) {
    return chunk("{}", JsonStrings.quote(reason));
  }

  private byte[] chunk(String delta, String finish) {
    var json = new StringBuilder("data: {\"object\":\"chat.completion.chunk\"");
    for (var name : IDENTITY) {
      var value = identity.get(name);
      if (value != null) {
        json.append(",\"").append(name).append("\":").append(value);
      }
    }
    json.append(",\"choices\":[{\"index\":0,\"delta\":")
        .append(delta)
        .append(",\"finish_reason\":")
        .append(finish)
        .append("}]}\n\n");
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  static final class Builder implements Transcript.Builder {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final Map<String, String> identity = new LinkedHashMap<>();
    private final ChatReader reader;
    private long textEvents;
    private long contentEvents;
    private int signals;

    /**
     * @param choices that the caller asked for
     */
    Builder(int choices) {
      reader = new ChatReader(Profiles.find(Profiles.UNKNOWN).orElseThrow(), choices);
    }

    @Override
    public void add(byte[] array, int start, int end) {
      new SseDecoder(Math.max(end - start, 16)).feed(array, start, end, this::block);
    }

    private void block(SseBlock block) {
      int meant = reader.read(block);
      signals |= meant;
      if (Signals.any(meant, Signals.DONE)) {
        return;
      }
      var delta = ChatDelta.of(block.data(), block.dataStart());
      for (var name : IDENTITY) {
        int i = delta.top.find(name);
        if (i >= 0 && !List.of("\"\"", "null", "0").contains(delta.top.raw(i))) {
          identity.putIfAbsent(name, delta.top.raw(i));
        }
      }
      var written = delta.text();
      var thought = delta.reasoning();
      text.append(written);
      reasoning.append(thought);
      if (!written.isEmpty()) {
        textEvents++;
      }
      if (!written.isEmpty() || !thought.isEmpty()) {
        contentEvents++;
      }
    }

    @Override
    public Transcript build() {
      return new ChatTranscript(
          text.toString(), reasoning.toString(), textEvents, contentEvents, signals, identity);
    }
  }
}

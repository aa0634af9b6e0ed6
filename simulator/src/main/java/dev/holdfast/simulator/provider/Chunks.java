package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.fault.Quirk;
import dev.holdfast.simulator.model.Dice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Writes the JSON of a chat completion: whole, or as the chunks of a stream. */
final class Chunks {
  /** What a chunk is for; faults find their place by it. */
  enum Kind {
    PREAMBLE,
    TOKEN,
    FINISH,
    TAIL
  }

  /** The data of one event. */
  record Chunk(Kind kind, String data) {}

  static final Chunk DONE = new Chunk(Kind.TAIL, "[DONE]");

  private static final int BIG_FRAGMENTS = 20;
  private static final String BIG_FRAGMENT = " ".repeat(4096);

  private final ChatRequest request;
  private final FaultPlan.Entry fault;
  private final Dice dice;
  private final long created;
  private final String id;
  private final String fingerprint;
  private final String callId;
  private int written;

  Chunks(ChatRequest request, ProviderCall call, long seed) {
    this.request = request;
    this.fault = call.fault();
    this.dice = Dice.of(seed, "attempt", call.attempt(), request.prompt().text());
    this.created = call.now().getEpochSecond();
    this.id = "chatcmpl-" + dice.letters(24);
    this.fingerprint = "fp_" + dice.letters(10);
    this.callId = "call_" + dice.letters(20);
  }

  /** The chunks of a stream up to and with {@code [DONE]}. */
  List<Chunk> stream(List<Generation> generations) {
    var chunks = new ArrayList<Chunk>();
    if (fault.has(Quirk.EMPTY_CHOICES)) {
      chunks.add(
          new Chunk(
              Kind.PREAMBLE,
              "{\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\","
                  + "\"prompt_filter_results\":[{\"prompt_index\":0}]}"));
    }
    for (Generation generation : generations) {
      String delta = "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}";
      chunks.add(new Chunk(Kind.PREAMBLE, choice(generation.choice(), delta, null, null)));
    }
    chunks.addAll(interleaved(generations));
    for (Generation generation : generations) {
      chunks.add(finish(generation, generation.finish(), generations));
    }
    if (fault.has(Quirk.EMPTY_CHOICES)) {
      chunks.add(new Chunk(Kind.TAIL, chunk("[]", "")));
    }
    boolean separate = !fault.has(Quirk.NO_USAGE) && !fault.has(Quirk.USAGE_ON_FINISH);
    if (request.usage() && separate) {
      chunks.add(new Chunk(Kind.TAIL, chunk("[]", ",\"usage\":" + usage(generations))));
    }
    if (!fault.has(Quirk.NO_DONE)) {
      chunks.add(DONE);
    }
    return chunks;
  }

  /** The chunk that finishes a choice. */
  Chunk finish(Generation generation, String reason, List<Generation> all) {
    boolean last = generation.choice() == all.getLast().choice();
    String usage =
        fault.has(Quirk.USAGE_ON_FINISH) && last ? ",\"usage\":" + usage(all) : noUsage();
    return new Chunk(Kind.FINISH, choice(generation.choice(), "{}", reason, usage));
  }

  /** A chunk with one choice that has extra members, for errors that look like chunks. */
  String odd(String choices, String members) {
    return chunk(choices, members);
  }

  /** The whole answer as one JSON body. */
  String completion(List<Generation> generations) {
    var choices = new StringJoiner(",", "[", "]");
    for (Generation generation : generations) {
      choices.add(
          Json.fill(
              "{\"index\":%d,\"message\":%s,\"logprobs\":%s,\"finish_reason\":%s}",
              generation.choice(),
              message(generation),
              request.logprobs() ? allLogprobs(generation) : "null",
              Json.quote(generation.finish())));
    }
    return Json.fill(
        "{\"id\":%s,\"object\":\"chat.completion\",\"created\":%d,\"model\":%s,"
            + "\"choices\":%s,\"usage\":%s,\"service_tier\":\"default\","
            + "\"system_fingerprint\":%s}",
        Json.quote(id),
        created,
        Json.quote(request.model()),
        choices,
        usage(generations),
        Json.quote(fingerprint));
  }

  private List<Chunk> interleaved(List<Generation> generations) {
    var chunks = new ArrayList<Chunk>();
    List<List<Generation.Delta>> shown = generations.stream().map(this::shown).toList();
    int most = shown.stream().mapToInt(List::size).max().orElse(0);
    boolean bigCallDue = fault.has(Quirk.BIG_CALL);
    for (int i = 0; i < most; i++) {
      for (int g = 0; g < generations.size(); g++) {
        int choice = generations.get(g).choice();
        List<Generation.Delta> deltas = shown.get(g);
        if (i >= deltas.size()) {
          continue;
        }
        Generation.Delta delta = deltas.get(i);
        chunks.add(token(choice, delta));
        if (bigCallDue && delta instanceof Generation.Delta.Arguments) {
          bigCallDue = false;
          for (int n = 0; n < BIG_FRAGMENTS; n++) {
            Chunk padding = token(choice, new Generation.Delta.Arguments(BIG_FRAGMENT));
            chunks.add(new Chunk(Kind.PREAMBLE, padding.data()));
          }
        }
      }
      if (i == 4 && fault.has(Quirk.EMPTY_CHOICES)) {
        chunks.add(new Chunk(Kind.PREAMBLE, chunk("[]", noUsage())));
      }
    }
    return chunks;
  }

  private List<Generation.Delta> shown(Generation generation) {
    var shown = new ArrayList<Generation.Delta>();
    for (Generation.Delta delta : generation.deltas()) {
      boolean hidden =
          delta instanceof Generation.Delta.Reasoning && fault.has(Quirk.HIDDEN_REASONING);
      int pair = fault.has(Quirk.HALF_PAIRS) ? firstPair(delta) : -1;
      if (pair >= 0) {
        String text = ((Generation.Delta.Text) delta).text();
        shown.add(new Generation.Delta.Text(text.substring(0, pair + 1)));
        shown.add(new Generation.Delta.Text(text.substring(pair + 1)));
      } else if (!hidden) {
        shown.add(delta);
      }
    }
    return shown;
  }

  private static int firstPair(Generation.Delta delta) {
    if (delta instanceof Generation.Delta.Text text) {
      for (int i = 0; i < text.text().length(); i++) {
        if (Character.isHighSurrogate(text.text().charAt(i))) {
          return i;
        }
      }
    }
    return -1;
  }

  private Chunk token(int choice, Generation.Delta delta) {
    String json =
        switch (delta) {
          case Generation.Delta.Reasoning d ->
              "{\"reasoning_content\":" + Json.quote(d.text()) + "}";
          case Generation.Delta.Text d -> "{\"content\":" + Json.quote(d.text()) + "}";
          case Generation.Delta.CallBegun d ->
              Json.fill(
                  "{\"tool_calls\":[{\"index\":0,\"id\":%s,\"type\":\"function\","
                      + "\"function\":{\"name\":%s,\"arguments\":\"\"}}]}",
                  Json.quote(callId), Json.quote(d.name()));
          case Generation.Delta.Arguments d ->
              Json.fill(
                  "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":%s}}]}",
                  Json.quote(d.fragment()));
        };
    String logprobs =
        request.logprobs() && delta instanceof Generation.Delta.Text d
            ? "{\"content\":[" + logprob(d.text()) + "],\"refusal\":null}"
            : "null";
    return new Chunk(Kind.TOKEN, choice(choice, json, null, null, logprobs));
  }

  private String choice(int index, String delta, @Nullable String reason, @Nullable String usage) {
    return choice(index, delta, reason, usage, "null");
  }

  private String choice(
      int index, String delta, @Nullable String reason, @Nullable String usage, String logprobs) {
    String finish = reason == null ? "null" : Json.quote(reason);
    String key =
        reason == null && fault.has(Quirk.NO_FINISH_KEY) ? "" : ",\"finish_reason\":" + finish;
    return chunk(
        "[{\"index\":" + index + ",\"delta\":" + delta + ",\"logprobs\":" + logprobs + key + "}]",
        usage == null ? noUsage() : usage);
  }

  private String chunk(String choices, String members) {
    boolean rotates = fault.has(Quirk.ROTATING_IDS);
    written++;
    var json = new StringBuilder(320);
    json.append("{\"id\":")
        .append(Json.quote(rotates ? "chatcmpl-" + dice.letters(24) : id))
        .append(",\"object\":\"chat.completion.chunk\",\"created\":")
        .append(rotates ? created + written : created)
        .append(",\"model\":")
        .append(Json.quote(request.model()))
        .append(",\"service_tier\":\"default\",\"system_fingerprint\":")
        .append(Json.quote(fingerprint))
        .append(",\"choices\":")
        .append(choices)
        .append(members);
    if (request.obfuscation() || fault.has(Quirk.OBFUSCATION)) {
      json.append(",\"obfuscation\":").append(Json.quote(dice.letters(dice.between(1, 16))));
    }
    if (fault.has(Quirk.PADDING)) {
      json.append(" ".repeat(dice.below(24)));
    }
    return json.append('}').toString();
  }

  private String noUsage() {
    return request.usage() && !fault.has(Quirk.NO_USAGE) ? ",\"usage\":null" : "";
  }

  private String usage(List<Generation> generations) {
    int completion = generations.stream().mapToInt(Generation::newTokens).sum();
    int reasoning = generations.stream().mapToInt(Generation::reasoningTokens).sum();
    return Json.fill(
        "{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":0},"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":%d}}",
        request.promptTokens(), completion, request.promptTokens() + completion, reasoning);
  }

  private String message(Generation generation) {
    var reasoning = new StringBuilder();
    var content = new StringBuilder();
    var arguments = new StringBuilder();
    String name = null;
    for (Generation.Delta delta : generation.deltas()) {
      switch (delta) {
        case Generation.Delta.Reasoning d -> reasoning.append(d.text());
        case Generation.Delta.Text d -> content.append(d.text());
        case Generation.Delta.CallBegun d -> name = d.name();
        case Generation.Delta.Arguments d -> arguments.append(d.fragment());
      }
    }
    var json = new StringBuilder("{\"role\":\"assistant\",\"content\":");
    json.append(Json.quote(content.toString())).append(",\"refusal\":null");
    if (!reasoning.isEmpty() && !fault.has(Quirk.HIDDEN_REASONING)) {
      json.append(",\"reasoning_content\":").append(Json.quote(reasoning.toString()));
    }
    if (name != null) {
      json.append(",\"tool_calls\":[{\"id\":")
          .append(Json.quote(callId))
          .append(",\"type\":\"function\",\"function\":{\"name\":")
          .append(Json.quote(name))
          .append(",\"arguments\":")
          .append(Json.quote(arguments.toString()))
          .append("}}]");
    }
    return json.append('}').toString();
  }

  private static String allLogprobs(Generation generation) {
    var all = new StringJoiner(",", "{\"content\":[", "],\"refusal\":null}");
    for (Generation.Delta delta : generation.deltas()) {
      if (delta instanceof Generation.Delta.Text text) {
        all.add(logprob(text.text()));
      }
    }
    return all.toString();
  }

  private static String logprob(String token) {
    var bytes = new StringJoiner(",", "[", "]");
    for (byte b : token.getBytes(StandardCharsets.UTF_8)) {
      bytes.add(Integer.toString(b & 0xFF));
    }
    return Json.fill(
        "{\"token\":%s,\"logprob\":-0.%d,\"bytes\":%s,\"top_logprobs\":[]}",
        Json.quote(token), 1 + Math.floorMod(token.hashCode(), 8), bytes);
  }
}

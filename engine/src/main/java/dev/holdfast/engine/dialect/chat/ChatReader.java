package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.dialect.AnswerReader;
import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Signals;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.Rejections;
import dev.holdfast.engine.json.JsonMembers;
import dev.holdfast.engine.json.JsonValue;
import dev.holdfast.engine.sse.SseBlock;
import dev.holdfast.engine.usage.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the events of one attempt mean on this wire. */
final class ChatReader implements AnswerReader {
  /** Providers allow 128; the bound is on what a hostile index costs. */
  private static final int CHOICES_MAX = 1023;

  private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

  private final Profile profile;
  private final int choicesAsked;
  private final ChatScanner scanner = new ChatScanner();
  private final BitSet seen = new BitSet();
  private final BitSet finished = new BitSet();
  private boolean done;
  private @Nullable Failure failure;
  private @Nullable Tokens usage;

  /**
   * A reader for one attempt.
   *
   * @param choicesAsked how many choices the caller asked for; until so many have been seen, or the
   *     terminator has, one that did not begin yet is still to come
   */
  ChatReader(Profile profile, int choicesAsked) {
    this.profile = profile;
    this.choicesAsked = choicesAsked;
  }

  static boolean isDone(SseBlock block) {
    int from = block.dataStart();
    return block.dataEnd() - from >= DONE.length
        && Arrays.equals(block.data(), from, from + DONE.length, DONE, 0, DONE.length);
  }

  @Override
  public int read(SseBlock block) {
    if (isDone(block)) {
      done = true;
      return Signals.DONE;
    }
    if (block.event().equals("error")) {
      return failed(rejected(block.data(), block.dataStart(), block.dataEnd()));
    }
    var chunk = scanner.scan(block.data(), block.dataStart(), block.dataEnd());
    if (!chunk.wellFormed() || !chunk.isObject()) {
      return failed(
          new Failure.Broken(
              Failure.Broken.Kind.MALFORMED_STREAM, "an event was not a JSON object"));
    }
    if (chunk.hasError()) {
      return failed(
          chunk.errorPlace() == ChatChunk.ErrorPlace.FLAT
              ? rejected(block.data(), block.dataStart(), block.dataEnd())
              : rejected(
                  chunk.bytes(),
                  chunk.start(ChatChunk.Field.ERROR),
                  chunk.end(ChatChunk.Field.ERROR)));
    }
    int signals = 0;
    for (int i = 0; i < chunk.choiceCount(); i++) {
      if (chunk.choiceError(i)) {
        seen.set(Math.clamp(chunk.index(i), 0, CHOICES_MAX));
        return failed(rejected(chunk.bytes(), chunk.choiceErrorStart(i), chunk.choiceErrorEnd(i)));
      }
      signals |= choice(chunk, i);
      if (Signals.any(signals, Signals.FAILED)) {
        return Signals.FAILED;
      }
    }
    if (chunk.has(ChatChunk.Field.USAGE)) {
      usage = tokens(chunk);
      if (chunk.choiceCount() == 0) {
        signals |= Signals.USAGE;
      }
    }
    if (chunk.choiceCount() > 0 && finished()) {
      signals |= Signals.FINISHED;
    }
    return signals;
  }

  private int choice(ChatChunk chunk, int i) {
    int signals = 0;
    int index = Math.clamp(chunk.index(i), 0, CHOICES_MAX);
    seen.set(index);
    var finish = chunk.finish(i);
    if (finish == ChatChunk.Finish.NOT_COMPLETE || chunk.nativeError(i)) {
      return failed(
          new Failure.Broken(
              Failure.Broken.Kind.INTERRUPTED, "the upstream said that it did not finish"));
    }
    if (finish != ChatChunk.Finish.NONE) {
      finished.set(index);
    }
    if (!chunk.hasProgress(i)) {
      return signals;
    }
    if (chunk.hasContent(i)) {
      signals |= Signals.TEXT;
      if (chunk.contentIsText(i)
          && endsInHalf(chunk.bytes(), chunk.contentStart(i), chunk.contentEnd(i))) {
        signals |= Signals.HALF;
      }
    }
    if (chunk.hasReasoning(i)) {
      signals |= Signals.REASONING;
    }
    if (chunk.hasToolCalls(i) || chunk.hasFunctionCall(i)) {
      signals |= Signals.TOOL;
    }
    if (chunk.hasRefusal(i)) {
      signals |= Signals.REFUSAL;
    }
    if (chunk.hasAudio(i) || chunk.hasAnnotations(i)) {
      signals |= Signals.MEDIA;
    }
    return signals;
  }

  /** Whether the escaped text ends in an escaped high surrogate. */
  private static boolean endsInHalf(byte[] json, int from, int to) {
    int escape = to - 6;
    if (escape < from
        || json[escape] != '\\'
        || json[escape + 1] != 'u'
        || (json[escape + 2] | 0x20) != 'd'
        || "89abAB".indexOf(json[escape + 3]) < 0) {
      return false;
    }
    int slashes = 0;
    while (escape - slashes >= from && json[escape - slashes] == '\\') {
      slashes++;
    }
    return slashes % 2 == 1;
  }

  private static Tokens tokens(ChatChunk chunk) {
    var members = JsonMembers.ofObject(chunk.bytes(), chunk.start(ChatChunk.Field.USAGE));
    return new Tokens(count(members, "prompt_tokens"), count(members, "completion_tokens"), true);
  }

  static long count(JsonMembers usage, String name) {
    int i = usage.find(name);
    return i >= 0 && usage.raw(i).matches("\\d{1,15}") ? Long.parseLong(usage.raw(i)) : 0;
  }

  /** Google appends its error as it would stand in a body of its own, over several lines. */
  @Override
  public Optional<Failure> behindTheEvents(byte[] rest) {
    var parsed = JsonValue.parse(rest);
    if (parsed.isPresent()
        && parsed.get() instanceof JsonValue.Arr list
        && list.items().size() == 1) {
      parsed = Optional.of(list.items().getFirst());
    }
    return parsed.isPresent()
            && parsed.get() instanceof JsonValue.Obj root
            && root.members().containsKey("error")
        ? Optional.of(
            Rejections.classifyInBand(
                root.members().getOrDefault("error", JsonValue.NULL), profile, 0))
        : Optional.empty();
  }

  private Failure rejected(byte[] json, int from, int to) {
    return Rejections.classifyInBand(Arrays.copyOfRange(json, from, to), profile, 0);
  }

  private int failed(Failure how) {
    failure = how;
    return Signals.FAILED;
  }

  @Override
  public Failure failure() {
    return Objects.requireNonNull(failure);
  }

  @Override
  public boolean finished() {
    return !seen.isEmpty()
        && seen.cardinality() == finished.cardinality()
        && (done || seen.cardinality() >= choicesAsked);
  }

  @Override
  public Optional<Tokens> usage() {
    return Optional.ofNullable(usage);
  }
}

package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.dialect.Continuation;
import dev.holdfast.engine.dialect.Signals;
import dev.holdfast.engine.dialect.Splice;
import dev.holdfast.engine.dialect.seam.TextGate;
import dev.holdfast.engine.json.JsonEdit;
import dev.holdfast.engine.json.JsonMembers;
import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.engine.sse.SseBlock;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Makes the chunks of a later attempt part of the first one's answer: identity of the first, no
 * second role, only new text, usage as of one call.
 */
final class ChatSplice implements Splice {
  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);

  private static final List<String> REASONING =
      List.of("reasoning_content", "reasoning", "reasoning_details");

  private final ChatTranscript committed;
  private final boolean continues;
  private final TextGate gate;
  private final long inputAdded;
  private final long outputRepeated;
  private final boolean dropUsage;
  private String passed = "";

  /** Events of reasoning that an unbroken call would not have written. */
  private long unshown;

  /**
   * A splice for one attempt.
   *
   * @param committed what came before
   * @param ask the call that goes on from the committed text; empty if the attempt answers from the
   *     beginning
   * @param dropUsage whether chunks with usage alone were asked for by us
   */
  ChatSplice(ChatTranscript committed, Optional<Continuation.Ask> ask, boolean dropUsage) {
    this.committed = committed;
    this.continues = ask.isPresent();
    this.gate = ask.map(Continuation.Ask::gate).orElseGet(TextGate::open);
    this.inputAdded = ask.map(Continuation.Ask::inputAdded).orElse(0L);
    this.outputRepeated = ask.map(Continuation.Ask::outputRepeated).orElse(0L);
    this.dropUsage = dropUsage;
  }

  @Override
  public int splice(SseBlock block, int signals, EventBatch into) {
    if (Signals.any(signals, Signals.DONE)) {
      int rest = end(into);
      if (Signals.any(rest, Signals.UNPROVEN | Signals.DONE)) {
        return rest;
      }
      into.add(block.bytes(), block.start(), block.end());
      return rest | Signals.DONE;
    }
    if (Signals.any(signals, Signals.USAGE) && dropUsage) {
      return 0;
    }
    var chunk = ChatDelta.of(block.data(), block.dataStart());
    var text = chunk.text();
    boolean plain = !continues && !chunk.isFirstChoice();
    int written = signals & ~(Signals.TEXT | Signals.HALF);
    if (continues) {
      // Reasoning after text was paid for and is not shown.
      written &= ~Signals.REASONING;
      if (Signals.any(signals, Signals.REASONING) && text.isEmpty()) {
        unshown++;
      }
    }
    if (!plain) {
      boolean ends = Signals.any(signals, Signals.FINISHED) || chunk.finishes();
      switch (offer(text, ends, chunk)) {
        case PASS -> text = passed;
        case UNPROVEN -> {
          return Signals.UNPROVEN;
        }
        case STOP -> {
          return stop(into);
        }
      }
    }
    if (!text.isEmpty()) {
      written |= Signals.TEXT;
    }
    if (!Signals.any(written, Signals.PROGRESS | Signals.FINISHED | Signals.USAGE)
        && !chunk.finishes()) {
      return 0;
    }
    if (plain) {
      add(rewrite(block, chunk, text), into);
      return written;
    }
    if (!text.isEmpty() && (chunk.delta == null || chunk.delta.find("content") < 0)) {
      add(committed.content(text), into);
      text = "";
    }
    add(rewrite(block, chunk, text), into);
    return written;
  }

  private TextGate.Verdict offer(String text, boolean ends, ChatDelta chunk) {
    var verdict = gate.offer(text);
    passed = gate.passed();
    if (ends && verdict == TextGate.Verdict.PASS) {
      verdict = gate.end(chunk.finishesByItself());
      passed += gate.passed();
    }
    return verdict;
  }

  private int stop(EventBatch into) {
    if (!passed.isEmpty()) {
      add(committed.content(passed), into);
    }
    add(committed.finish("stop"), into);
    add(DONE, into);
    return Signals.FINISHED | Signals.DONE | (passed.isEmpty() ? 0 : Signals.TEXT);
  }

  @Override
  public int end(EventBatch into) {
    var verdict = gate.end(true);
    passed = gate.passed();
    return switch (verdict) {
      case UNPROVEN -> Signals.UNPROVEN;
      case STOP -> stop(into);
      case PASS -> {
        if (!passed.isEmpty()) {
          add(committed.content(passed), into);
        }
        yield passed.isEmpty() ? 0 : Signals.TEXT;
      }
    };
  }

  @Override
  public String doubt() {
    return gate.doubt();
  }

  @Override
  public boolean accepted() {
    return gate.accepted();
  }

  private static void add(byte[] event, EventBatch into) {
    into.add(event, 0, event.length);
  }

  private byte[] rewrite(SseBlock block, ChatDelta chunk, String text) {
    var edit = new JsonEdit(block.data(), block.dataStart(), block.dataEnd());
    for (var name : ChatTranscript.IDENTITY) {
      int i = chunk.top.find(name);
      var first = committed.identity().get(name);
      if (i >= 0 && first != null) {
        edit.replace(chunk.top.valueStart(i), chunk.top.valueEnd(i), first);
      }
    }
    if (chunk.choice != null && chunk.delta != null) {
      int at = chunk.choice.find("delta");
      edit.replace(
          chunk.choice.valueStart(at),
          chunk.choice.valueEnd(at),
          delta(chunk.delta, continues || !text.equals(chunk.text()), text));
    }
    int usage = chunk.top.find("usage");
    if (usage >= 0 && chunk.top.begins(usage, '{') && continues) {
      usageOfOneCall(edit, JsonMembers.ofObject(block.data(), chunk.top.valueStart(usage)));
    }
    var json = edit.apply();
    var event = new byte[json.length + 8];
    System.arraycopy("data: ".getBytes(StandardCharsets.US_ASCII), 0, event, 0, 6);
    for (int i = 0; i < json.length; i++) {
      // Where the upstream broke its data into lines there is white space between two members.
      event[6 + i] = json[i] == '\n' ? (byte) ' ' : json[i];
    }
    event[event.length - 2] = '\n';
    event[event.length - 1] = '\n';
    return event;
  }

  /** The delta's members in their order, without role, with the new text alone. */
  private String delta(JsonMembers members, boolean changed, String text) {
    var out = new StringBuilder("{");
    for (int i = 0; i < members.count(); i++) {
      var name = members.name(i);
      if (name.equals("role") || (continues && REASONING.contains(name))) {
        continue;
      }
      if (out.length() > 1) {
        out.append(',');
      }
      out.append(JsonStrings.quote(name)).append(':');
      boolean replaced = name.equals("content") && changed;
      out.append(replaced ? JsonStrings.quote(text) : members.raw(i));
    }
    return out.append('}').toString();
  }

  /** The counts of one unbroken call: nothing read or written twice, all that was written. */
  private void usageOfOneCall(JsonEdit edit, JsonMembers usage) {
    long input = -Math.min(inputAdded, ChatReader.count(usage, "prompt_tokens"));
    long output =
        committed.produced()
            - Math.min(outputRepeated + unshown, ChatReader.count(usage, "completion_tokens"));
    shift(edit, usage, "prompt_tokens", input);
    shift(edit, usage, "completion_tokens", output);
    shift(edit, usage, "total_tokens", input + output);
  }

  private static void shift(JsonEdit edit, JsonMembers usage, String name, long by) {
    int i = usage.find(name);
    if (i >= 0) {
      edit.replace(
          usage.valueStart(i),
          usage.valueEnd(i),
          Long.toString(ChatReader.count(usage, name) + by));
    }
  }
}

package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.dialect.Continuation;
import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;
import dev.holdfast.engine.dialect.UpstreamCall;
import dev.holdfast.engine.dialect.Way;
import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.dialect.seam.TextGate;
import dev.holdfast.engine.failure.Failure.Stopped;
import dev.holdfast.engine.json.JsonEdit;
import dev.holdfast.engine.json.JsonMembers;
import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.usage.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes the calls that go on from what of a chat answer is committed, one for each rung. */
final class ChatContinuation {
  /** A longer text is not asked for again in the hope of the same one. */
  private static final int REPLAY_TOKENS_MAX = 32;

  /** What a model may write around a repetition, in tokens. */
  private static final int INTRODUCTION_TOKENS = 64;

  private static final List<String> LENGTH_BOUNDS = List.of("max_tokens", "max_completion_tokens");

  private final ChatRequest request;
  private final byte[] body;
  private final JsonMembers members;
  private final Target target;
  private final TargetKnowledge knowledge;
  private final ChatTranscript transcript;

  ChatContinuation(
      ChatRequest request, Target target, TargetKnowledge knowledge, ChatTranscript transcript) {
    this.request = request;
    this.body = request.body();
    this.members = request.members();
    this.target = target;
    this.knowledge = knowledge;
    this.transcript = transcript;
  }

  /** Hands the text back as the beginning of the assistant's turn. */
  Continuation prefill() {
    var profile = target.profile();
    long left = tokensLeft();
    if (left < 1) {
      return new Continuation.NothingLeft();
    }
    var written = transcript.text();
    if (profile.refusesTrailingSpace()) {
      written = written.stripTrailing();
    }
    var edit = request.edited(target, knowledge);
    long asked = Math.max(left, profile.outputTokensMin());
    bound(edit, asked);
    var echo = knowledge.echo(profile);
    var sent = handBack(edit, profile.prefill(), echo, written);
    if (sent == null) {
      return impossible(
          "the request itself ends in an assistant message that can't be gone on with");
    }
    addMembers(edit, profile.prefill().requestMembers());
    var path = profile.prefill().path();
    return new Continuation.Ask(
        UpstreamCall.post(path.isEmpty() ? ChatDialect.INSTANCE.path() : path, edit.apply(), true),
        TextGate.prefilled(sent, echo, transcript.text(), request.stops()),
        left == asked ? Long.MAX_VALUE : left,
        transcript.handedBack(),
        0);
  }

  /** Asks for a repetition of the text's end, and for what follows it. */
  Continuation anchor(Way way, AnchorTemplate template) {
    long left = tokensLeft();
    if (left < 1) {
      return new Continuation.NothingLeft();
    }
    var found = template.anchor(transcript.text(), way.attempt());
    if (found.isEmpty()) {
      return impossible(
          "no end of the text stands there only once, so it can't serve as an anchor");
    }
    if (endsInAssistantMessage()) {
      return impossible("the request itself ends in an assistant message");
    }
    var anchor = found.get();
    var note = template.note(anchor, way.attempt());
    long repeated = Tokens.estimate(anchor.text());
    var edit = request.edited(target, knowledge);
    bound(edit, left + 2 * repeated + INTRODUCTION_TOKENS);
    int at = members.find("messages");
    edit.append(
        JsonMembers.ofArray(body, members.valueStart(at)),
        members.valueEnd(at),
        "{\"role\":\"assistant\",\"content\":"
            + JsonStrings.quote(transcript.text())
            + "},{\"role\":\""
            + template.role().name().toLowerCase(Locale.ROOT)
            + "\",\"content\":"
            + JsonStrings.quote(note)
            + "}");
    return new Continuation.Ask(
        UpstreamCall.post(ChatDialect.INSTANCE.path(), edit.apply(), true),
        TextGate.anchored(
            anchor, template, way.attempt(), transcript.text(), request.stops(), way.accepting()),
        left,
        transcript.handedBack() + Tokens.estimate(note),
        repeated);
  }

  /** Asks for the whole answer again. */
  Continuation replay() {
    boolean repeats = target.profile().deterministic() && isZero("temperature");
    if (transcript.handedBack() > REPLAY_TOKENS_MAX && !repeats) {
      return impossible("the text is too long to be hoped for again");
    }
    return new Continuation.Ask(
        request.call(target, knowledge),
        TextGate.replayed(transcript.text(), request.stops()),
        Long.MAX_VALUE,
        0,
        transcript.handedBack());
  }

  private static Continuation impossible(String why) {
    return new Continuation.Impossible(new Stopped(Stopped.Kind.UNPROVEN_SEAM, why));
  }

  private boolean isZero(String name) {
    int i = members.find(name);
    return i >= 0 && members.raw(i).matches("-?0(\\.0*)?");
  }

  // ---- the caller's bound on the length

  /** What of it is left. */
  private long tokensLeft() {
    long left = Long.MAX_VALUE;
    for (var name : LENGTH_BOUNDS) {
      int i = members.find(name);
      if (i >= 0 && members.raw(i).matches("\\d{1,15}")) {
        left = Math.min(left, Long.parseLong(members.raw(i)) - transcript.produced());
      }
    }
    return left;
  }

  private void bound(JsonEdit edit, long tokens) {
    for (var name : LENGTH_BOUNDS) {
      if (request.present(name)) {
        edit.set(members, request.end(), name, Long.toString(tokens));
      }
    }
  }

  // ---- messages

  private @Nullable JsonMembers lastMessage() {
    var messages = JsonMembers.ofArray(body, members.valueStart(members.find("messages")));
    int last = messages.count() - 1;
    return last >= 0 && messages.begins(last, '{')
        ? JsonMembers.ofObject(body, messages.valueStart(last))
        : null;
  }

  private static boolean isAssistant(@Nullable JsonMembers message) {
    return message != null && ChatRequest.raw(message, "role", "\"assistant\"");
  }

  private boolean endsInAssistantMessage() {
    return isAssistant(lastMessage());
  }

  /** Puts the text where the assistant's turn ends; null if that can't be done. */
  private @Nullable String handBack(
      JsonEdit edit, Profile.Prefill prefill, Profile.Echo echo, String written) {
    var message = lastMessage();
    if (message != null && isAssistant(message)) {
      int content = message.find("content");
      if (content < 0 || !message.begins(content, '"') || !askedToGoOn(message, prefill)) {
        return null;
      }
      var sent = joined(ChatRequest.text(body, message, content), written, echo);
      if (sent != null) {
        edit.replace(
            message.valueStart(content), message.valueEnd(content), JsonStrings.quote(sent));
      }
      return sent;
    }
    int at = members.find("messages");
    var extra = prefill.members().isEmpty() ? "" : "," + prefill.members();
    edit.append(
        JsonMembers.ofArray(body, members.valueStart(at)),
        members.valueEnd(at),
        "{\"role\":\"assistant\",\"content\":" + JsonStrings.quote(written) + extra + "}");
    return written;
  }

  /**
   * Whether the caller's own trailing message was to be gone on with: without the flag that a
   * provider asks for, the answer was a new message.
   */
  private boolean askedToGoOn(JsonMembers message, Profile.Prefill prefill) {
    return holds(message, prefill.members()) && holds(members, prefill.requestMembers());
  }

  private static boolean holds(JsonMembers there, String written) {
    var asked = wrapped(written);
    for (int i = 0; i < asked.count(); i++) {
      if (!ChatRequest.raw(there, asked.name(i), asked.raw(i))) {
        return false;
      }
    }
    return true;
  }

  private static JsonMembers wrapped(String written) {
    return JsonMembers.ofObject(("{" + written + "}").getBytes(StandardCharsets.UTF_8), 0);
  }

  /**
   * The assistant's turn so far: the caller's beginning and what was written after it. A provider
   * that echoes has written the beginning again; null if that can't be told.
   */
  private static @Nullable String joined(String own, String written, Profile.Echo echo) {
    if (echo == Profile.Echo.NEVER
        || !(written.startsWith(own) || own.startsWith(written))
        || own.isEmpty()) {
      return own + written;
    }
    boolean echoed =
        written.startsWith(own)
            && (echo == Profile.Echo.ALWAYS
                || own.codePointCount(0, own.length()) >= TextGate.ECHO_CODE_POINTS_MIN);
    return echoed ? written : null;
  }

  private void addMembers(JsonEdit edit, String written) {
    var added = wrapped(written);
    for (int i = 0; i < added.count(); i++) {
      edit.set(members, request.end(), added.name(i), added.raw(i));
    }
  }
}

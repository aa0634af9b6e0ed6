package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.dialect.AnswerReader;
import dev.holdfast.engine.dialect.Assembler;
import dev.holdfast.engine.dialect.Continuation;
import dev.holdfast.engine.dialect.Dialect.Reading;
import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.Splice;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;
import dev.holdfast.engine.dialect.Transcript;
import dev.holdfast.engine.dialect.UpstreamCall;
import dev.holdfast.engine.dialect.Way;
import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.Failure.Stopped;
import dev.holdfast.engine.json.JsonEdit;
import dev.holdfast.engine.json.JsonMembers;
import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.json.JsonValue;
import dev.holdfast.engine.sse.EventBatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A chat request, kept as the caller wrote it. Every upstream call is made by editing a closed list
 * of members; all other bytes stay.
 */
final class ChatRequest implements DialectRequest {
  private static final byte[] TERMINATOR = "data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8);

  /** Members whose answers the assembler can put together; others go up unstreamed. */
  private static final Set<String> ASSEMBLED =
      Set.of(
          "model",
          "messages",
          "stream",
          "stream_options",
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "max_tokens",
          "max_completion_tokens",
          "stop",
          "seed",
          "user",
          "n",
          "presence_penalty",
          "frequency_penalty",
          "repetition_penalty",
          "logit_bias",
          "reasoning_effort",
          "reasoning",
          "thinking",
          "enable_thinking",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "response_format",
          "metadata",
          "store",
          "service_tier",
          "session_id",
          "verbosity",
          "prompt_cache_key",
          "safety_identifier",
          "cache_prompt",
          "chat_template_kwargs");

  /** Other ways to ask for structured output, as servers that people run themselves have them. */
  private static final List<String> GRAMMARS =
      List.of(
          "grammar",
          "json_schema",
          "guided_json",
          "guided_regex",
          "guided_choice",
          "guided_grammar",
          "structured_outputs",
          "regex",
          "ebnf");

  private final byte[] body;
  private final JsonMembers members;
  private final String model;
  private final boolean stream;

  private ChatRequest(byte[] body, JsonMembers members, String model, boolean stream) {
    this.body = body;
    this.members = members;
    this.model = model;
    this.stream = stream;
  }

  static Reading read(byte[] body) {
    var parsed = JsonValue.parse(body);
    if (parsed.isEmpty()) {
      return new Reading.Unreadable(
          "expected a JSON object of at most 128 levels, got something else");
    }
    if (!(parsed.get() instanceof JsonValue.Obj)) {
      return new Reading.Unreadable("expected a JSON object");
    }
    var members = JsonMembers.ofObject(body, 0);
    var names = new HashSet<String>();
    for (int i = 0; i < members.count(); i++) {
      if (!names.add(members.name(i))) {
        return new Reading.Unreadable("the member \"" + members.name(i) + "\" stands twice");
      }
    }
    int model = members.find("model");
    if (model < 0 || !members.begins(model, '"')) {
      return new Reading.Unreadable("expected a string \"model\"");
    }
    int messages = members.find("messages");
    if (messages < 0 || !members.begins(messages, '[')) {
      return new Reading.Unreadable("expected an array \"messages\"");
    }
    int stream = members.find("stream");
    if (stream >= 0 && !Set.of("true", "false", "null").contains(members.raw(stream))) {
      return new Reading.Unreadable("expected \"stream\" to be true or false");
    }
    return new Reading.Read(
        new ChatRequest(
            body,
            members,
            text(body, members, model),
            stream >= 0 && raw(members, "stream", "true")));
  }

  static String text(byte[] json, JsonMembers members, int i) {
    return JsonStrings.decode(json, members.valueStart(i) + 1, members.valueEnd(i) - 1);
  }

  static boolean raw(JsonMembers members, String name, String value) {
    int i = members.find(name);
    return i >= 0 && members.raw(i).equals(value);
  }

  boolean present(String name) {
    int i = members.find(name);
    return i >= 0 && !members.raw(i).equals("null");
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public Mode mode() {
    if (stream) {
      return Mode.STREAMED;
    }
    for (int i = 0; i < members.count(); i++) {
      if (!ASSEMBLED.contains(members.name(i))) {
        return Mode.UNSTREAMED;
      }
    }
    return Mode.ASSEMBLED;
  }

  @Override
  public Optional<String> member(String name) {
    return present(name) ? Optional.of(members.raw(members.find(name))) : Optional.empty();
  }

  @Override
  public boolean reasoning() {
    int effort = members.find("reasoning_effort");
    if (effort >= 0 && !Set.of("null", "\"none\"", "\"minimal\"").contains(members.raw(effort))) {
      return true;
    }
    int thinking = members.find("thinking");
    return present("reasoning")
        || (present("thinking") && !isOfType(thinking, "disabled"))
        || raw(members, "enable_thinking", "true");
  }

  @Override
  public long inputTokens() {
    int messages = members.find("messages");
    return (members.valueEnd(messages) - members.valueStart(messages) + 3L) / 4;
  }

  /** Whether the i-th member is an object whose {@code type} is this. */
  private boolean isOfType(int i, String type) {
    return members.begins(i, '{')
        && raw(JsonMembers.ofObject(body, members.valueStart(i)), "type", JsonStrings.quote(type));
  }

  @Override
  public Optional<Stopped.Kind> hazard() {
    int n = members.find("n");
    if (present("n") && !members.raw(n).equals("1")) {
      return Optional.of(Stopped.Kind.SEVERAL_CHOICES);
    }
    if (raw(members, "logprobs", "true") || present("top_logprobs")) {
      return Optional.of(Stopped.Kind.LOGPROBS);
    }
    int format = members.find("response_format");
    if (present("response_format") && !isOfType(format, "text")) {
      return Optional.of(Stopped.Kind.STRUCTURED_OUTPUT);
    }
    if (GRAMMARS.stream().anyMatch(this::present)) {
      return Optional.of(Stopped.Kind.STRUCTURED_OUTPUT);
    }
    return present("audio") ? Optional.of(Stopped.Kind.AUDIO) : Optional.empty();
  }

  // ---- calls

  @Override
  public UpstreamCall call(Target target, TargetKnowledge knowledge) {
    return UpstreamCall.post(
        ChatDialect.INSTANCE.path(), edited(target, knowledge).apply(), mode() != Mode.UNSTREAMED);
  }

  /** Where the request's object ends. */
  int end() {
    int at = body.length;
    while (body[at - 1] != '}') {
      at--;
    }
    return at;
  }

  /** The edits that every call needs. */
  JsonEdit edited(Target target, TargetKnowledge knowledge) {
    var edit = new JsonEdit(body, 0, body.length);
    edit.set(members, end(), "model", JsonStrings.quote(target.model()));
    if (mode() == Mode.ASSEMBLED) {
      edit.set(members, end(), "stream", "true");
    }
    int options = members.find("stream_options");
    if (options >= 0 && knowledge.usageRefused()) {
      edit.replace(members.valueStart(options), members.valueEnd(options), "null");
    } else if (mode() != Mode.UNSTREAMED && takesUsageOut(target, knowledge)) {
      askForUsage(edit, options);
    }
    int session = members.find("session_id");
    if (session >= 0 && !target.profile().sessionId()) {
      edit.remove(members, session);
    }
    return edit;
  }

  private void askForUsage(JsonEdit edit, int options) {
    if (options >= 0 && members.begins(options, '{')) {
      edit.append(
          JsonMembers.ofObject(body, members.valueStart(options)),
          members.valueEnd(options),
          "\"include_usage\":true");
    } else {
      edit.set(members, end(), "stream_options", "{\"include_usage\":true}");
    }
  }

  @Override
  public boolean takesUsageOut(Target target, TargetKnowledge knowledge) {
    if (!target.profile().includeUsage() || knowledge.usageRefused()) {
      return false;
    }
    int options = members.find("stream_options");
    return options < 0
        || !members.begins(options, '{')
        || JsonMembers.ofObject(body, members.valueStart(options)).find("include_usage") < 0;
  }

  @Override
  public Continuation continuation(
      Way way,
      Target target,
      TargetKnowledge knowledge,
      Transcript transcript,
      AnchorTemplate template) {
    var continuation = new ChatContinuation(this, target, knowledge, (ChatTranscript) transcript);
    return switch (way.rung()) {
      case PREFILL -> continuation.prefill();
      case ANCHOR -> continuation.anchor(way, template);
      case REPLAY -> continuation.replay();
      case NATIVE -> throw new IllegalArgumentException("this wire format has no cursors");
    };
  }

  byte[] body() {
    return body;
  }

  JsonMembers members() {
    return members;
  }

  // ---- the known answer

  @Override
  public UpstreamCall probe(Target target) {
    var prefill = target.profile().prefill();
    var extra = prefill.members().isEmpty() ? "" : "," + prefill.members();
    var more = prefill.requestMembers().isEmpty() ? "" : "," + prefill.requestMembers();
    var json =
        "{\"model\":"
            + JsonStrings.quote(target.model())
            + ",\"messages\":[{\"role\":\"user\",\"content\":"
            + JsonStrings.quote(KnownAnswer.QUESTION)
            + "},{\"role\":\"assistant\",\"content\":"
            + JsonStrings.quote(KnownAnswer.PREFIX)
            + extra
            + "}],\"max_tokens\":16,\"temperature\":0,\"stream\":true"
            + more
            + "}";
    var path = prefill.path().isEmpty() ? ChatDialect.INSTANCE.path() : prefill.path();
    return UpstreamCall.post(path, json.getBytes(StandardCharsets.UTF_8), true);
  }

  @Override
  public boolean learn(String probeAnswer, TargetKnowledge knowledge) {
    return KnownAnswer.learn(probeAnswer, knowledge);
  }

  // ---- answers

  @Override
  public AnswerReader reader(Target target, TargetKnowledge knowledge) {
    return new ChatReader(target.profile(), choices());
  }

  private int choices() {
    int n = members.find("n");
    return n >= 0 && members.raw(n).matches("\\d{1,3}") ? Integer.parseInt(members.raw(n)) : 1;
  }

  @Override
  public Splice splice(
      Target target,
      TargetKnowledge knowledge,
      Transcript committed,
      Optional<Continuation.Ask> continuation) {
    return new ChatSplice(
        (ChatTranscript) committed, continuation, takesUsageOut(target, knowledge));
  }

  /** The caller's stop sequences. */
  List<String> stops() {
    int at = members.find("stop");
    var stops = new ArrayList<String>();
    if (at >= 0 && members.begins(at, '"')) {
      stops.add(text(body, members, at));
    } else if (at >= 0 && members.begins(at, '[')) {
      var items = JsonMembers.ofArray(body, members.valueStart(at));
      for (int i = 0; i < items.count(); i++) {
        if (items.begins(i, '"')) {
          stops.add(text(body, items, i));
        }
      }
    }
    stops.removeIf(String::isEmpty);
    return stops;
  }

  @Override
  public Assembler assembler() {
    return new ChatAssembler();
  }

  @Override
  public Optional<Failure> incomplete(byte[] answer, Target target) {
    return ChatAssembler.incomplete(answer, target.profile());
  }

  @Override
  public Transcript.Builder transcript() {
    return new ChatTranscript.Builder(choices());
  }

  @Override
  public void endByLength(Transcript committed, EventBatch into) {
    var event = ((ChatTranscript) committed).finish("length");
    into.add(event, 0, event.length);
    into.add(TERMINATOR, 0, TERMINATOR.length);
  }

  @Override
  public byte[] terminator() {
    return TERMINATOR;
  }
}

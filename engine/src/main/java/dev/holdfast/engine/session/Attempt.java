package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.AnswerReader;
import dev.holdfast.engine.dialect.Assembler;
import dev.holdfast.engine.dialect.Continuation;
import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.DialectRequest.Mode;
import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Splice;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;
import dev.holdfast.engine.dialect.Transcript;
import dev.holdfast.engine.dialect.Way;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.HeaderLookup;
import dev.holdfast.engine.failure.OkBody;
import dev.holdfast.engine.failure.Rejections;
import dev.holdfast.engine.sse.SseDecoder;
import dev.holdfast.engine.usage.Tokens;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One try at an upstream: what the machine must remember of it while it lasts. */
final class Attempt {
  /** What the call asks for. */
  enum Purpose {
    /** The answer from its beginning. */
    BEGIN,
    /** The rest of a committed text. */
    CONTINUE,
    /** A known answer, to learn how the target treats a partial one. */
    PROBE
  }

  /** A refusal's body is read no further than this; nobody writes longer ones that matter. */
  static final int BODY_BYTES_MAX = 64 << 10;

  /** As much as a session may hold in its log. */
  static final int ANSWER_BYTES_MAX = 64 << 20;

  final int number;
  final Target target;
  final Purpose purpose;

  /** The lease is ours and not settled. */
  boolean leased;

  /** The call was made, and the connection is not known to be over. */
  boolean open;

  /** Nothing of it counts any more. */
  boolean over;

  /** When its call was made. */
  long openedNanos;

  /** It generated something, seen or not. */
  boolean generated;

  /** Events in which it generated something. */
  long events;

  /** Those of them that came behind a text and are not shown. */
  long unseen;

  /** It generated something new that is committed. */
  boolean progressed;

  /** When it generated something last. */
  long generatedNanos;

  /** Something of it is written behind a seam. */
  boolean joined;

  /** A usage event of it was asked for by us alone. */
  boolean takesUsageOut;

  /** It was made without {@code stream_options}, because the target refuses them. */
  boolean withoutOptions;

  /** A tool call is open, so a long silence is healthy. */
  boolean toolOpen;

  /** The answer is the one body that the upstream sends. */
  boolean unstreamed;

  /** What was committed before it; null for an answer's first attempts. */
  @Nullable Transcript transcript;

  private int status;
  private boolean streams;
  private HeaderLookup headers = HeaderLookup.NONE;
  private long wallMillis;

  /** How it goes on from what is committed; null if it begins. */
  @Nullable Way way;

  /** The answer is kept by the upstream, and this attempt reads it from there. */
  @Nullable KeptAnswer kept;

  @Nullable AnswerReader reader;
  @Nullable SseDecoder decoder;
  @Nullable Splice splice;
  @Nullable Assembler assembler;

  /** What the assembler was given. */
  long assembledBytes;

  Continuation.@Nullable Ask ask;

  /** The body of a refusal, of an answer that is not streamed, or of a probe's text. */
  final ByteArrayOutputStream body = new ByteArrayOutputStream(0);

  /** Events that carried new text since the seam. */
  long spliced;

  Attempt(int number, Target target, Purpose purpose) {
    this.number = number;
    this.target = target;
    this.purpose = purpose;
  }

  /**
   * Makes ready what reads the answer.
   *
   * @param committed the transcript before it; null if nothing is committed
   */
  void prepare(SessionPlan plan, TargetKnowledge knowledge, @Nullable Transcript committed) {
    var request = plan.request();
    decoder = new SseDecoder(plan.blockBytesMax());
    transcript = committed;
    unstreamed = request.mode() == Mode.UNSTREAMED && purpose == Purpose.BEGIN;
    takesUsageOut = request.takesUsageOut(target, knowledge);
    withoutOptions = knowledge.usageRefused();
    if (kept != null) {
      reader = kept.reader;
      return;
    }
    reader = request.reader(target, knowledge);
    if (purpose == Purpose.PROBE) {
      return;
    }
    if (committed != null) {
      splice = request.splice(target, knowledge, committed, Optional.ofNullable(ask));
    }
    if (request.mode() == Mode.ASSEMBLED) {
      assembler = request.assembler();
    }
  }

  /**
   * How long it may be silent before it generates.
   *
   * @param slow whether the target's clocks ran out before
   */
  Duration firstProgress(SessionPlan plan, boolean slow) {
    var clocks = plan.clocks();
    // An answer in one body shows no progress at all, so its silence is as healthy as thinking.
    boolean quiet =
        unstreamed || plan.request().reasoning() || target.profile().reasons(target.model());
    var span = quiet ? clocks.firstProgressReasoning() : clocks.firstProgress();
    return slow ? span.multipliedBy(2) : span;
  }

  /** What its call asks for, in one word: {@code begin}, {@code probe}, or the rung. */
  String purposeWord() {
    return (way == null ? purpose.name() : way.rung().name()).toLowerCase(Locale.ROOT);
  }

  /**
   * What it was, now that it is over.
   *
   * @param dropped how many events were held and will not be shown
   */
  AttemptRecord record(DialectRequest request, long nowNanos, String why, int dropped) {
    return new AttemptRecord(
        number,
        target.name(),
        purposeWord(),
        openedNanos,
        nowNanos,
        progressed,
        why,
        tokens(request),
        wasted(request, dropped));
  }

  private Tokens tokens(DialectRequest request) {
    if (!answered()) {
      return Tokens.NONE;
    }
    return counted()
        .orElseGet(() ->
            new Tokens(
                request.inputTokens() + (ask == null ? 0 : ask.inputAdded()), events, false));
  }

  private Optional<Tokens> counted() {
    return reader == null ? Optional.empty() : reader.usage();
  }

  private long wasted(DialectRequest request, int dropped) {
    long output = tokens(request).output();
    long repeated = (ask == null ? 0 : ask.outputRepeated()) + unseen + dropped;
    return progressed ? Math.min(output, repeated) : output;
  }

  /** The text of the events that were kept of it. */
  String text(DialectRequest request) {
    var builder = request.transcript();
    var events = body.toByteArray();
    new SseDecoder(BODY_BYTES_MAX)
        .feed(events, 0, events.length, b -> builder.add(b.bytes(), b.start(), b.end()));
    return builder.build().text();
  }

  /** Notes the head, and with it how the body is read. */
  void head(SessionFact.HeadArrived head) {
    status = head.status();
    headers = head.headers();
    wallMillis = head.wallMillis();
    var type = headers.first("content-type").toLowerCase(Locale.ROOT);
    var encoding = headers.first("content-encoding").toLowerCase(Locale.ROOT);
    streams =
        status == 200
            && !unstreamed
            && (type.isEmpty() || type.startsWith("text/event-stream"))
            && (encoding.isEmpty() || encoding.equals("identity"));
  }

  /** The status; 0 before the head. */
  int status() {
    return status;
  }

  /**
   * The relay's name for the answer that it keeps; empty if the upstream is none, or what begins
   * here is no answer from its first event on.
   */
  Optional<String> keptAs() {
    boolean whole = splice == null && streams && purpose == Purpose.BEGIN;
    var id = headers.first(KeptAnswer.HEADER);
    return whole
            && target.profile().continuation().contains(Profile.Rung.NATIVE)
            && KeptAnswer.isId(id)
        ? Optional.of(id)
        : Optional.empty();
  }

  /** Whether the body is read as events. */
  boolean streams() {
    return streams;
  }

  /** Whether the body is the whole answer. */
  boolean answersInOneBody() {
    return status == 200 && unstreamed;
  }

  /** Keeps bytes of a body that is not read as events; false if it has all that is wanted. */
  boolean keepBody(byte[] bytes, int from, int to) {
    int limit = answersInOneBody() ? ANSWER_BYTES_MAX : BODY_BYTES_MAX;
    keep(bytes, from, to, limit);
    return body.size() < limit;
  }

  /** What a body that is no answer means. */
  Failure refusal() {
    if (status == 404 && way != null && way.rung() == Profile.Rung.NATIVE) {
      return new Failure.Stopped(
          Failure.Stopped.Kind.SESSION_LOST, "the relay does not know the session any more");
    }
    var failure = judged();
    return headers.first("x-should-retry").equals("false")
            && target.profile().continuation().contains(Profile.Rung.NATIVE)
        ? new Failure.Relayed(failure)
        : failure;
  }

  private Failure judged() {
    if (status == 0) {
      return new Failure.Broken(
          Failure.Broken.Kind.RESET, "the connection ended before the response began");
    }
    return status == 200
        ? OkBody.judge(headers, body.toByteArray(), target.profile(), wallMillis)
        : Rejections.classify(status, headers, body.toByteArray(), target.profile(), wallMillis);
  }

  /** Keeps what fits of the body. */
  void keep(byte[] bytes, int from, int to, int limit) {
    body.write(bytes, from, Math.min(to - from, limit - body.size()));
  }

  /** Whether a 200 came. */
  boolean answered() {
    return status == 200;
  }
}

package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.AnswerReader;
import dev.holdfast.engine.dialect.Assembler;
import dev.holdfast.engine.dialect.Continuation;
import dev.holdfast.engine.dialect.Splice;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.failure.HeaderLookup;
import dev.holdfast.engine.sse.SseDecoder;
import java.io.ByteArrayOutputStream;
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

  final int number;
  final Target target;
  final Purpose purpose;

  /** The lease is ours and not settled. */
  boolean leased;

  /** The call was made, and the connection is not known to be over. */
  boolean open;

  /** Nothing of it counts any more. */
  boolean over;

  /** It generated something, seen or not. */
  boolean generated;

  /** It generated something new that is committed. */
  boolean progressed;

  /** A first byte came. */
  boolean alive;

  /** A tool call is open, so a long silence is healthy. */
  boolean toolOpen;

  int status;
  HeaderLookup headers = HeaderLookup.NONE;
  long wallMillis;
  @Nullable AnswerReader reader;
  @Nullable SseDecoder decoder;
  @Nullable Splice splice;
  @Nullable Assembler assembler;
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

  /** Keeps what fits of the body. */
  void keep(byte[] bytes, int from, int to, int limit) {
    body.write(bytes, from, Math.min(to - from, limit - body.size()));
  }
}

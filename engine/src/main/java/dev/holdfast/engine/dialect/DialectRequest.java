package dev.holdfast.engine.dialect;

import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.sse.EventBatch;
import java.util.Optional;

/** A caller's request, read once; makes every upstream call of its session. */
public interface DialectRequest {
  /** How the answer reaches the caller. */
  enum Mode {
    /** As an event stream. */
    STREAMED,
    /** As one body, put together from a stream of our own. */
    ASSEMBLED,
    /**
     * As the one body the upstream sends: the request holds something the assembler does not know.
     */
    UNSTREAMED
  }

  /** The model name the caller wrote. */
  String model();

  Mode mode();

  /** The value of one of its members as it was written; empty if it is absent or null. */
  Optional<String> member(String name);

  /** Whether it asks for reasoning, so that a long silence before the text is healthy. */
  boolean reasoning();

  /** Tokens of the input, estimated. */
  long inputTokens();

  /** Why this answer can't be gone on with once content is out; empty if it can. */
  Optional<Failure.Stopped.Kind> hazard();

  /** The call from the beginning. */
  UpstreamCall call(Target target, TargetKnowledge knowledge);

  /**
   * How to go on from what is committed, by this way.
   *
   * @param template the words by which an anchor is asked for
   */
  Continuation continuation(
      Way way,
      Target target,
      TargetKnowledge knowledge,
      Transcript transcript,
      AnchorTemplate template);

  /** A small question whose answer shows how the target treats a partial answer. */
  UpstreamCall probe(Target target);

  /** Reads a probe's answer into the knowledge; false if it proves nothing. */
  boolean learn(String probeAnswer, TargetKnowledge knowledge);

  /** A reader for one attempt. */
  AnswerReader reader(Target target, TargetKnowledge knowledge);

  /**
   * A splice for an attempt after something was committed.
   *
   * @param continuation the call it answers; empty for a call from the beginning
   */
  Splice splice(
      Target target,
      TargetKnowledge knowledge,
      Transcript committed,
      Optional<Continuation.Ask> continuation);

  /** An assembler for one attempt of {@link Mode#ASSEMBLED}. */
  Assembler assembler();

  /** Why the body of {@link Mode#UNSTREAMED} is not a whole answer; empty if it is. */
  Optional<Failure> incomplete(byte[] body, Target target);

  /** Reads committed events back. */
  Transcript.Builder transcript();

  /** Ends a committed text as too long, with terminator. */
  void endByLength(Transcript committed, EventBatch into);

  /** Whether a usage event was asked for by us alone, and is to be taken out again. */
  boolean takesUsageOut(Target target, TargetKnowledge knowledge);

  /** The terminator's block, for a stream that ended well without. */
  byte[] terminator();
}

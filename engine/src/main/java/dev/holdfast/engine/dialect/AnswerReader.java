package dev.holdfast.engine.dialect;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.sse.SseBlock;
import dev.holdfast.engine.usage.Tokens;
import java.util.Optional;

/** Reads the events of one attempt. Holds what the dialect must remember between them. */
public interface AnswerReader {
  /** The bits of {@link Signals} for this event; allocates nothing for an ordinary one. */
  int read(SseBlock block);

  /** What the last event with {@link Signals#FAILED} said. */
  Failure failure();

  /** Whether every choice seen has finished well. */
  boolean finished();

  /** What the upstream counted, if it said so. */
  Optional<Tokens> usage();

  /**
   * What the bytes behind the last event mean, where the stream ended: a failure if the upstream
   * put its reason there without a frame, else empty.
   */
  Optional<Failure> behindTheEvents(byte[] rest);
}

package dev.holdfast.engine.dialect;

import dev.holdfast.engine.sse.SseBlock;

/** Puts the events of one attempt together into the body of a non-streaming answer. */
public interface Assembler {
  void add(SseBlock block);

  /** The body; asked for once, when the answer is complete. */
  byte[] body();
}

package dev.holdfast.engine.sse;

/** Receives the blocks of a stream in order, on the thread that feeds the decoder. */
@FunctionalInterface
public interface SseSink {
  /**
   * A block with data is complete.
   *
   * @param block a view owned by the decoder, refilled for the next block: read what is needed and
   *     let it go. The arrays behind its slices live longer, see {@link SseDecoder#feed}
   */
  void block(SseBlock block);
}

package dev.holdfast.journal;

import dev.holdfast.engine.sse.EventBatch;

/** Hears a whole log in parts: any number of {@link #part}, then one of the others. */
public interface TranscriptReply {
  /** The next events; the batch is used again when this returns, the bytes stay as they are. */
  void part(EventBatch events);

  /**
   * @param last the number of the last event; 0 if there is none
   */
  void loaded(long last);

  void failed(StoreFailure failure);
}

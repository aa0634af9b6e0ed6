package dev.holdfast.engine.dialect;

import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.engine.sse.SseBlock;

/**
 * Writes the events of a later attempt so that they go on where the committed ones ended: one
 * identity, no second beginning, nothing said twice.
 */
public interface Splice {
  /**
   * Adds what the reader may see of this event, which may be nothing.
   *
   * @return the signals of what was added; {@link Signals#UNPROVEN} if it can't be told what the
   *     reader may see
   */
  int splice(SseBlock block, int signals, EventBatch into);

  /**
   * The upstream's answer is over: adds what was held back, if it was text after all.
   *
   * @return as {@link #splice} does
   */
  int end(EventBatch into);

  /** Why {@link Signals#UNPROVEN} was returned. */
  String doubt();

  /** Whether text was let through of which nothing is known, because the caller accepts that. */
  boolean accepted();
}

package dev.holdfast.engine.guard;

/**
 * The right to make one upstream call. Its holder settles it exactly once, whatever happens; before
 * that it may report progress once.
 */
public interface Lease {
  /** The first generated delta of this call was seen. Frees a recovery slot, repays the budget. */
  void progressed(long nowNanos);

  /**
   * The call is over.
   *
   * @throws IllegalStateException if it was settled before
   */
  void settle(Settlement settlement, long nowNanos);
}

package dev.holdfast.engine.guard;

import dev.holdfast.engine.failure.Failure;

/**
 * A session's wish to make one upstream call, and the ear that hears the answer.
 *
 * <p>Each ask is answered: at once, or after any number of {@link Answer#waiting} by exactly one of
 * {@link Answer#granted} and {@link Answer#refused}, unless it is withdrawn first.
 *
 * @param session whose call it is; unique in the process
 * @param owner for turns in the line
 * @param target the name of the target, as {@code upstream/model}
 * @param kind what the call is for
 * @param deadlineNanos when the session stops waiting; the guards refuse it then
 * @param brokenAtNanos for a continuation, when its stream broke: the order of the slots' line
 * @param answer called on the thread that caused it, never under a lock; the driver hops home
 */
public record Ask(
    long session,
    String owner,
    String target,
    Kind kind,
    long deadlineNanos,
    long brokenAtNanos,
    Answer answer) {

  /** What a call is for; the bounds differ. */
  public enum Kind {
    /** A session's first call. Breaker, concurrency, queue. */
    FIRST,
    /** Another try while nothing is committed. The same, and the budget. */
    RETRY,
    /** Going on after content. Recovery slots and concurrency alone. */
    CONTINUATION
  }

  /** Hears what became of an {@link Ask}. */
  public interface Answer {
    void granted(Lease lease, long nowNanos);

    /** 1 is next. */
    void waiting(int position, long nowNanos);

    void refused(Failure failure, long nowNanos);
  }
}

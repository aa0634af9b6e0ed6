package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Transcript;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.HeaderLookup;
import java.util.List;

/** A fact that reached the machine. The driver makes it; the machine only reads it. */
public sealed interface SessionFact {
  /** When the driver saw it: monotonic nanoseconds, never less than the fact before. */
  long atNanos();

  /** The request is known and stored; the session begins. */
  record Accepted(long atNanos) implements SessionFact {}

  /**
   * The session failed before, and is taken up again from what the store holds of it. Told instead
   * of {@link Accepted}.
   *
   * @param last the number of the last event
   * @param transcript of the events up to there
   * @param attempts how many were made before
   * @param wrote the names of the targets that wrote what there is, the last of them last
   * @param before how it failed
   */
  record TakenUp(
      long atNanos,
      long last,
      Transcript transcript,
      int attempts,
      List<String> wrote,
      Failure before)
      implements SessionFact {
    public TakenUp {
      wrote = List.copyOf(wrote);
    }
  }

  /** A fact of one attempt. If that attempt is over, the machine drops the fact and counts it. */
  sealed interface OfAttempt extends SessionFact {
    int attempt();
  }

  record LeaseGranted(long atNanos, int attempt) implements OfAttempt {}

  /** The attempt stands in the line; 1 is next. */
  record LeaseWaiting(long atNanos, int attempt, int position) implements OfAttempt {}

  record LeaseRefused(long atNanos, int attempt, Failure failure) implements OfAttempt {}

  /**
   * The response began.
   *
   * @param wallMillis the wall clock, for hints that are dates
   */
  record HeadArrived(long atNanos, int attempt, int status, HeaderLookup headers, long wallMillis)
      implements OfAttempt {}

  /** The slice {@code [from, to)} arrived; it is the driver's again when {@code accept} returns. */
  @SuppressWarnings("ArrayRecordComponent") // Read at once and never compared.
  record BytesArrived(long atNanos, int attempt, byte[] bytes, int from, int to)
      implements OfAttempt {}

  /** The upstream will send no more. Says nothing about whether the answer was whole. */
  record UpstreamEnded(long atNanos, int attempt) implements OfAttempt {}

  /** The connection did not come about, or failed. */
  record UpstreamFailed(long atNanos, int attempt, Failure failure) implements OfAttempt {}

  /** What was asked for by {@link SessionCommand.LoadTranscript}. */
  record TranscriptLoaded(long atNanos, int attempt, Transcript transcript) implements OfAttempt {}

  /** The deadline armed under this id came. */
  record DeadlinePassed(long atNanos, long deadline) implements SessionFact {}

  /** The store holds all events up to this number. */
  record Appended(long atNanos, long upTo) implements SessionFact {}

  /** The store does not hold what it was given, and will not. */
  record AppendFailed(long atNanos, String reason) implements SessionFact {}

  /** Somebody with the right to do so wants no more. */
  record CancelRequested(long atNanos, String reason) implements SessionFact {}

  /** The process ends and takes the session with it. */
  record Stopping(long atNanos) implements SessionFact {}
}

package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.UpstreamCall;
import dev.holdfast.engine.guard.Ask;
import dev.holdfast.engine.guard.Settlement;
import dev.holdfast.engine.sse.EventBatch;

/** What the machine wants done. The driver does it, in order, and holds no policy. */
public sealed interface SessionCommand {
  /** Ask the guards for the right to call this target. */
  record AcquireLease(
      int attempt, Target target, Ask.Kind kind, long deadlineNanos, long brokenAtNanos)
      implements SessionCommand {}

  /**
   * Give up waiting for it. A grant that crosses this is the driver's to settle, as neutral: the
   * machine hears no more of the attempt.
   */
  record WithdrawLease(int attempt) implements SessionCommand {}

  /** Tell the lease that its call has begun to generate. */
  record ReportProgress(int attempt) implements SessionCommand {}

  /** The call is over; the lease is not used again. */
  record SettleLease(int attempt, Settlement settlement) implements SessionCommand {}

  /**
   * Make the call.
   *
   * @param purpose {@code begin}, {@code probe}, or the rung by which it goes on
   */
  record OpenUpstream(int attempt, Target target, String purpose, UpstreamCall call)
      implements SessionCommand {}

  /** Close its connection; nothing more of it is wanted. */
  record CloseUpstream(int attempt) implements SessionCommand {}

  /**
   * The answer is whole. The connection may serve again if its body ends within a moment; otherwise
   * it is closed.
   */
  record ReleaseUpstream(int attempt) implements SessionCommand {}

  /** Take no more bytes off its socket until told to go on. */
  record PauseReading(int attempt) implements SessionCommand {}

  record ResumeReading(int attempt) implements SessionCommand {}

  /** Put these events into the session's log. The batch is valid until the machine's next fact. */
  record Append(EventBatch batch) implements SessionCommand {}

  /** Events up to this number may be shown to readers. */
  record Emit(long upTo) implements SessionCommand {}

  /** Read the committed events back and answer with a transcript. */
  record LoadTranscript(int attempt) implements SessionCommand {}

  /** Answer with {@link SessionFact.DeadlinePassed} at that time. Replaces the deadline before. */
  record ArmDeadline(long deadline, long atNanos) implements SessionCommand {}

  /**
   * The one body of a non-streaming answer. Comes right before a {@link Finish} that is complete.
   */
  @SuppressWarnings("ArrayRecordComponent") // Written once and never compared.
  record Answer(byte[] body) implements SessionCommand {}

  /** The session is over; nothing follows. */
  record Finish(Outcome outcome) implements SessionCommand {}
}

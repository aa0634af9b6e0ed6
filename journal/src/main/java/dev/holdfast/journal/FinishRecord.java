package dev.holdfast.journal;

import java.util.List;

/** How a session ended: the last record of its log, and all that its error event is made from. */
public sealed interface FinishRecord {

  /** What the session is from now on. */
  SessionState state();

  /** The answer is complete by its dialect's rule. */
  record Complete() implements FinishRecord {
    @Override
    public SessionState state() {
      return SessionState.COMPLETE;
    }
  }

  /**
   * The answer is not complete and no attempt is under way.
   *
   * @param why the machine-readable word, in snake case
   * @param status the HTTP status that says the same before a head is committed
   * @param message one sentence for a person; never holds a credential
   * @param retryable whether the same request may do better later
   * @param verdicts the strategies tried and what became of each, in order
   */
  record Failed(String why, int status, String message, boolean retryable, List<String> verdicts)
      implements FinishRecord {
    public Failed {
      verdicts = List.copyOf(verdicts);
    }

    @Override
    public SessionState state() {
      return SessionState.FAILED;
    }
  }

  /**
   * Somebody with the right to do so ended it, or nobody was left to read it.
   *
   * @param message one sentence for a person
   */
  record Cancelled(String message) implements FinishRecord {
    @Override
    public SessionState state() {
      return SessionState.CANCELLED;
    }
  }
}

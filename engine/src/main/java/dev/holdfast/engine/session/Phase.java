package dev.holdfast.engine.session;

/** Where a session is. */
enum Phase {
  NEW,
  /** A lease was asked for. */
  LEASING,
  /** Leased; the store still owes events, or the transcript. */
  LOADING,
  /** The call is out. */
  OPEN,
  /** Between attempts. */
  WAITING,
  /** Decided; the store still owes events. */
  ENDING,
  DONE;

  /** Whether a driver may tell this fact of the session. */
  boolean expects(SessionFact fact) {
    return switch (fact) {
      case SessionFact.Accepted f -> this == NEW || this == DONE;
      case SessionFact.TakenUp f -> this == NEW || this == DONE;
      case SessionFact.OfAttempt f -> true;
      case SessionFact.DeadlinePassed f -> true;
      case SessionFact.Appended f -> true;
      case SessionFact.AppendFailed f -> true;
      case SessionFact.CancelRequested f -> true;
      case SessionFact.Stopping f -> true;
    };
  }

  /** Whether a driver may tell this fact of the attempt under way. */
  boolean expects(SessionFact.OfAttempt fact, Attempt attempt, Committed committed) {
    return switch (fact) {
      case SessionFact.LeaseGranted f -> this == LEASING;
      case SessionFact.LeaseWaiting f -> this == LEASING;
      case SessionFact.LeaseRefused f -> this == LEASING;
      case SessionFact.TranscriptLoaded f -> this == LOADING && committed.settled();
      case SessionFact.HeadArrived f -> this == OPEN && attempt.status() == 0;
      case SessionFact.BytesArrived f -> this == OPEN && attempt.status() != 0;
      case SessionFact.UpstreamEnded f -> this == OPEN;
      case SessionFact.UpstreamFailed f -> this == OPEN;
    };
  }
}

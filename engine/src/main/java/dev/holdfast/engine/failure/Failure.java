package dev.holdfast.engine.failure;

import java.time.Duration;
import java.util.Optional;

/**
 * What went wrong with an attempt or a session. A value, decided once, where the evidence was seen;
 * nobody further on looks at statuses or texts again.
 */
public sealed interface Failure {

  /** Who caused it. Only {@link Origin#UPSTREAM} counts against a breaker. */
  Origin origin();

  /** What another attempt can still change. */
  Scope scope();

  /** The machine-readable word that readers, logs and metrics carry, in snake case. */
  String why();

  /** One sentence for a person: what was expected, what came. Never holds a credential. */
  String message();

  /** How long the upstream asked us to wait, if it did. */
  default Optional<Hint> hint() {
    return Optional.empty();
  }

  /** Who caused a failure. */
  enum Origin {
    UPSTREAM,
    READER,
    SELF
  }

  /** Where another attempt can help. */
  enum Scope {
    /** The same target may do better the next time. */
    SAME_TARGET,
    /** This target will not do better for this session; the next one of the route may. */
    OTHER_TARGET,
    /**
     * No attempt anywhere can help: the request itself is at fault, or somebody ended the session.
     */
    NONE
  }

  /** No connection came about. */
  record Unreachable(Kind kind, String detail) implements Failure {
    public enum Kind {
      REFUSED,
      DNS,
      TLS,
      CONNECT_TIMEOUT
    }

    @Override
    public Origin origin() {
      return Origin.UPSTREAM;
    }

    @Override
    public Scope scope() {
      return Scope.SAME_TARGET;
    }

    @Override
    public String why() {
      return Words.of(kind);
    }

    @Override
    public String message() {
      return "expected a connection to the upstream, got: " + detail;
    }
  }

  /** One of our clocks ran out while the connection stood. */
  record Silence(Kind kind, Duration limit) implements Failure {
    public enum Kind {
      /** Nothing was generated since the request went out. */
      FIRST_PROGRESS_TIMEOUT,
      /** Generation began and then stood still, whatever keep-alives said. */
      STALL,
      /** Not one byte came from a target known to send keep-alives. */
      LIVENESS_TIMEOUT
    }

    @Override
    public Origin origin() {
      return Origin.UPSTREAM;
    }

    @Override
    public Scope scope() {
      return Scope.SAME_TARGET;
    }

    @Override
    public String why() {
      return Words.of(kind);
    }

    @Override
    public String message() {
      return "expected progress within " + limit.toMillis() + " ms, none came";
    }
  }

  /** The stream stopped or went wrong before the answer was complete. */
  record Broken(Kind kind, String detail) implements Failure {
    public enum Kind {
      /** The connection failed under the stream. */
      RESET,
      /** The body ended, cleanly or by FIN, before the dialect's own sign of completeness. */
      TRUNCATION,
      /** Something arrived that is not an event of the dialect. */
      MALFORMED_STREAM,
      /** The terminator came without a finish reason. */
      NO_FINISH_REASON,
      /**
       * The upstream itself says that it did not finish: {@code error}, {@code abort}, no
       * resources.
       */
      INTERRUPTED,
      /** A 200 whose body is not an event stream. */
      WRONG_CONTENT_TYPE
    }

    @Override
    public Origin origin() {
      return Origin.UPSTREAM;
    }

    @Override
    public Scope scope() {
      return Scope.SAME_TARGET;
    }

    @Override
    public String why() {
      return Words.of(kind);
    }

    @Override
    public String message() {
      return "expected a complete answer, but " + detail;
    }
  }

  /**
   * The upstream said no: by a status, or by an error inside a stream that began well.
   *
   * @param kind what it means at this provider
   * @param evidence what was seen, to be shown or passed on
   * @param waitHint how long it asked us to wait
   */
  record Rejection(Kind kind, Evidence evidence, Optional<Hint> waitHint) implements Failure {
    public enum Kind {
      RATE_LIMITED(Scope.SAME_TARGET),
      OUT_OF_QUOTA(Scope.OTHER_TARGET),
      OVERLOADED(Scope.SAME_TARGET),
      SERVER_ERROR(Scope.SAME_TARGET),
      INVALID_REQUEST(Scope.NONE),
      UPSTREAM_AUTH(Scope.OTHER_TARGET),
      UNKNOWN_MODEL(Scope.OTHER_TARGET),
      CONTENT_FILTERED(Scope.NONE),
      CONTEXT_TOO_LONG(Scope.NONE),
      /** An answer that points elsewhere; it is never followed. */
      REDIRECT(Scope.OTHER_TARGET),
      /** A 400 that speaks of prefill: this target takes no trailing assistant text. */
      PREFILL_REFUSED(Scope.SAME_TARGET),
      /** A 400 or 422 that names {@code stream_options}: asked again without. */
      OPTION_REFUSED(Scope.SAME_TARGET);

      private final Scope scope;

      Kind(Scope scope) {
        this.scope = scope;
      }
    }

    @Override
    public Origin origin() {
      return kind == Kind.INVALID_REQUEST
              || kind == Kind.CONTENT_FILTERED
              || kind == Kind.CONTEXT_TOO_LONG
              || kind == Kind.PREFILL_REFUSED
              || kind == Kind.OPTION_REFUSED
          ? Origin.READER
          : Origin.UPSTREAM;
    }

    @Override
    public Scope scope() {
      return kind.scope;
    }

    @Override
    public String why() {
      return evidence.inBand() && kind == Kind.SERVER_ERROR ? "in_band_error" : Words.of(kind);
    }

    @Override
    public String message() {
      return evidence.sentence()
          + (evidence.namesNoModel() ? "; is the base URL right? Most end in /v1" : "");
    }

    @Override
    public Optional<Hint> hint() {
      return waitHint;
    }
  }

  /**
   * A relay ended the session by its own rules. It has tried what can be tried, so its word is
   * final; but one that only leaves has not, and itself started again, or another in its place, may
   * go on.
   *
   * @param said what it said, as any upstream's error is read
   */
  record Relayed(Failure said) implements Failure {
    @Override
    public Origin origin() {
      return Origin.UPSTREAM;
    }

    @Override
    public Scope scope() {
      return why().equals(Words.of(Stopped.Kind.DRAINING)) ? said.scope() : Scope.NONE;
    }

    /** The relay's own word. */
    @Override
    public String why() {
      return said instanceof Rejection rejection && !rejection.evidence().code().isEmpty()
          ? rejection.evidence().code()
          : said.why();
    }

    @Override
    public String message() {
      return said.message();
    }

    @Override
    public Optional<Hint> hint() {
      return said.hint();
    }
  }

  /** We stopped: a bound of ours was reached, or going on would not have been safe. */
  record Stopped(Kind kind, String detail, Optional<Hint> waitHint) implements Failure {
    public enum Kind {
      BREAKER_OPEN,
      QUEUE_FULL,
      /** The waiting line's or the caller's deadline passed before an attempt could begin. */
      WAIT_TIMEOUT,
      ANSWER_TIMEOUT,
      RECOVERY_TIMEOUT,
      JOURNAL_FAILED,
      /** The partial answer can't be continued safely here. */
      UNPROVEN_SEAM,
      /** The upstream kept the answer, and does not any more. */
      SESSION_LOST,
      TOOL_CALL_RELEASED,
      STRUCTURED_OUTPUT,
      SEVERAL_CHOICES,
      LOGPROBS,
      AUDIO,
      CITATIONS,
      NO_TARGET,
      DRAINING
    }

    public Stopped(Kind kind, String detail) {
      this(kind, detail, Optional.empty());
    }

    @Override
    public Origin origin() {
      return Origin.SELF;
    }

    @Override
    public Scope scope() {
      return Scope.NONE;
    }

    @Override
    public String why() {
      return Words.of(kind);
    }

    @Override
    public String message() {
      return detail;
    }

    @Override
    public Optional<Hint> hint() {
      return waitHint;
    }
  }

  /** Somebody with the right to do so ended the session. */
  record Cancelled(String detail) implements Failure {
    @Override
    public Origin origin() {
      return Origin.READER;
    }

    @Override
    public Scope scope() {
      return Scope.NONE;
    }

    @Override
    public String why() {
      return "cancelled";
    }

    @Override
    public String message() {
      return detail;
    }
  }

  /**
   * The failure of a session that is over, as its last record tells it.
   *
   * @param status that says the same before a head is committed
   */
  record Recorded(String why, int status, String message) implements Failure {
    @Override
    public Origin origin() {
      return Origin.SELF;
    }

    @Override
    public Scope scope() {
      return Scope.NONE;
    }
  }
}

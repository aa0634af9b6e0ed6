package dev.holdfast.engine.guard;

/**
 * All guards of one upstream and its targets. Safe for many threads: the only part of the engine
 * that is. Passive: it never acts on its own, so the driver arms one timer for {@link
 * #wakeAtNanos()} and calls {@link #wake}, and re-reads the time after each call.
 */
public interface Guards {
  /** Answers through {@link Ask#answer()}, possibly before this returns. */
  void ask(Ask ask, long nowNanos);

  /** Gives up waiting. Does nothing if the ask was answered for good. */
  void withdraw(Ask ask, long nowNanos);

  /**
   * A stream of this target broke after content. Feeds the breaker's rate and tells whether the
   * target broke another stream in the second before.
   */
  boolean broke(String target, long nowNanos);

  /**
   * Whether failures without progress should not count towards a session's five in a row, because
   * no continuation of this upstream has made progress since a mass break.
   */
  boolean massBreak(long nowNanos);

  /** When {@link #wake} has something to do; {@link Long#MAX_VALUE} if never. */
  long wakeAtNanos();

  /** Grants, refuses and moves what time alone decides. */
  void wake(long nowNanos);
}

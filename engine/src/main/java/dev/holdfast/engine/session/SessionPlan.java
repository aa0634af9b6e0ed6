package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.retry.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * All that a session's machine is told before it begins.
 *
 * @param request the caller's
 * @param targets of the route, in order; at least one
 * @param retry how often and after what waits
 * @param clocks how long to wait for what
 * @param lenient whether a seam that can't be proven is accepted as the last rung
 * @param probeOnBreak whether a target may be asked a known answer when a break needs it
 * @param anchor the words by which a model is asked to repeat the end of its text
 * @param callerTimeout how long the caller waits for content, queue included; empty if it did not
 *     say
 * @param blockBytesMax the longest event that is taken from an upstream; bounds a session's memory
 * @param unacknowledgedBytesMax what the store may owe before the upstream is read no further
 */
public record SessionPlan(
    DialectRequest request,
    List<Target> targets,
    RetryPolicy retry,
    Clocks clocks,
    boolean lenient,
    boolean probeOnBreak,
    AnchorTemplate anchor,
    Optional<Duration> callerTimeout,
    int blockBytesMax,
    long unacknowledgedBytesMax) {

  public static final int BLOCK_BYTES_MAX = 1 << 20;
  public static final long UNACKNOWLEDGED_BYTES_MAX = 256 << 10;

  public SessionPlan {
    targets = List.copyOf(targets);
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("expected at least one target");
    }
  }

  /** A plan with the usual values beside what every session differs in. */
  public static SessionPlan of(
      DialectRequest request, List<Target> targets, RetryPolicy retry, Clocks clocks) {
    return new SessionPlan(
        request,
        targets,
        retry,
        clocks,
        false,
        false,
        AnchorTemplate.DEFAULT,
        Optional.empty(),
        BLOCK_BYTES_MAX,
        UNACKNOWLEDGED_BYTES_MAX);
  }

  public SessionPlan withSeams(boolean nowLenient, boolean nowProbing) {
    return new SessionPlan(
        request,
        targets,
        retry,
        clocks,
        nowLenient,
        nowProbing,
        anchor,
        callerTimeout,
        blockBytesMax,
        unacknowledgedBytesMax);
  }

  public SessionPlan withAnchor(AnchorTemplate template) {
    return new SessionPlan(
        request,
        targets,
        retry,
        clocks,
        lenient,
        probeOnBreak,
        template,
        callerTimeout,
        blockBytesMax,
        unacknowledgedBytesMax);
  }

  /** The same with another bound on what the store may owe. */
  public SessionPlan withUnacknowledgedBytesMax(long bytes) {
    return new SessionPlan(
        request,
        targets,
        retry,
        clocks,
        lenient,
        probeOnBreak,
        anchor,
        callerTimeout,
        blockBytesMax,
        bytes);
  }

  public SessionPlan withCallerTimeout(Duration timeout) {
    return new SessionPlan(
        request,
        targets,
        retry,
        clocks,
        lenient,
        probeOnBreak,
        anchor,
        Optional.of(timeout),
        blockBytesMax,
        unacknowledgedBytesMax);
  }
}

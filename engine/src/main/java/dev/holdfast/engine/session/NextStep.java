package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.DialectRequest.Mode;
import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.Failure.Rejection;
import dev.holdfast.engine.failure.Failure.Stopped;
import dev.holdfast.engine.guard.Ask;
import dev.holdfast.engine.retry.Backoff;
import dev.holdfast.engine.retry.SpendBound;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The decision after a break: try again where and when, or end with which failure. Counts what
 * bounds a session; the bounds shared with other sessions stand in the guards.
 */
final class NextStep {
  /** What follows. */
  sealed interface Step {}

  /** Another attempt, asked for at that time. */
  record Try(
      Target target, Attempt.Purpose purpose, Ask.Kind kind, long atNanos, long leaseDeadlineNanos)
      implements Step {}

  /** The failure is final. */
  record End(Failure failure) implements Step {}

  private static final Duration PROBE_TURN = Duration.ofSeconds(1);

  private final SessionPlan plan;
  private final Surroundings surroundings;
  private final Committed committed;
  private final SplittableRandom random;
  private final Candidates candidates;
  private final Ladder ladder;

  private long queueDeadlineNanos;
  private long callerDeadlineNanos = Long.MAX_VALUE;
  private long lastProgressNanos;
  private boolean broken;
  private long brokenAtNanos;
  private int calls;
  private int row;
  private int withoutReason;
  private SpendBound spend = SpendBound.NOTHING_SPENT;
  private @Nullable Target probing;
  private @Nullable Failure lastFailure;
  private @Nullable Try upcoming;
  private @Nullable NextAttempt decided;

  NextStep(
      SessionPlan plan, Surroundings surroundings, Committed committed, SplittableRandom random) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.committed = committed;
    this.random = random;
    this.candidates = new Candidates(plan.targets());
    this.ladder = new Ladder(plan, surroundings);
  }

  // ---- what the machine tells

  /** A call went out. */
  void opened() {
    calls++;
  }

  /** A call was answered with 200, so its input is spent. */
  void answered(Attempt a) {
    surroundings.keyAccepted(a.target);
    spend = spend.spent(inputTokens());
  }

  void progressed(Attempt a, long nowNanos) {
    lastProgressNanos = nowNanos;
    candidates.wrote(a.target);
    ladder.progressed();
    if (a.kept == null) {
      // What this attempt writes does not stand in an answer that is kept elsewhere.
      ladder.lost();
    }
    if (plan.request().mode() == Mode.STREAMED) {
      row = 0;
    }
  }

  /** The session is over. */
  void released() {
    endProbe();
  }

  private void endProbe() {
    if (probing != null) {
      surroundings.knowledge(probing).endProbe();
      probing = null;
    }
  }

  Ladder ladder() {
    return ladder;
  }

  boolean slow(Target target) {
    return candidates.isSlow(target);
  }

  long brokenAtNanos() {
    return brokenAtNanos;
  }

  /** This follows; a wait that is over is no decision anew. */
  void decided(Try next, long nowNanos) {
    if (lastFailure != null && !next.equals(upcoming)) {
      decided = NextAttempt.of(next, lastFailure, nowNanos);
    }
    upcoming = next;
  }

  /** The attempt that was decided upon last; empty before the first break. */
  Optional<NextAttempt> decided() {
    return Optional.ofNullable(decided);
  }

  /** Whether asking again later may help a caller whose session ended so. */
  boolean retryable(Failure failure) {
    return switch (failure) {
      case Failure.Cancelled f -> false;
      case Failure.Relayed f -> retryable(f.said());
      case Failure.Recorded f -> false;
      case Rejection f ->
          switch (f.kind()) {
            case RATE_LIMITED, OVERLOADED, SERVER_ERROR -> true;
            default -> false;
          };
      case Stopped f ->
          switch (f.kind()) {
            case NO_TARGET, ANSWER_TIMEOUT -> false;
            default -> true;
          };
      case Failure.Unreachable f -> true;
      case Failure.Silence f -> true;
      case Failure.Broken f -> true;
    };
  }

  // ---- decisions

  private void arrived(long nowNanos) {
    queueDeadlineNanos = nowNanos + plan.clocks().queue().toNanos();
    lastProgressNanos = nowNanos;
    for (var target : plan.targets()) {
      if (surroundings.skipped(target, nowNanos)) {
        candidates.strike(target);
      }
    }
  }

  /**
   * A session that failed goes on.
   *
   * @param wrote the names of the targets that wrote what is committed, the last of them last
   */
  Step takenUp(List<String> wrote, Failure before, long nowNanos) {
    arrived(nowNanos);
    lastFailure = before;
    broken = true;
    brokenAtNanos = nowNanos;
    var last = plan.targets().getFirst();
    for (var name : wrote) {
      for (var target : plan.targets()) {
        if (target.name().equals(name)) {
          candidates.wrote(target);
          last = target;
        }
      }
    }
    return further(last, before, nowNanos);
  }

  Step first(long nowNanos) {
    plan.callerTimeout().ifPresent(t -> callerDeadlineNanos = nowNanos + t.toNanos());
    arrived(nowNanos);
    var choice = candidates.soonest(nowNanos);
    if (choice == null) {
      return new End(
          new Stopped(
              Stopped.Kind.NO_TARGET,
              "every upstream of this model rejected its key a moment ago"));
    }
    return begin(choice, nowNanos);
  }

  Failure callerTimeout() {
    return lastFailure != null
        ? lastFailure
        : new Failure.Silence(
            Failure.Silence.Kind.FIRST_PROGRESS_TIMEOUT,
            plan.callerTimeout().orElse(Duration.ZERO));
  }

  /** The guards said no. Nothing was called, so nothing is counted. */
  Step afterRefusedLease(Attempt a, Failure failure, long nowNanos) {
    if (lastFailure == null) {
      lastFailure = failure;
    }
    candidates.strike(a.target);
    return further(a.target, failure, nowNanos);
  }

  /** Goes on from what is shown, or begins if nothing is. */
  private Step further(Target after, Failure failure, long nowNanos) {
    return committed.seen().content()
        ? goOn(after, failure, nowNanos)
        : elsewhere(failure, nowNanos);
  }

  /** The wait is over. What was unproven when it began may have been proven by another session. */
  Step due(Try waited, long nowNanos) {
    return waited.purpose() == Attempt.Purpose.CONTINUE
        ? climb(waited.target(), lastFailure, waited.atNanos(), nowNanos)
        : waited;
  }

  Step afterProbe(Attempt a, boolean proven, long nowNanos) {
    endProbe();
    ladder.probed(a.target, proven);
    if (bounded()) {
      return new End(lastFailure == null ? unproven(a.target) : lastFailure);
    }
    return climb(a.target, lastFailure, nowNanos, nowNanos);
  }

  /**
   * No way at this target can be taken from the text as it is.
   *
   * @param failure why; null if the last way was learnt to be none while this session waited
   */
  Step afterImpossible(Attempt a, @Nullable Failure failure, long nowNanos) {
    var why = failure == null ? lastFailure : failure;
    return goOn(a.target, why == null ? unproven(a.target) : why, nowNanos);
  }

  Step afterBreak(Attempt a, Failure failure, long nowNanos) {
    lastFailure = failure;
    if (a.progressed) {
      lastProgressNanos = Math.max(lastProgressNanos, a.generatedNanos);
    }
    if (!broken || a.progressed) {
      broken = true;
      brokenAtNanos = nowNanos;
    }
    if (a.purpose == Attempt.Purpose.PROBE) {
      endProbe();
    }
    boolean othersBroke =
        a.progressed && committed.seen().content() && surroundings.broke(a.target, nowNanos);
    if (failure instanceof Rejection rejection) {
      var learnt = learn(a, rejection, nowNanos);
      if (learnt != null) {
        return learnt;
      }
    }
    if (failure instanceof Failure.Silence) {
      candidates.slow(a.target);
    }
    if (failure instanceof Failure.Broken broken
        && broken.kind() == Failure.Broken.Kind.NO_FINISH_REASON
        && ++withoutReason > 1) {
      return new End(failure);
    }
    if (!(a.progressed && plan.request().mode() == Mode.STREAMED)
        && !surroundings.massBreak(a.target, nowNanos)) {
      row++;
    }
    if (failure.scope() == Failure.Scope.OTHER_TARGET) {
      candidates.strike(a.target);
    }
    if (failure instanceof Stopped stopped) {
      switch (stopped.kind()) {
        case UNPROVEN_SEAM -> {
          ladder.unproven(a.target, Objects.requireNonNull(a.way).rung());
          return goOn(a.target, failure, nowNanos);
        }
        case SESSION_LOST -> {
          ladder.lost();
          return committed.seen().content()
              ? goOn(a.target, failure, nowNanos)
              : begin(new Candidates.Choice(a.target, nowNanos), nowNanos);
        }
        default -> {}
      }
    }
    if (failure.scope() == Failure.Scope.NONE || bounded()) {
      return new End(failure);
    }
    long at = nowNanos + waitNanos(a, failure, othersBroke);
    if (!candidates.isDead(a.target)) {
      candidates.rest(a.target, at, failure);
    }
    return further(a.target, failure, nowNanos);
  }

  private boolean bounded() {
    var retry = plan.retry();
    return row >= retry.attemptsWithoutProgressMax()
        || calls >= retry.attemptsMax()
        || !spend.allows(inputTokens(), committed.last(), retry);
  }

  /** What the next call makes a provider read: the request and what is handed back. */
  private long inputTokens() {
    return plan.request().inputTokens() + committed.last();
  }

  /** What a rejection teaches of the target is used at once, without a wait; null if nothing. */
  private @Nullable Step learn(Attempt a, Rejection rejection, long nowNanos) {
    var knowledge = surroundings.knowledge(a.target);
    switch (rejection.kind()) {
      case UPSTREAM_AUTH -> surroundings.keyRejected(a.target, nowNanos);
      case OPTION_REFUSED -> {
        knowledge.learnUsageRefused();
        return a.withoutOptions ? new End(rejection) : again(a, nowNanos);
      }
      case PREFILL_REFUSED -> {
        if (a.purpose == Attempt.Purpose.BEGIN) {
          return new End(rejection);
        }
        var rung = a.way == null ? Profile.Rung.PREFILL : a.way.rung();
        switch (rung) {
          case PREFILL -> knowledge.learnPrefillRefused();
          case NATIVE -> ladder.lost();
          // It speaks of messages that this way has as well.
          case ANCHOR, REPLAY -> ladder.impossible(a.target, rung);
        }
        return further(a.target, rejection, nowNanos);
      }
      default -> {}
    }
    return null;
  }

  private Step again(Attempt a, long nowNanos) {
    return committed.seen().content()
        ? attempt(a.target, a.purpose, nowNanos, nowNanos)
        : begin(new Candidates.Choice(a.target, nowNanos), nowNanos);
  }

  /**
   * The target that can be asked soonest to begin, or that keeps an answer of which nothing came
   * yet. If that is too late, its failure is the final one, since it carries the hint of when to
   * come back; if there is no target left, the last failure is.
   */
  private Step elsewhere(Failure failure, long nowNanos) {
    var kept = candidates.soonest(nowNanos, ladder::keeps);
    var choice = candidates.soonest(nowNanos);
    if (kept != null && (choice == null || kept.atNanos() <= choice.atNanos())) {
      choice = kept;
    }
    if (choice == null) {
      return new End(failure);
    }
    long at = choice.atNanos();
    boolean tooLate =
        at - nowNanos > plan.retry().waitBeforeContentMax().toNanos()
            || at > callerDeadlineNanos
            || at > recoveryEndNanos();
    if (tooLate) {
      var why = candidates.restsFor(choice.target());
      return new End(why == null ? failure : why);
    }
    return ladder.keeps(choice.target())
        ? attempt(choice.target(), Attempt.Purpose.CONTINUE, at, nowNanos)
        : begin(choice, nowNanos);
  }

  private Step begin(Candidates.Choice choice, long nowNanos) {
    long patience = choice.atNanos() + plan.retry().waitBeforeContentMax().toNanos();
    long deadline = Math.min(callerDeadlineNanos, calls > 0 ? patience : queueDeadlineNanos);
    return new Try(
        choice.target(),
        Attempt.Purpose.BEGIN,
        calls == 0 ? Ask.Kind.FIRST : Ask.Kind.RETRY,
        choice.atNanos(),
        deadline);
  }

  /** Goes on from what is committed: where that can be done soonest, by the ways that are left. */
  private Step goOn(Target after, Failure failure, long nowNanos) {
    if (bounded()) {
      return new End(failure);
    }
    var refusal = unsafe(failure);
    // What nobody can be asked to go on with may still be kept by somebody.
    var choice =
        candidates.soonestToGoOn(after, nowNanos, refusal == null ? this::able : ladder::keeps);
    if (choice == null) {
      if (refusal != null) {
        return refusal;
      }
      return candidates.isDead(after) || failure instanceof Stopped
          ? new End(failure)
          : stop(
              Stopped.Kind.UNPROVEN_SEAM,
              "it is not proven that " + after.name() + " goes on from where a text ends",
              failure);
    }
    long at = choice.atNanos();
    if (at - nowNanos > plan.retry().waitAfterContentMax().toNanos()) {
      return new End(failure);
    }
    return at > recoveryEndNanos()
        ? recoveryTimeout(failure)
        : climb(choice.target(), failure, at, nowNanos);
  }

  /** No new attempt starts later. */
  private long recoveryEndNanos() {
    return lastProgressNanos + plan.clocks().recovery().toNanos();
  }

  private Step recoveryTimeout(@Nullable Failure last) {
    return stop(
        Stopped.Kind.RECOVERY_TIMEOUT,
        "no attempt could go on within " + plan.clocks().recovery(),
        last);
  }

  /** What was shown and can't be gone on with anywhere; null if it can. */
  private @Nullable Step unsafe(Failure failure) {
    return switch (committed.seen()) {
      case TOOL -> stop(Stopped.Kind.TOOL_CALL_RELEASED, "a tool call was already shown", failure);
      case MEDIA -> stop(Stopped.Kind.AUDIO, "audio or citations were already shown", failure);
      case REFUSAL -> stop(Stopped.Kind.UNPROVEN_SEAM, "a refusal was already shown", failure);
      case REASONING, TEXT ->
          plan.request()
              .hazard()
              .map(kind -> stop(kind, "this kind of answer can't be gone on with", failure))
              .orElse(null);
      case NOTHING, PREAMBLE -> null;
    };
  }

  /** Whether a target can be asked to go on. */
  private boolean able(Target target) {
    return ladder.keeps(target)
        || committed.seen() == Committed.Seen.REASONING
        || ladder.wantsProbe(target)
        || !ladder.left(target).isEmpty();
  }

  /** The next attempt at a target that is able. */
  private Step climb(Target target, @Nullable Failure failure, long atNanos, long nowNanos) {
    if (!ladder.keeps(target) && committed.seen() == Committed.Seen.REASONING) {
      return attempt(target, Attempt.Purpose.BEGIN, atNanos, nowNanos);
    }
    if (ladder.wantsProbe(target)) {
      // Whose turn it is to ask the known answer shows when the time has come.
      return atNanos > nowNanos
          ? attempt(target, Attempt.Purpose.CONTINUE, atNanos, nowNanos)
          : probe(target, failure, nowNanos);
    }
    return ladder.left(target).isEmpty()
        ? goOn(target, failure == null ? unproven(target) : failure, nowNanos)
        : attempt(target, Attempt.Purpose.CONTINUE, atNanos, nowNanos);
  }

  /** Asks the known answer, or waits while another session does: that says nothing of this one. */
  private Step probe(Target target, @Nullable Failure failure, long nowNanos) {
    if (surroundings.knowledge(target).beginProbe()) {
      probing = target;
      return attempt(target, Attempt.Purpose.PROBE, nowNanos, nowNanos);
    }
    long at = nowNanos + PROBE_TURN.toNanos();
    return at > recoveryEndNanos()
        ? recoveryTimeout(failure)
        : attempt(target, Attempt.Purpose.CONTINUE, at, nowNanos);
  }

  private static Failure unproven(Target target) {
    return new Stopped(Stopped.Kind.UNPROVEN_SEAM, target.name() + " proved nothing");
  }

  private Step attempt(Target target, Attempt.Purpose purpose, long atNanos, long nowNanos) {
    long deadline = Math.max(recoveryEndNanos(), nowNanos);
    return new Try(target, purpose, Ask.Kind.CONTINUATION, atNanos, deadline);
  }

  private static Step stop(Stopped.Kind kind, String detail, @Nullable Failure cause) {
    return new End(
        new Stopped(kind, cause == null ? detail : detail + "; before that: " + cause.message()));
  }

  private long waitNanos(Attempt a, Failure failure, boolean othersBroke) {
    var retry = plan.retry();
    if (failure.hint().isPresent()) {
      return failure.hint().get().delay().toNanos();
    }
    if (failure instanceof Rejection rejection && rejection.kind() == Rejection.Kind.RATE_LIMITED) {
      return retry.unhintedRateLimit().toNanos();
    }
    if (a.progressed && committed.seen().content()) {
      long apart = othersBroke ? Backoff.spread(retry, random).toNanos() : 0;
      return lostConnection(failure)
          ? Math.max(
              apart, Backoff.between(retry.resetWaitMin(), retry.resetWaitMax(), random).toNanos())
          : apart;
    }
    return Backoff.after(Math.max(row, 1), retry, random).toNanos();
  }

  /** Not every driver can tell a reset from an end, so both are one here. */
  private static boolean lostConnection(Failure failure) {
    return failure instanceof Failure.Broken broken
        && (broken.kind() == Failure.Broken.Kind.RESET
            || broken.kind() == Failure.Broken.Kind.TRUNCATION);
  }
}

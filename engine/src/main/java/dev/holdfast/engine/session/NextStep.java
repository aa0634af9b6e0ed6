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

  private long queueDeadlineNanos;
  private long callerDeadlineNanos = Long.MAX_VALUE;
  private long lastProgressNanos;
  private boolean broken;
  private long brokenAtNanos;
  private int calls;
  private int row;
  private int withoutReason;
  private SpendBound spend = SpendBound.NOTHING_SPENT;
  private boolean ambiguous;
  private boolean probeFailed;
  private boolean probing;
  private @Nullable Target writer;
  private @Nullable Failure lastFailure;

  NextStep(
      SessionPlan plan, Surroundings surroundings, Committed committed, SplittableRandom random) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.committed = committed;
    this.random = random;
    this.candidates = new Candidates(plan.targets());
  }

  // ---- what the machine tells

  /** A call went out. */
  void opened(Attempt a) {
    calls++;
    if (a.purpose != Attempt.Purpose.PROBE) {
      writer = a.target;
    }
  }

  /** A call was answered with 200, so its input is spent. */
  void answered(Attempt a) {
    surroundings.keyAccepted(a.target);
    spend = spend.spent(inputTokens());
  }

  void progressed(long nowNanos) {
    lastProgressNanos = nowNanos;
    if (plan.request().mode() == Mode.STREAMED) {
      row = 0;
    }
  }

  /** It can't be told whether a short text was echoed. */
  void ambiguous() {
    ambiguous = true;
  }

  /** The session is over. */
  void released() {
    if (probing) {
      probing = false;
      surroundings.knowledge(Objects.requireNonNull(writer)).endProbe();
    }
  }

  boolean slow(Target target) {
    return candidates.isSlow(target);
  }

  long brokenAtNanos() {
    return brokenAtNanos;
  }

  Seam.Verdict verdict(Target target) {
    return proven(target) ? Seam.Verdict.EXACT : Seam.Verdict.UNPROVEN;
  }

  /** Why the last attempt was broken off; empty before the first break. */
  Optional<Failure> lastFailure() {
    return Optional.ofNullable(lastFailure);
  }

  /** Whether asking again later may help a caller whose session ended so. */
  boolean retryable(Failure failure) {
    return switch (failure) {
      case Failure.Cancelled f -> false;
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

  Step first(long nowNanos) {
    queueDeadlineNanos = nowNanos + plan.clocks().queue().toNanos();
    plan.callerTimeout().ifPresent(t -> callerDeadlineNanos = nowNanos + t.toNanos());
    lastProgressNanos = nowNanos;
    for (var target : plan.targets()) {
      if (surroundings.skipped(target, nowNanos)) {
        candidates.strike(target);
      }
    }
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
    if (committed.seen().content()) {
      return new End(failure);
    }
    candidates.strike(a.target);
    return elsewhere(failure, nowNanos);
  }

  /** The wait is over. What was unproven when it began may have been proven by another session. */
  Step due(Try waited, long nowNanos) {
    return waited.purpose() == Attempt.Purpose.CONTINUE
            && !proven(waited.target())
            && !plan.lenient()
        ? ladder(waited.target(), nowNanos, nowNanos, lastFailure)
        : waited;
  }

  Step afterProbe(Attempt a, boolean proven, long nowNanos) {
    probing = false;
    surroundings.knowledge(a.target).endProbe();
    probeFailed = !proven;
    ambiguous = ambiguous && !proven;
    return ladder(a.target, nowNanos, nowNanos, lastFailure);
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
      probing = false;
      surroundings.knowledge(a.target).endProbe();
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
    if (failure instanceof Stopped stopped && stopped.kind() == Stopped.Kind.UNPROVEN_SEAM) {
      return ladder(a.target, nowNanos, nowNanos, failure);
    }
    if (failure.scope() == Failure.Scope.NONE || bounded()) {
      return new End(failure);
    }
    long at = nowNanos + waitNanos(a, failure, othersBroke);
    return committed.seen().content()
        ? afterContent(a, failure, at, nowNanos)
        : beforeContent(a, failure, at, nowNanos);
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
        knowledge.learnPrefillRefused();
        return ladder(a.target, nowNanos, nowNanos, rejection);
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

  private Step beforeContent(Attempt a, Failure failure, long atNanos, long nowNanos) {
    if (!candidates.isDead(a.target)) {
      candidates.rest(a.target, atNanos, failure);
    }
    return elsewhere(failure, nowNanos);
  }

  /**
   * The target that can be asked soonest. If that is too late, its failure is the final one, since
   * it carries the hint of when to come back; if there is no target left, the last failure is.
   */
  private Step elsewhere(Failure failure, long nowNanos) {
    var choice = candidates.soonest(nowNanos);
    if (choice == null) {
      return new End(failure);
    }
    long at = choice.atNanos();
    boolean tooLate =
        at - nowNanos > plan.retry().waitBeforeContentMax().toNanos()
            || at > callerDeadlineNanos
            || at > lastProgressNanos + plan.clocks().recovery().toNanos();
    if (tooLate) {
      var why = candidates.restsFor(choice.target());
      return new End(why == null ? failure : why);
    }
    return begin(choice, nowNanos);
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

  private Step afterContent(Attempt a, Failure failure, long atNanos, long nowNanos) {
    if (candidates.isDead(a.target)
        || atNanos - nowNanos > plan.retry().waitAfterContentMax().toNanos()) {
      return new End(failure);
    }
    if (atNanos > lastProgressNanos + plan.clocks().recovery().toNanos()) {
      return new End(
          new Stopped(
              Stopped.Kind.RECOVERY_TIMEOUT,
              "no attempt could go on within "
                  + plan.clocks().recovery()
                  + "; the last one: "
                  + failure.message()));
    }
    return switch (committed.seen()) {
      case TOOL -> stop(Stopped.Kind.TOOL_CALL_RELEASED, "a tool call was already shown", failure);
      case MEDIA -> stop(Stopped.Kind.AUDIO, "audio or citations were already shown", failure);
      case REFUSAL -> stop(Stopped.Kind.UNPROVEN_SEAM, "a refusal was already shown", failure);
      case REASONING, TEXT -> {
        var hazard = plan.request().hazard();
        if (hazard.isPresent()) {
          yield stop(hazard.get(), "this kind of answer can't be gone on with", failure);
        }
        yield committed.seen() == Committed.Seen.TEXT
            ? ladder(a.target, atNanos, nowNanos, failure)
            : attempt(a.target, Attempt.Purpose.BEGIN, atNanos, nowNanos);
      }
      case NOTHING, PREAMBLE -> throw new IllegalStateException("expected content");
    };
  }

  /** The rung to take at this target, which wrote the text. */
  private Step ladder(Target target, long atNanos, long nowNanos, @Nullable Failure failure) {
    var knowledge = surroundings.knowledge(target);
    boolean prefills =
        target.profile().continuation().contains(Profile.Rung.PREFILL)
            && !knowledge.prefillRefused();
    if (!prefills) {
      return stop(
          Stopped.Kind.UNPROVEN_SEAM, target.name() + " has no proven way to go on", failure);
    }
    if (bounded()) {
      return new End(failure == null ? unproven(target) : failure);
    }
    if (!ambiguous && proven(target)) {
      return attempt(target, Attempt.Purpose.CONTINUE, atNanos, nowNanos);
    }
    if (plan.probeOnBreak() && !probeFailed) {
      if (knowledge.beginProbe()) {
        probing = true;
        return attempt(target, Attempt.Purpose.PROBE, atNanos, nowNanos);
      }
      row++;
      return attempt(target, Attempt.Purpose.CONTINUE, nowNanos + PROBE_TURN.toNanos(), nowNanos);
    }
    if (plan.lenient() && !ambiguous) {
      return attempt(target, Attempt.Purpose.CONTINUE, atNanos, nowNanos);
    }
    return stop(
        Stopped.Kind.UNPROVEN_SEAM,
        "it is not proven that " + target.name() + " goes on from where a text ends",
        failure);
  }

  private boolean proven(Target target) {
    return target.profile().prefill().proven() || surroundings.knowledge(target).prefillProven();
  }

  private static Failure unproven(Target target) {
    return new Stopped(Stopped.Kind.UNPROVEN_SEAM, target.name() + " proved nothing");
  }

  private Step attempt(Target target, Attempt.Purpose purpose, long atNanos, long nowNanos) {
    long deadline = Math.max(lastProgressNanos + plan.clocks().recovery().toNanos(), nowNanos);
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

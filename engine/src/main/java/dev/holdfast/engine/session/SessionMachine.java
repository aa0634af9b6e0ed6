package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Continuation;
import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.DialectRequest.Mode;
import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Signals;
import dev.holdfast.engine.dialect.TargetKnowledge;
import dev.holdfast.engine.dialect.Transcript;
import dev.holdfast.engine.dialect.UpstreamCall;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.guard.Settlement;
import dev.holdfast.engine.session.Deadlines.Clock;
import dev.holdfast.engine.sse.EventBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Drives the attempts of one session until its answer is whole or a failure is final. Sans-IO: it
 * opens no socket, starts no thread, reads no clock.
 *
 * <p><b>Use.</b> Tell it facts with {@link #accept}, beginning with {@link SessionFact.Accepted}
 * or, for one that failed before, {@link SessionFact.TakenUp}; after each, take commands with
 * {@link #poll} until it returns null, and do them in that order. Facts that arise from doing a
 * command wait until then. Time never goes back. One thread at a time.
 *
 * <p><b>Numbers.</b> Events that may be shown get numbers 1, 2, 3 … and leave in an {@link
 * SessionCommand.Append}; only when the store says {@link SessionFact.Appended} does an {@link
 * SessionCommand.Emit} allow them out. {@link SessionCommand.Finish} comes after the last of them.
 *
 * <p><b>Attempts.</b> Each goes through a lease, a call and a settlement; its facts carry its
 * number, and those of a closed attempt are dropped and counted. What follows a break depends on
 * what is committed: nothing or a preamble, a retry; reasoning, a retry whose reasoning is added;
 * text, a continuation where the route allows it; else, unless a relay keeps it, an error.
 *
 * <p>What to do next after a break is decided in {@link NextStep}; what has been committed is kept
 * in {@link Committed}; events are read in {@link TokenPath}; this class moves between the phases.
 */
public final class SessionMachine {
  private final SessionPlan plan;
  private final DialectRequest request;
  private final Surroundings surroundings;
  private final Deadlines deadlines = new Deadlines();
  private final Committed committed = new Committed();
  private final NextStep nextStep;
  private final ArrayDeque<SessionCommand> commands = new ArrayDeque<>();
  private final EventBatch batch = new EventBatch();
  private final List<AttemptRecord> attempts = new ArrayList<>();
  private final List<Seam> seams = new ArrayList<>();
  private final TokenPath tokens;

  private Phase phase = Phase.NEW;
  private @Nullable Attempt attempt;
  private @Nullable Transcript transcript;
  private @Nullable KeptAnswer kept;
  private NextStep.@Nullable Try upcoming;
  private @Nullable Outcome outcome;
  private int attemptNumber;
  private long now;
  private long unacknowledged;
  private boolean paused;
  private long armedId;
  private long armedNanos = Deadlines.NEVER;
  private long droppedFacts;

  /** The waits of this session are drawn from the seed alone. */
  public SessionMachine(SessionPlan plan, Surroundings surroundings, long seed) {
    this.plan = plan;
    this.request = plan.request();
    this.surroundings = surroundings;
    this.nextStep = new NextStep(plan, surroundings, committed, new SplittableRandom(seed));
    this.tokens = new TokenPath(plan, committed, deadlines, nextStep, batch, seams, commands);
  }

  /**
   * Tells a fact.
   *
   * @throws IllegalArgumentException if time or the store's number goes back, or the number is one
   *     that was never given out
   * @throws IllegalStateException if the phase knows no such fact; nothing has changed then
   */
  public void accept(SessionFact fact) {
    if (fact.atNanos() < now && phase != Phase.NEW) {
      throw new IllegalArgumentException("expected time to go on from " + now + ", got " + fact);
    }
    if (!expects(fact)) {
      throw new IllegalStateException("phase " + phase + " knows no " + fact);
    }
    now = fact.atNanos();
    if (phase == Phase.DONE) {
      droppedFacts++;
      return;
    }
    batch.reset(committed.last() + 1);
    switch (fact) {
      case SessionFact.OfAttempt of -> ofAttempt(of);
      case SessionFact.Accepted f -> begin();
      case SessionFact.TakenUp f -> takeUp(f);
      case SessionFact.DeadlinePassed f -> deadlinePassed(f);
      case SessionFact.Appended f -> appended(f.upTo());
      case SessionFact.AppendFailed f -> {
        committed.forgetUnappended();
        if (outcome instanceof Outcome.Complete) {
          // Its last events are lost, so it is not.
          outcome = null;
        }
        end(new Failure.Stopped(Failure.Stopped.Kind.JOURNAL_FAILED, f.reason()));
      }
      case SessionFact.Stopping f ->
          end(new Failure.Stopped(Failure.Stopped.Kind.DRAINING, "the relay is stopping"));
      case SessionFact.CancelRequested f -> end(new Failure.Cancelled(f.reason()));
    }
    settleBatch();
    finishIfReady();
    rearm();
  }

  /** The next command; null when there is none until the next fact. */
  public @Nullable SessionCommand poll() {
    return commands.poll();
  }

  /** The attempts that are over, in order. */
  public List<AttemptRecord> attempts() {
    return List.copyOf(attempts);
  }

  /**
   * The attempt that was decided upon last, as an instance of its own each time; empty before the
   * first break.
   */
  public Optional<NextAttempt> nextAttempt() {
    return nextStep.decided();
  }

  public List<Seam> seams() {
    return List.copyOf(seams);
  }

  /** The number of the last event that is committed or on its way to the store. */
  public long last() {
    return committed.last();
  }

  /** Facts that came too late to matter. */
  public long droppedFacts() {
    return droppedFacts;
  }

  public boolean done() {
    return phase == Phase.DONE;
  }

  // ---- facts

  /** Whether the phase knows this fact. Those of closed attempts come in any. */
  private boolean expects(SessionFact fact) {
    return fact instanceof SessionFact.OfAttempt of
        ? !concerns(of) || phase.expects(of, Objects.requireNonNull(attempt), committed)
        : phase.expects(fact);
  }

  private boolean concerns(SessionFact.OfAttempt fact) {
    return attempt != null && !attempt.over && attempt.number == fact.attempt();
  }

  private void ofAttempt(SessionFact.OfAttempt fact) {
    if (!concerns(fact)) {
      droppedFacts++;
      return;
    }
    var a = Objects.requireNonNull(attempt);
    switch (fact) {
      case SessionFact.BytesArrived f -> bytes(a, f);
      case SessionFact.HeadArrived f -> head(a, f);
      case SessionFact.UpstreamEnded f -> upstreamEnded(a);
      case SessionFact.UpstreamFailed f -> {
        a.open = false;
        attemptFailed(a, f.failure());
      }
      case SessionFact.LeaseGranted f -> leased(a);
      case SessionFact.LeaseWaiting f -> {}
      case SessionFact.LeaseRefused f -> {
        a.over = true;
        take(nextStep.afterRefusedLease(a, f.failure(), now));
      }
      case SessionFact.TranscriptLoaded f -> {
        transcript = f.transcript();
        open(a);
      }
    }
  }

  private void begin() {
    deadlines.set(Clock.ANSWER, now, plan.clocks().answer().toNanos());
    plan.callerTimeout().ifPresent(t -> deadlines.set(Clock.CALLER, now, t.toNanos()));
    if (request.mode() == Mode.STREAMED) {
      deadlines.set(Clock.COMMIT, now, plan.clocks().commitAfter().toNanos());
    }
    take(nextStep.first(now));
  }

  private void takeUp(SessionFact.TakenUp fact) {
    committed.restore(fact.last(), fact.transcript().signals());
    batch.reset(committed.last() + 1);
    attemptNumber = fact.attempts();
    deadlines.set(Clock.ANSWER, now, plan.clocks().answer().toNanos());
    if (Signals.any(fact.transcript().signals(), Signals.FINISHED | Signals.DONE)) {
      // Only its last words were missing.
      committed.terminate(request.terminator(), batch);
      ending(new Outcome.Complete());
    } else {
      take(nextStep.takenUp(fact.wrote(), fact.before(), now));
    }
  }

  private void leased(Attempt a) {
    a.leased = true;
    if (committed.seen() == Committed.Seen.NOTHING
        || a.purpose == Attempt.Purpose.PROBE
        || (a.purpose == Attempt.Purpose.CONTINUE && nextStep.ladder().keeps(a.target))) {
      open(a);
    } else {
      phase = Phase.LOADING;
      loadIfAppended(a);
    }
  }

  /** A transcript is read back only when the store holds all of it. */
  private void loadIfAppended(Attempt a) {
    if (committed.settled()) {
      commands.add(new SessionCommand.LoadTranscript(a.number));
    }
  }

  private void open(Attempt a) {
    var knowledge = surroundings.knowledge(a.target);
    var call =
        switch (a.purpose) {
          case BEGIN -> request.call(a.target, knowledge);
          case PROBE -> request.probe(a.target);
          case CONTINUE -> goingOn(a, knowledge);
        };
    if (call == null) {
      return;
    }
    boolean goesOn = committed.seen() != Committed.Seen.NOTHING;
    a.prepare(plan, knowledge, goesOn ? transcript : null);
    a.open = true;
    phase = Phase.OPEN;
    a.openedNanos = now;
    nextStep.opened();
    var patience = a.firstProgress(plan, nextStep.slow(a.target));
    deadlines.set(Clock.FIRST_PROGRESS, now, patience.toNanos());
    commands.add(new SessionCommand.OpenUpstream(a.number, a.target, a.purposeWord(), call));
  }

  /** The call of the first way that can be taken; null if the session went on without a call. */
  private @Nullable UpstreamCall goingOn(Attempt a, TargetKnowledge knowledge) {
    Failure why = null;
    for (var way : nextStep.ladder().left(a.target)) {
      a.way = way;
      if (way.rung() == Profile.Rung.NATIVE) {
        a.kept = Objects.requireNonNull(kept);
        return a.kept.rest();
      }
      var text = Objects.requireNonNull(transcript);
      switch (request.continuation(way, a.target, knowledge, text, plan.anchor())) {
        case Continuation.Ask ask -> {
          a.ask = ask;
          return ask.call();
        }
        case Continuation.NothingLeft none -> {
          request.endByLength(text, batch);
          committed.terminated();
          complete(a, new Settlement.Neutral());
          return null;
        }
        case Continuation.Impossible impossible -> {
          nextStep.ladder().impossible(a.target, way.rung());
          why = impossible.failure();
        }
      }
    }
    a.over = true;
    settle(a, new Settlement.Neutral());
    take(nextStep.afterImpossible(a, why, now));
    return null;
  }

  private void head(Attempt a, SessionFact.HeadArrived head) {
    a.head(head);
    alive(a);
    if (!a.streams() && !a.answersInOneBody()) {
      deadlines.set(Clock.REFUSAL_BODY, now, plan.clocks().finishGrace().toNanos());
    }
    if (a.status() == 200) {
      nextStep.answered(a);
      keep(a);
    }
  }

  /** Notes that the upstream keeps the answer, and under which name. */
  private void keep(Attempt a) {
    a.keptAs()
        .ifPresent(session -> {
          kept = new KeptAnswer(a.target, session, Objects.requireNonNull(a.reader));
          a.kept = kept;
          nextStep.ladder().kept(a.target);
        });
  }

  private void bytes(Attempt a, SessionFact.BytesArrived fact) {
    alive(a);
    if (a.streams()) {
      over(a, tokens.feed(a, fact.bytes(), fact.from(), fact.to(), now));
    } else if (!a.keepBody(fact.bytes(), fact.from(), fact.to())) {
      attemptFailed(a, a.refusal());
    }
  }

  private void alive(Attempt a) {
    if (a.target.profile().keepAlives()) {
      deadlines.set(Clock.LIVENESS, now, plan.clocks().liveness().toNanos());
    }
  }

  private void upstreamEnded(Attempt a) {
    a.open = false;
    if (a.streams()) {
      over(a, tokens.end(a, now));
    } else if (a.answersInOneBody()) {
      bodyEnded(a);
    } else {
      attemptFailed(a, a.refusal());
    }
  }

  private void bodyEnded(Attempt a) {
    var body = a.body.toByteArray();
    var incomplete = request.incomplete(body, a.target);
    if (incomplete.isPresent()) {
      attemptFailed(a, incomplete.get());
    } else {
      commands.add(new SessionCommand.Answer(body));
      complete(a, new Settlement.Completed());
    }
  }

  private void deadlinePassed(SessionFact.DeadlinePassed fact) {
    if (fact.deadline() != armedId || armedNanos == Deadlines.NEVER) {
      droppedFacts++;
      return;
    }
    boolean late = now - armedNanos > Clocks.LATE.toNanos();
    armedNanos = Deadlines.NEVER;
    if (late || paused) {
      // We were stopped, or do not read: what is readable comes first, and the clocks begin anew.
      deadlines.restartUpstream(now);
    }
    var a = attempt;
    if (deadlines.due(Clock.ANSWER, now)) {
      end(new Failure.Stopped(Failure.Stopped.Kind.ANSWER_TIMEOUT, "the answer took too long"));
    } else if (deadlines.due(Clock.CALLER, now)) {
      end(nextStep.callerTimeout());
    } else if (deadlines.due(Clock.RETRY, now)) {
      deadlines.clear(Clock.RETRY);
      take(nextStep.due(Objects.requireNonNull(upcoming), now));
    } else if (a != null && !a.over) {
      attemptClocks(a);
    }
    if (deadlines.due(Clock.TOOL_HOLD, now)) {
      deadlines.clear(Clock.TOOL_HOLD);
      committed.releaseTool(batch);
      if (a != null && !a.over && batch.count() > 0) {
        tokens.progressed(a, now);
      }
    }
    if (deadlines.due(Clock.COMMIT, now)) {
      deadlines.clear(Clock.COMMIT);
      committed.releasePreamble(batch);
    }
  }

  private void attemptClocks(Attempt a) {
    if (deadlines.due(Clock.FINISH_GRACE, now)) {
      finished(a);
    } else if (deadlines.due(Clock.REFUSAL_BODY, now)) {
      attemptFailed(a, a.refusal());
    } else {
      deadlines.silence(now).ifPresent(failure -> attemptFailed(a, failure));
    }
  }

  private void appended(long upTo) {
    unacknowledged = committed.appended(upTo, unacknowledged);
    commands.add(new SessionCommand.Emit(committed.appended()));
    var a = attempt;
    if (a == null || a.over) {
      return;
    }
    if (phase == Phase.LOADING) {
      loadIfAppended(a);
    } else if (paused && unacknowledged <= plan.unacknowledgedBytesMax() / 2) {
      paused = false;
      deadlines.restartUpstream(now);
      commands.add(new SessionCommand.ResumeReading(a.number));
    }
  }

  // ---- how attempts and sessions end

  private void over(Attempt a, TokenPath.@Nullable Over over) {
    switch (over) {
      case null -> {}
      case TokenPath.Over.Whole whole -> complete(a, new Settlement.Completed());
      case TokenPath.Over.Broken broken -> attemptFailed(a, broken.failure());
      case TokenPath.Over.Unproven unproven -> broke(a, unproven.failure());
      case TokenPath.Over.Probed probed -> probed(a);
    }
  }

  private void probed(Attempt a) {
    boolean proven = request.learn(a.text(request), surroundings.knowledge(a.target));
    closeAttempt(a, "");
    settle(a, new Settlement.Completed());
    take(nextStep.afterProbe(a, proven, now));
  }

  /** It had said all that it had to say. */
  private void finished(Attempt a) {
    if (a.purpose == Attempt.Purpose.PROBE) {
      probed(a);
    } else {
      complete(a, new Settlement.Completed());
    }
  }

  private void attemptFailed(Attempt a, Failure failure) {
    if (a.reader != null && a.reader.finished()) {
      finished(a);
    } else {
      broke(a, failure);
    }
  }

  private void broke(Attempt a, Failure failure) {
    if (a.kept != null) {
      a.kept.dropped(committed.held());
    }
    closeAttempt(a, failure.why());
    committed.dropHeld();
    var step = nextStep.afterBreak(a, failure, now);
    long wait = step instanceof NextStep.Try next ? next.atNanos() - now : 0;
    settle(
        a,
        failure.origin() == Failure.Origin.UPSTREAM
            ? new Settlement.Failed(
                a.generated, wait, failure.hint().map(h -> h.delay().toNanos()).orElse(0L))
            : new Settlement.Neutral());
    take(step);
  }

  private void closeAttempt(Attempt a, String why) {
    if (a.open) {
      commands.add(new SessionCommand.CloseUpstream(a.number));
      a.open = false;
    }
    record(a, why);
  }

  private void record(Attempt a, String why) {
    a.over = true;
    paused = false;
    deadlines.clearAttempt();
    attempts.add(a.record(request, now, why, committed.held()));
  }

  private void settle(Attempt a, Settlement settlement) {
    if (a.leased) {
      a.leased = false;
      commands.add(new SessionCommand.SettleLease(a.number, settlement));
    }
  }

  private void take(NextStep.Step step) {
    switch (step) {
      case NextStep.End e -> end(e.failure());
      case NextStep.Try next -> {
        upcoming = next;
        nextStep.decided(next, now);
        if (next.atNanos() <= now) {
          acquire(next);
        } else {
          phase = Phase.WAITING;
          deadlines.set(Clock.RETRY, now, next.atNanos() - now);
        }
      }
    }
  }

  private void acquire(NextStep.Try next) {
    var a = new Attempt(++attemptNumber, next.target(), next.purpose());
    attempt = a;
    phase = Phase.LEASING;
    commands.add(
        new SessionCommand.AcquireLease(
            a.number, a.target, next.kind(), next.leaseDeadlineNanos(), nextStep.brokenAtNanos()));
  }

  private void complete(Attempt a, Settlement settlement) {
    if (a.splice != null && !committed.isTerminated()) {
      int written = a.splice.end(batch);
      if (Signals.any(written, Signals.UNPROVEN)) {
        broke(a, new Failure.Stopped(Failure.Stopped.Kind.UNPROVEN_SEAM, a.splice.doubt()));
        return;
      }
      committed.spliced(written);
    }
    if (a.assembler != null) {
      commands.add(new SessionCommand.Answer(a.assembler.body()));
    } else if (request.mode() == Mode.STREAMED) {
      committed.terminate(request.terminator(), batch);
    }
    if (a.open) {
      commands.add(new SessionCommand.ReleaseUpstream(a.number));
      a.open = false;
    }
    record(a, "");
    settle(a, settlement);
    ending(new Outcome.Complete());
  }

  /** Ends the session with a failure, whatever it is doing. */
  private void end(Failure failure) {
    var a = attempt;
    if (a != null && !a.over) {
      if (phase == Phase.LEASING) {
        commands.add(new SessionCommand.WithdrawLease(a.number));
        a.over = true;
      } else {
        closeAttempt(a, failure.why());
        settle(a, new Settlement.Neutral());
      }
    }
    committed.dropHeld();
    ending(new Outcome.Failed(failure, nextStep.retryable(failure)));
  }

  private void ending(Outcome how) {
    if (outcome == null) {
      outcome = how;
      phase = Phase.ENDING;
      deadlines.clearAll();
      nextStep.released();
    }
  }

  private void finishIfReady() {
    if (phase == Phase.ENDING && committed.settled()) {
      phase = Phase.DONE;
      commands.add(new SessionCommand.Finish(Objects.requireNonNull(outcome)));
    }
  }

  /** What this fact committed goes to the store before anything else is done. */
  private void settleBatch() {
    if (batch.count() == 0) {
      return;
    }
    committed.numbered(batch);
    unacknowledged += batch.bytes();
    commands.addFirst(new SessionCommand.Append(batch));
    var a = attempt;
    if (!paused && unacknowledged > plan.unacknowledgedBytesMax() && a != null && a.open) {
      paused = true;
      commands.add(new SessionCommand.PauseReading(a.number));
    }
  }

  private void rearm() {
    long earliest = deadlines.earliest();
    if (phase != Phase.DONE && earliest < armedNanos) {
      armedNanos = earliest;
      commands.add(new SessionCommand.ArmDeadline(++armedId, earliest));
    }
  }

  /** For tests and states: a line that says where the session is. */
  @Override
  public String toString() {
    return "session %s, attempt %d, events %d, seen %s, attempts %s"
        .formatted(phase, attemptNumber, committed.last(), committed.seen(), attempts);
  }
}

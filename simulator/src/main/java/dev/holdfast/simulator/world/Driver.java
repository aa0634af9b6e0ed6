package dev.holdfast.simulator.world;

import static dev.holdfast.engine.delivery.ReaderKind.ANSWER;
import static dev.holdfast.engine.delivery.ReaderKind.BODY;

import dev.holdfast.engine.delivery.DeliveryFact;
import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.engine.dialect.DialectRequest.Mode;
import dev.holdfast.engine.dialect.Transcript;
import dev.holdfast.engine.dialect.chat.ChatDialect;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.guard.Ask;
import dev.holdfast.engine.guard.Lease;
import dev.holdfast.engine.guard.Settlement;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.SessionCommand;
import dev.holdfast.engine.session.SessionFact;
import dev.holdfast.engine.session.SessionMachine;
import dev.holdfast.engine.session.SessionPlan;
import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.journal.AppendReply;
import dev.holdfast.journal.Claim;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.SessionRef;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.journal.TranscriptReply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The thin driver of one session, as the relay has one: turns what happens into facts, and commands
 * into acts on guards, store, upstreams and connections. Holds no policy.
 */
final class Driver implements AppendReply, Serving.Host {
  private static final long LATE_NANOS = 1_000_000_000L;

  private final Scene world;
  private final int number;
  private final String id;
  private final SessionPlan plan;
  private final SessionMachine machine;
  private final Serving serving;
  private final Desk desk;

  private final ArrayDeque<Object> facts = new ArrayDeque<>();

  /** What the machine hears once the store has said that the session is this driver's. */
  private final List<SessionFact> early = new ArrayList<>(0);

  private SessionRef ref;
  private byte @Nullable [] body;
  private boolean owned;
  private boolean running;
  private @Nullable Turn turn;
  private @Nullable Call call;
  private @Nullable Outcome outcome;
  private int outcomes;
  private long overNanos;
  private long timer;
  private boolean cancelled;
  private boolean told;
  private boolean forgotten;
  private long homeNanos = Long.MIN_VALUE;
  private @Nullable SessionFact late;

  Driver(Scene world, Desk desk, int number, String id, SessionPlan plan, SessionMachine machine) {
    this.world = world;
    this.desk = desk;
    this.number = number;
    this.id = id;
    this.plan = plan;
    this.ref = new SessionRef(id, 1);
    this.machine = machine;
    this.serving = new Serving(world, this, desk.delivery());
  }

  /** The store has it: it begins, with its first reader. Others may have found it before. */
  void begin(SessionRef created, Connection first, boolean canComeBack) {
    var kind = plan.request().mode() == Mode.STREAMED ? ANSWER : BODY;
    own(created, first, kind, canComeBack);
    tell(new SessionFact.Accepted(now()));
  }

  private void own(
      SessionRef granted, Connection connection, ReaderKind kind, boolean canComeBack) {
    ref = granted;
    owned = true;
    attach(connection, kind, 0, canComeBack);
    early.forEach(this::tell);
  }

  /** Knows of events of a time before, so that whoever finds it now can read them. */
  void holds(long last) {
    serving.accept(new DeliveryFact.Emitted(now(), last));
  }

  /** It failed before and goes on from what the store holds, with somebody who asks again. */
  void takeUp(
      Claim claim,
      int attempts,
      List<String> wrote,
      Connection connection,
      boolean canComeBack,
      Failure before) {
    own(claim.ref(), connection, ANSWER, canComeBack);
    load((last, transcript) ->
        new SessionFact.TakenUp(now(), last, transcript, attempts, wrote, before));
  }

  /** The store does not have it: whoever found it meanwhile is told so. */
  void neverBegan() {
    outcome =
        new Outcome.Failed(
            new Failure.Stopped(Failure.Stopped.Kind.JOURNAL_FAILED, "it was not stored"), true);
    over(outcome);
  }

  @Override
  public void cancel(String reason) {
    tell(new SessionFact.CancelRequested(now(), reason));
  }

  /** The process stops. */
  void stop() {
    var why = new Failure.Stopped(Failure.Stopped.Kind.DRAINING, "the process stops");
    tell(new SessionFact.Stopping(now()));
    tell(new DeliveryFact.Leaving(now(), why));
  }

  /** Adds a reader; false if it is too late, and the log has all there is. */
  boolean attach(Connection connection, ReaderKind kind, long after, boolean canComeBack) {
    if (forgotten) {
      return false;
    }
    serving.attach(connection, kind, after, canComeBack);
    return true;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public void orphaned() {
    desk.orphaned(this);
  }

  @Override
  public void adopted() {
    desk.adopted(this);
  }

  Serving serving() {
    return serving;
  }

  /** Whether somebody cancelled it, or nobody was left to read it. */
  boolean cancelled() {
    return cancelled;
  }

  /** Whether it goes on without a reader. */
  boolean isOrphan() {
    return outcome == null && !cancelled && serving.isOrphan();
  }

  /** Whether nothing is asked of an upstream at this moment. */
  boolean isIdle() {
    return call == null || call.done();
  }

  /** How it ended; null while it runs. */
  @Nullable Outcome outcome() {
    return outcome;
  }

  /** How often the machine said how it ended. */
  int outcomes() {
    return outcomes;
  }

  /** When it ended; 0 while it runs. */
  long overNanos() {
    return overNanos;
  }

  SessionMachine machine() {
    return machine;
  }

  private long now() {
    return world.time().nanos();
  }

  @Override
  public void tell(DeliveryFact fact) {
    take(fact);
  }

  private void tell(SessionFact fact) {
    take(fact);
  }

  /** Facts that arise from a command wait until all commands before are done. */
  private void take(Object fact) {
    facts.add(fact);
    if (running) {
      return;
    }
    running = true;
    for (var next = facts.poll(); next != null; next = facts.poll()) {
      cancelled |= next instanceof SessionFact.CancelRequested;
      if (next instanceof SessionFact f && !owned) {
        early.add(f);
      } else if (next instanceof SessionFact f) {
        machine.accept(f);
        for (var command = machine.poll(); command != null; command = machine.poll()) {
          act(command, f);
        }
        if (f instanceof SessionFact.CancelRequested) {
          world.verdicts().expect(isIdle(), "a cancel closes the call", () -> id + " calls on");
        }
      } else if (next instanceof DeliveryFact f) {
        serving.accept(f);
      }
    }
    running = false;
    if (told && serving.count() == 0) {
      forgotten = true;
      serving.close();
      desk.forget(this);
    } else if (told) {
      serving.pin();
    }
  }

  // ---- the session's half

  private void act(SessionCommand command, SessionFact cause) {
    switch (command) {
      case SessionCommand.AcquireLease c -> {
        var next = new Turn(c);
        turn = next;
        world.guards(c.target().upstream()).ask(next.ask, now());
      }
      case SessionCommand.WithdrawLease c -> current(c.attempt()).withdraw();
      case SessionCommand.ReportProgress c -> current(c.attempt()).lease().progressed(now());
      case SessionCommand.SettleLease c -> {
        checkVoid(c.settlement(), cause);
        current(c.attempt()).lease().settle(c.settlement(), now());
      }
      case SessionCommand.OpenUpstream c -> call = world.open(number, c, new Ear(c.attempt()));
      case SessionCommand.CloseUpstream c -> calling().close();
      case SessionCommand.ReleaseUpstream c -> calling().close();
      case SessionCommand.PauseReading c -> calling().pause();
      case SessionCommand.ResumeReading c -> calling().resume();
      case SessionCommand.Append c -> world.store().append(ref, c.batch(), this);
      case SessionCommand.Emit c -> tell(new DeliveryFact.Emitted(now(), c.upTo()));
      case SessionCommand.LoadTranscript c ->
          load((last, transcript) ->
              new SessionFact.TranscriptLoaded(now(), c.attempt(), transcript));
      case SessionCommand.ArmDeadline c -> {
        long armed = ++timer;
        world
            .time()
            .timer(
                c.atNanos() - now() + world.lateNanos(),
                () -> {
                  if (armed == timer) {
                    var fact = new SessionFact.DeadlinePassed(now(), c.deadline());
                    late = now() - c.atNanos() > LATE_NANOS ? fact : null;
                    tell(fact);
                  }
                });
      }
      case SessionCommand.Answer c -> body = c.body();
      case SessionCommand.Finish c -> finish(c.outcome());
    }
  }

  private Turn current(int attempt) {
    var now = turn;
    if (now == null || now.attempt != attempt) {
      throw new IllegalStateException("expected the lease of attempt " + attempt);
    }
    return now;
  }

  private Call calling() {
    var now = call;
    if (now == null) {
      throw new IllegalStateException("expected a call");
    }
    return now;
  }

  /** A deadline that is late by more than a second says nothing of an upstream. */
  private void checkVoid(Settlement settlement, SessionFact cause) {
    var now = call;
    boolean refused = now != null && now.headSent() && now.script.status != 200;
    world
        .verdicts()
        .expect(
            cause != late || refused || !(settlement instanceof Settlement.Failed),
            "late deadlines are void",
            () -> id + " recorded a break because of " + cause);
  }

  private void finish(Outcome how) {
    outcome = how;
    outcomes++;
    overNanos = now();
    world
        .verdicts()
        .expect(
            overNanos <= serving.endsForWantOfReaders(),
            "nothing goes on for nobody",
            () -> id + " went on though nobody read it");
    world.verdicts().trace(() -> id + " is over: " + how);
    if (body != null && how instanceof Outcome.Complete) {
      keepBody(body, how);
    } else {
      writeFinish(how);
    }
  }

  /** The one body is kept before anybody gets it, like any event. */
  private void keepBody(byte[] whole, Outcome how) {
    var event = new EventBatch();
    event.reset(1);
    event.add(whole, 0, whole.length);
    world
        .store()
        .append(
            ref,
            event,
            new AppendReply() {
              @Override
              public void appended(long upTo) {
                tell(new DeliveryFact.Emitted(now(), upTo));
                tell(new DeliveryFact.BodyReady(now(), whole));
                writeFinish(how);
              }

              @Override
              public void failed(StoreFailure failure) {
                writeFinish(lost(failure));
              }
            });
  }

  private static Outcome lost(StoreFailure failure) {
    return new Outcome.Failed(
        new Failure.Stopped(Failure.Stopped.Kind.JOURNAL_FAILED, failure.toString()), true);
  }

  private void writeFinish(Outcome how) {
    world
        .store()
        .finish(
            ref,
            record(how),
            new AppendReply() {
              @Override
              public void appended(long upTo) {
                over(how);
              }

              @Override
              public void failed(StoreFailure failure) {
                // Without its last record no reader may believe that it has the whole.
                over(lost(failure));
              }
            });
  }

  private void over(Outcome how) {
    told = true;
    tell(new DeliveryFact.SessionFinished(now(), how));
  }

  private static FinishRecord record(Outcome how) {
    return switch (how) {
      case Outcome.Complete o -> new FinishRecord.Complete();
      case Outcome.Failed o ->
          o.failure() instanceof Failure.Cancelled
              ? new FinishRecord.Cancelled(o.failure().message())
              : new FinishRecord.Failed(
                  o.failure().why(),
                  ChatDialect.INSTANCE.status(o.failure()),
                  o.failure().message(),
                  o.retryable(),
                  List.of());
    };
  }

  private interface Loaded {
    SessionFact fact(long last, Transcript transcript);
  }

  private void load(Loaded then) {
    var builder = plan.request().transcript();
    world
        .store()
        .loadTranscript(
            id,
            new TranscriptReply() {
              @Override
              public void part(EventBatch events) {
                for (int i = 0; i < events.count(); i++) {
                  builder.add(events.array(i), events.start(i), events.end(i));
                }
              }

              @Override
              public void loaded(long last) {
                tell(then.fact(last, builder.build()));
              }

              @Override
              public void failed(StoreFailure failure) {
                tell(new SessionFact.AppendFailed(now(), failure.toString()));
              }
            });
  }

  @Override
  public void appended(long upTo) {
    tell(new SessionFact.Appended(now(), upTo));
  }

  @Override
  public void failed(StoreFailure failure) {
    tell(new SessionFact.AppendFailed(now(), failure.toString()));
  }

  /** What one call brings. */
  private final class Ear implements Call.Ear {
    private final int attempt;

    Ear(int attempt) {
      this.attempt = attempt;
    }

    @Override
    public void head(int status, Script script) {
      tell(new SessionFact.HeadArrived(now(), attempt, status, script::header, world.wallMillis()));
    }

    @Override
    public void bytes(byte[] bytes) {
      tell(new SessionFact.BytesArrived(now(), attempt, bytes, 0, bytes.length));
    }

    @Override
    public void ended() {
      tell(new SessionFact.UpstreamEnded(now(), attempt));
    }

    @Override
    public void failed(Failure failure) {
      tell(new SessionFact.UpstreamFailed(now(), attempt, failure));
    }
  }

  /** One attempt's way through the guards. Their answers hop home, and may cross a withdrawal. */
  private final class Turn implements Ask.Answer {
    final int attempt;
    final Ask ask;
    private final String upstream;
    private @Nullable Lease lease;
    private boolean withdrawn;

    Turn(SessionCommand.AcquireLease c) {
      attempt = c.attempt();
      upstream = c.target().upstream();
      ask =
          new Ask(
              number,
              "owner" + number % 2,
              c.target().name(),
              c.kind(),
              c.deadlineNanos(),
              c.brokenAtNanos(),
              this);
    }

    Lease lease() {
      if (lease == null) {
        throw new IllegalStateException("expected a granted lease for attempt " + attempt);
      }
      return lease;
    }

    void withdraw() {
      withdrawn = true;
      if (lease != null) {
        lease.settle(new Settlement.Neutral(), now());
      } else {
        world.guards(upstream).withdraw(ask, now());
      }
    }

    @Override
    public void granted(Lease granted, long nowNanos) {
      lease = granted;
      home(() -> tell(new SessionFact.LeaseGranted(now(), attempt)));
    }

    @Override
    public void waiting(int position, long nowNanos) {
      home(() -> tell(new SessionFact.LeaseWaiting(now(), attempt, position)));
    }

    @Override
    public void refused(Failure failure, long nowNanos) {
      home(() -> tell(new SessionFact.LeaseRefused(now(), attempt, failure)));
    }

    private void home(Runnable told) {
      // One loop after the other, so they never overtake.
      homeNanos = Math.max(now() + world.hopNanos(), homeNanos);
      long hop = homeNanos - now();
      Runnable unlessWithdrawn =
          () -> {
            if (!withdrawn) {
              told.run();
            }
          };
      if (hop == 0) {
        unlessWithdrawn.run();
      } else {
        world.time().after(hop, unlessWithdrawn);
      }
    }
  }
}

package dev.holdfast.simulator.world;

import dev.holdfast.engine.delivery.Delivery;
import dev.holdfast.engine.delivery.DeliveryCommand;
import dev.holdfast.engine.delivery.DeliveryFact;
import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.engine.dialect.ErrorNotice;
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
import dev.holdfast.engine.sse.SseEncoder;
import dev.holdfast.engine.sse.WireBuffer;
import dev.holdfast.journal.AppendReply;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.ReadResult;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.SessionRef;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.journal.TranscriptReply;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The thin driver of one session, as the relay has one: turns what happens into facts, and commands
 * into acts on guards, store, upstreams and connections. Holds no policy.
 */
final class Driver implements AppendReply {
  private static final int READ_BYTES_MAX = 64 << 10;
  private static final String HISTORY = "worldworld";
  private static final long LATE_NANOS = 1_000_000_000L;

  /** What a driver finds around it. */
  interface Surroundings {
    VirtualTime time();

    Verdicts verdicts();

    WatchedGuards guards(String upstream);

    WatchedStore store();

    Call open(int session, SessionCommand.OpenUpstream command, Call.Ear ear);

    /** How late the next timer is. */
    long lateNanos();

    /** How long the answer of a guard is on its way. */
    long hopNanos();

    long wallMillis();
  }

  private final Surroundings world;
  private final int number;
  private final String id;
  private final SessionPlan plan;
  private final SessionRef ref;
  private final SessionMachine machine;
  private final Delivery delivery;

  private final ArrayDeque<Object> facts = new ArrayDeque<>();
  private final Map<Integer, Connection> connections = new HashMap<>();
  private final WireBuffer wire = new WireBuffer(1 << 10);
  private int readers;
  private boolean running;
  private @Nullable Turn turn;
  private @Nullable Call call;
  private @Nullable Outcome outcome;
  private int outcomes;
  private long overNanos;
  private long timer;
  private long deliveryTimer;
  private long homeNanos = Long.MIN_VALUE;
  private @Nullable SessionFact late;

  Driver(
      Surroundings world,
      int number,
      String id,
      SessionPlan plan,
      SessionRef ref,
      SessionMachine machine,
      Delivery delivery) {
    this.world = world;
    this.number = number;
    this.id = id;
    this.plan = plan;
    this.ref = ref;
    this.machine = machine;
    this.delivery = delivery;
  }

  void begin() {
    tell(new SessionFact.Accepted(now()));
  }

  void cancel(String reason) {
    tell(new SessionFact.CancelRequested(now(), reason));
  }

  /** A reader connects. */
  void attach(Connection connection, long after, boolean streaming, boolean canComeBack) {
    int reader = ++readers;
    connections.put(reader, connection);
    connection.served(
        new Connection.Ours() {
          @Override
          public void drained() {
            tell(new DeliveryFact.Drained(now(), reader));
          }

          @Override
          public void left() {
            connections.remove(reader);
            tell(new DeliveryFact.ReaderLeft(now(), reader));
          }
        });
    var kind = streaming ? ReaderKind.ANSWER : ReaderKind.BODY;
    tell(new DeliveryFact.ReaderAttached(now(), reader, after, kind, canComeBack));
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

  /** Facts that arise from a command wait until all commands before are done. */
  private void tell(Object fact) {
    facts.add(fact);
    if (running) {
      return;
    }
    running = true;
    for (var next = facts.poll(); next != null; next = facts.poll()) {
      if (next instanceof SessionFact f) {
        machine.accept(f);
        for (var command = machine.poll(); command != null; command = machine.poll()) {
          act(command, f);
        }
      } else if (next instanceof DeliveryFact f) {
        delivery.accept(f);
        for (var command = delivery.poll(); command != null; command = delivery.poll()) {
          act(command);
        }
      }
    }
    running = false;
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
      case SessionCommand.LoadTranscript c -> load(c.attempt());
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
      case SessionCommand.Answer c -> tell(new DeliveryFact.BodyReady(now(), c.body()));
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
    world.verdicts().trace(() -> id + " is over: " + how);
    FinishRecord record =
        switch (how) {
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
    world
        .store()
        .finish(
            ref,
            record,
            new AppendReply() {
              @Override
              public void appended(long upTo) {
                tell(new DeliveryFact.SessionFinished(now(), how));
              }

              @Override
              public void failed(StoreFailure failure) {
                tell(new DeliveryFact.SessionFinished(now(), how));
              }
            });
  }

  private void load(int attempt) {
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
                tell(new SessionFact.TranscriptLoaded(now(), attempt, builder.build()));
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
              "owner" + number % 3,
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

  // ---- the readers' half

  private void act(DeliveryCommand command) {
    switch (command) {
      case DeliveryCommand.CommitHead c -> connection(c.reader(), Connection::head);
      case DeliveryCommand.Send c -> send(c);
      case DeliveryCommand.Comment c ->
          connection(
              c.reader(),
              to -> {
                wire.clear();
                SseEncoder.comment(wire, "still here");
                to.write(wire.toByteArray());
              });
      case DeliveryCommand.SendBody c -> last(c.reader(), to -> to.body(200, c.body()));
      case DeliveryCommand.Refuse c ->
          last(
              c.reader(),
              to ->
                  to.body(
                      ChatDialect.INSTANCE.status(c.failure()),
                      ChatDialect.INSTANCE.errorBody(notice(c.failure(), c.retryable()))));
      case DeliveryCommand.EndCleanly c -> last(c.reader(), Connection::endCleanly);
      case DeliveryCommand.EndWithError c ->
          last(
              c.reader(),
              to -> {
                to.write(ChatDialect.INSTANCE.errorEvent(notice(c.failure(), c.retryable())));
                to.cut();
              });
      case DeliveryCommand.Cut c -> last(c.reader(), Connection::cut);
      case DeliveryCommand.EndEmpty c -> last(c.reader(), to -> to.body(204, new byte[0]));
      case DeliveryCommand.RefuseCursor c -> last(c.reader(), to -> to.body(412, new byte[0]));
      case DeliveryCommand.TurnAway c -> last(c.reader(), to -> to.body(429, new byte[0]));
      case DeliveryCommand.NoteOrphan c -> {}
      case DeliveryCommand.ForgetOrphan c -> {}
      case DeliveryCommand.CancelSession c ->
          tell(new SessionFact.CancelRequested(now(), c.reason()));
      case DeliveryCommand.ArmDeadline c -> {
        long armed = ++deliveryTimer;
        world
            .time()
            .timer(
                c.atNanos() - now() + world.lateNanos(),
                () -> {
                  if (armed == deliveryTimer) {
                    tell(new DeliveryFact.DeadlinePassed(now(), c.deadline()));
                  }
                });
      }
    }
  }

  private ErrorNotice notice(Failure failure, boolean retryable) {
    return new ErrorNotice(failure, retryable, List.of(), id);
  }

  private void connection(int reader, Consumer<Connection> act) {
    var connection = connections.get(reader);
    if (connection != null) {
      act.accept(connection);
    }
  }

  /** The last thing that is done to a connection. */
  private void last(int reader, Consumer<Connection> act) {
    var connection = connections.remove(reader);
    if (connection != null) {
      act.accept(connection);
    }
  }

  private void send(DeliveryCommand.Send c) {
    var connection = connections.get(c.reader());
    if (connection == null) {
      return;
    }
    var batch = new EventBatch();
    world
        .store()
        .read(
            id,
            c.after(),
            Math.min(READ_BYTES_MAX, connection.room()),
            batch,
            new Reply<>() {
              @Override
              public void ok(ReadResult result) {
                written(c, batch);
              }

              @Override
              public void failed(StoreFailure failure) {
                lost(c.reader());
              }
            });
  }

  /** The log can't be read: a cut, and whoever follows cursors comes back. */
  private void lost(int reader) {
    last(reader, Connection::cut);
    tell(new DeliveryFact.ReaderLeft(now(), reader));
  }

  private void written(DeliveryCommand.Send c, EventBatch batch) {
    var connection = connections.get(c.reader());
    if (connection == null) {
      return;
    }
    wire.clear();
    long through = c.after();
    for (int i = 0; i < batch.count() && through < c.upTo(); i++) {
      SseEncoder.id(wire, HISTORY, ++through);
      wire.append(batch.array(i), batch.start(i), batch.end(i));
    }
    if (through == c.after()) {
      lost(c.reader());
      return;
    }
    world.store().shown(id, through);
    boolean writable = connection.write(wire.toByteArray());
    tell(new DeliveryFact.Sent(now(), c.reader(), through, writable));
  }
}

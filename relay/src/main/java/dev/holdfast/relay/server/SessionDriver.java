package dev.holdfast.relay.server;

import dev.holdfast.engine.delivery.DeliveryFact;
import dev.holdfast.engine.delivery.DeliverySettings;
import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.Transcript;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.guard.Ask;
import dev.holdfast.engine.guard.Lease;
import dev.holdfast.engine.guard.Settlement;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.SessionCommand;
import dev.holdfast.engine.session.SessionFact;
import dev.holdfast.engine.session.SessionMachine;
import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.journal.AppendReply;
import dev.holdfast.journal.Claim;
import dev.holdfast.journal.SessionNote;
import dev.holdfast.journal.SessionRef;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.journal.TranscriptReply;
import io.vertx.core.MultiMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Drives the two machines of one session on its home event loop: facts in, commands out. Facts that
 * arise from doing a command wait in line until the commands before are done. Thin on purpose: what
 * to do is decided in the engine.
 */
final class SessionDriver implements SessionReaders.Session {
  private final SessionCall call;
  private final SessionFace face;
  private final Worker worker;
  private final long ticket;
  private final long startedNanos = System.nanoTime();
  private final SessionMachine machine;
  private final SessionReaders readers;
  private final ArrayDeque<Object> facts = new ArrayDeque<>();

  /** What the machine hears once the store has said that the session is this driver's. */
  private final List<SessionFact> early = new ArrayList<>(0);

  private final Map<Integer, Ask> asks = new HashMap<>(2);
  private final Map<Integer, Lease> leases = new HashMap<>(2);
  private final Map<Integer, Target> targets = new HashMap<>(2);
  private @Nullable UpstreamExchange exchange;
  private @Nullable MultiMap answered;
  private final List<Runnable> endings = new ArrayList<>(0);
  private SessionRef ref;
  private byte @Nullable [] body;
  private boolean owned;
  private boolean running;
  private boolean finished;
  private boolean over;
  private boolean forgotten;
  private int position;
  private int endedNoted;
  private int seamsNoted;
  private long machineTimer = -1;

  /** On the loop that becomes its home; nothing happens before {@link #start}. */
  SessionDriver(SessionCall call, Worker worker, DeliverySettings settings, long seed) {
    this.call = call;
    this.face = call.face();
    this.ref = new SessionRef(call.id(), 1);
    this.worker = worker;
    this.ticket = worker.nextTicket();
    this.machine = new SessionMachine(call.plan(), worker.board(), seed);
    this.readers = new SessionReaders(this, worker, settings);
  }

  /** Begins the session with its first reader. Others may have found it before. */
  void start(SessionRef created, ReaderConnection first) {
    if (own(created, first, call.streaming() ? ReaderKind.ANSWER : ReaderKind.BODY, 0)) {
      tell(new SessionFact.Accepted(System.nanoTime()));
    }
  }

  /** Knows of events of a time before, so that whoever finds it now can read them. */
  void holds(long last) {
    readers.accept(new DeliveryFact.Emitted(System.nanoTime(), last));
  }

  /**
   * Takes a session up again that failed, from what the store holds of it, with somebody who asks
   * for it again.
   *
   * @param after the last event that the reader has
   */
  void takeUp(Claim claim, Failure before, ReaderConnection reader, ReaderKind kind, long after) {
    if (!own(claim.ref(), reader, kind, after)) {
      return;
    }
    var history = AttemptHistory.of(claim.session().notes());
    loadTranscript((last, transcript) ->
        new SessionFact.TakenUp(
            System.nanoTime(), last, transcript, history.count(), history.wrote(), before));
  }

  /** The store has granted the session; false if this driver crashed meanwhile. */
  private boolean own(SessionRef granted, ReaderConnection reader, ReaderKind kind, long after) {
    ref = granted;
    owned = true;
    if (attach(reader, kind, after, call.canComeBack())) {
      early.forEach(this::tell);
      return true;
    }
    endByOwnFault();
    Answers.failed(reader, face, Replay.failure(Shared.ownFault()), true, List.of());
    return false;
  }

  /** The session could not be stored: whoever found it meanwhile is told so. */
  void neverBegan(Failure why) {
    finished = true;
    over(new Outcome.Failed(why, true));
  }

  /** Adds a reader; false if it is too late, and the session's log has all there is. */
  boolean attach(ReaderConnection reader, ReaderKind kind, long after, boolean canComeBack) {
    if (forgotten) {
      return false;
    }
    readers.attach(reader, kind, after, canComeBack);
    return true;
  }

  /** Does something at the session's home, at once if that is here. */
  void onHome(Runnable act) {
    readers.onHome(act);
  }

  /** Called at home once the session is over and its last record is written, or at once. */
  void whenOver(Runnable act) {
    if (over || forgotten) {
      act.run();
    } else {
      endings.add(act);
    }
  }

  /** What is known of it now; at home. */
  LiveState state() {
    return new LiveState(readers.count(), position, machine.seams());
  }

  @Override
  public SessionFace face() {
    return face;
  }

  @Override
  public void tell(DeliveryFact fact) {
    tell((Object) fact);
  }

  @Override
  public void cancel(String reason) {
    tell(new SessionFact.CancelRequested(System.nanoTime(), reason));
  }

  /** The process stops: the session ends with an error that says so. */
  void stop() {
    tell(new SessionFact.Stopping(System.nanoTime()));
    tell(new DeliveryFact.Leaving(System.nanoTime(), Shared.stopping()));
  }

  // ---- facts

  private void tell(Object fact) {
    if (forgotten) {
      return;
    }
    if (running) {
      facts.add(fact);
      return;
    }
    running = true;
    try {
      for (Object next = fact; next != null; next = facts.poll()) {
        if (next instanceof SessionFact of && !owned) {
          early.add(of);
        } else if (next instanceof SessionFact of) {
          machine.accept(of);
          for (var c = machine.poll(); c != null; c = machine.poll()) {
            execute(c);
          }
        } else {
          readers.accept((DeliveryFact) next);
        }
      }
    } catch (RuntimeException e) {
      crashed(e);
    } finally {
      running = false;
    }
    if (over) {
      if (readers.count() == 0) {
        forget();
      } else {
        readers.pin();
      }
    }
  }

  /** A fault of our own must not look like an answer, nor hold anything that others need. */
  private void crashed(RuntimeException cause) {
    worker.log().unexpected(call.id(), cause);
    facts.clear();
    if (owned && !finished) {
      endByOwnFault();
    }
    finished = true;
    over = true;
    if (exchange != null) {
      exchange.close();
      exchange = null;
    }
    for (var ask : List.copyOf(asks.values())) {
      worker.board().withdraw(upstream(ask.target()), ask);
    }
    asks.clear();
    leases.forEach((attempt, lease) -> settle(attempt, lease, new Settlement.Neutral()));
    leases.clear();
    readers.cutAll();
    forget();
  }

  /** Else its key would stay taken by a session that nobody drives. */
  private void endByOwnFault() {
    worker.store().finish(ref, Shared.ownFault(), noted);
    report(Replay.outcome(Shared.ownFault()));
  }

  private void forget() {
    if (forgotten) {
      return;
    }
    forgotten = true;
    if (machineTimer >= 0) {
      worker.vertx().cancelTimer(machineTimer);
    }
    readers.close();
    worker.forget(this);
    endings.forEach(Runnable::run);
    endings.clear();
  }

  /** Its last record is written, or can't be; what readers are told now is what is reported. */
  private void over(Outcome outcome) {
    over = true;
    if (owned) {
      report(outcome);
    }
    tell(new DeliveryFact.SessionFinished(System.nanoTime(), outcome));
    endings.forEach(Runnable::run);
    endings.clear();
  }

  private void report(Outcome outcome) {
    worker.finished(
        new SessionReport(
            call.id(),
            call.label(),
            call.owner(),
            call.route(),
            outcome,
            machine.last(),
            System.nanoTime() - startedNanos,
            machine.attempts(),
            machine.seams()));
  }

  // ---- the machine's commands

  private void execute(SessionCommand command) {
    switch (command) {
      case SessionCommand.Append c -> worker.store().append(ref, c.batch(), appended);
      case SessionCommand.Emit c ->
          facts.add(new DeliveryFact.Emitted(System.nanoTime(), c.upTo()));
      case SessionCommand.AcquireLease c -> acquire(c);
      case SessionCommand.WithdrawLease c -> {
        position = 0;
        var ask = asks.remove(c.attempt());
        if (ask != null) {
          worker.board().withdraw(upstream(ask.target()), ask);
        }
      }
      case SessionCommand.ReportProgress c -> {
        var lease = leases.get(c.attempt());
        if (lease != null) {
          worker.board().with(upstreamOf(c.attempt()), g -> lease.progressed(System.nanoTime()));
        }
      }
      case SessionCommand.SettleLease c -> {
        var lease = leases.remove(c.attempt());
        if (lease != null) {
          settle(c.attempt(), lease, c.settlement());
        }
        noteEnded();
      }
      case SessionCommand.OpenUpstream c -> open(c);
      case SessionCommand.CloseUpstream c -> {
        Objects.requireNonNull(exchange).close();
        exchange = null;
      }
      case SessionCommand.ReleaseUpstream c -> {
        // An answer that came in one read is whole before its head goes out.
        answered = Objects.requireNonNull(exchange).headers();
        exchange.release();
        exchange = null;
      }
      case SessionCommand.PauseReading c -> Objects.requireNonNull(exchange).pause();
      case SessionCommand.ResumeReading c -> Objects.requireNonNull(exchange).resume();
      case SessionCommand.LoadTranscript c -> load(c.attempt());
      case SessionCommand.ArmDeadline c -> {
        if (machineTimer >= 0) {
          worker.vertx().cancelTimer(machineTimer);
        }
        machineTimer =
            worker
                .vertx()
                .setTimer(
                    GuardBoard.millisUntil(c.atNanos()),
                    id -> {
                      machineTimer = -1;
                      tell(new SessionFact.DeadlinePassed(System.nanoTime(), c.deadline()));
                    });
      }
      case SessionCommand.Answer c -> body = c.body();
      case SessionCommand.Finish c -> finish(c.outcome());
    }
  }

  private final AppendReply appended =
      new AppendReply() {
        @Override
        public void appended(long upTo) {
          if (readers.isHome()) {
            tell(new SessionFact.Appended(System.nanoTime(), upTo));
          } else {
            onHome(() -> tell(new SessionFact.Appended(System.nanoTime(), upTo)));
          }
        }

        @Override
        public void failed(StoreFailure failure) {
          storeFailed(failure);
        }
      };

  private void storeFailed(StoreFailure failure) {
    var why = Shared.described(failure);
    onHome(() -> tell(new SessionFact.AppendFailed(System.nanoTime(), why)));
  }

  private static String upstream(String target) {
    return target.substring(0, target.indexOf('/'));
  }

  private String upstreamOf(int attempt) {
    return Objects.requireNonNull(targets.get(attempt)).upstream();
  }

  private void acquire(SessionCommand.AcquireLease c) {
    int attempt = c.attempt();
    targets.put(attempt, c.target());
    var answer =
        new Ask.Answer() {
          @Override
          public void granted(Lease lease, long nowNanos) {
            onHome(() -> grant(attempt, lease));
          }

          @Override
          public void waiting(int position, long nowNanos) {
            // A place in the line that was overtaken by its grant says nothing any more.
            onHome(() -> {
              if (asks.containsKey(attempt)) {
                SessionDriver.this.position = position;
                tell(new SessionFact.LeaseWaiting(System.nanoTime(), attempt, position));
              }
            });
          }

          @Override
          public void refused(Failure failure, long nowNanos) {
            onHome(() -> {
              if (asks.remove(attempt) != null) {
                position = 0;
                tell(new SessionFact.LeaseRefused(System.nanoTime(), attempt, failure));
              }
            });
          }
        };
    var ask =
        new Ask(
            ticket,
            call.owner(),
            c.target().name(),
            c.kind(),
            c.deadlineNanos(),
            c.brokenAtNanos(),
            answer);
    asks.put(attempt, ask);
    worker.board().ask(c.target().upstream(), ask);
  }

  /** A lease that was withdrawn on its way here goes back unused. */
  private void grant(int attempt, Lease lease) {
    if (asks.remove(attempt) == null) {
      settle(attempt, lease, new Settlement.Neutral());
      return;
    }
    position = 0;
    leases.put(attempt, lease);
    tell(new SessionFact.LeaseGranted(System.nanoTime(), attempt));
  }

  private void settle(int attempt, Lease lease, Settlement how) {
    worker.board().with(upstreamOf(attempt), g -> lease.settle(how, System.nanoTime()));
  }

  private void open(SessionCommand.OpenUpstream c) {
    var to = worker.address(c.target().upstream());
    note(
        new SessionNote.Attempt(
            c.attempt(),
            c.target().name(),
            c.purpose(),
            machine.last(),
            Edits.of(
                call.plan().request(),
                c.target(),
                worker.board().knowledge(c.target()),
                c.purpose())));
    worker.listener().attemptBegan(call.id(), c.attempt(), c.target().name());
    var headers = new HashMap<>(call.upstreamHeaders());
    if (to.simulator() && !call.faultPlan().isEmpty()) {
      headers.put("x-simulator-plan", call.faultPlan());
    }
    exchange = new UpstreamExchange(c.attempt(), this::tell, worker.vertx(), worker.turnEnd());
    exchange.open(worker.client(), to, c.call(), headers, call.plan().clocks().connect());
  }

  /** Notes are for states and inspection; a store that can't take one fails the next append too. */
  private final AppendReply noted =
      new AppendReply() {
        @Override
        public void appended(long upTo) {}

        @Override
        public void failed(StoreFailure failure) {
          worker.log().storeNoteFailed(call.id(), Shared.described(failure));
        }
      };

  private void note(SessionNote note) {
    worker.store().note(ref, note, noted);
  }

  /** Attempts and seams that are not in the records yet. */
  private void noteEnded() {
    var attempts = machine.attempts();
    var seams = machine.seams();
    for (; endedNoted < attempts.size(); endedNoted++) {
      var ended = attempts.get(endedNoted);
      note(new SessionNote.Ended(ended.number(), ended.progressed(), ended.why()));
      note(AttemptHistory.usage(ended));
      for (; seamsNoted < seams.size(); seamsNoted++) {
        var seam = seams.get(seamsNoted);
        note(
            new SessionNote.Seam(
                seam.attempt(), seam.after(), word(seam.rung()), word(seam.verdict())));
      }
      worker.listener().attemptEnded(call.id(), ended);
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private void load(int attempt) {
    loadTranscript((last, transcript) ->
        new SessionFact.TranscriptLoaded(System.nanoTime(), attempt, transcript));
  }

  private void loadTranscript(BiFunction<Long, Transcript, SessionFact> then) {
    var builder = call.plan().request().transcript();
    worker
        .store()
        .loadTranscript(
            ref.session(),
            new TranscriptReply() {
              @Override
              public void part(EventBatch events) {
                for (int i = 0; i < events.count(); i++) {
                  builder.add(events.array(i), events.start(i), events.end(i));
                }
              }

              @Override
              public void loaded(long last) {
                onHome(() -> tell(then.apply(last, builder.build())));
              }

              @Override
              public void failed(StoreFailure failure) {
                storeFailed(failure);
              }
            });
  }

  private void finish(Outcome outcome) {
    if (machineTimer >= 0) {
      worker.vertx().cancelTimer(machineTimer);
    }
    noteEnded();
    finished = true;
    if (body != null && outcome instanceof Outcome.Complete) {
      keepBody(body, outcome);
    } else {
      writeFinish(outcome);
    }
  }

  /** The one body goes into the log before anybody gets it, like any event. */
  private void keepBody(byte[] whole, Outcome outcome) {
    var event = new EventBatch();
    event.reset(1);
    event.add(whole, 0, whole.length);
    worker
        .store()
        .append(
            ref,
            event,
            new AppendReply() {
              @Override
              public void appended(long upTo) {
                onHome(() -> {
                  tell(new DeliveryFact.Emitted(System.nanoTime(), upTo));
                  tell(new DeliveryFact.BodyReady(System.nanoTime(), whole));
                  writeFinish(outcome);
                });
              }

              @Override
              public void failed(StoreFailure failure) {
                onHome(() -> writeFinish(lost(failure)));
              }
            });
  }

  private static Outcome lost(StoreFailure failure) {
    return new Outcome.Failed(Shared.journalFailed(failure), true);
  }

  private void writeFinish(Outcome outcome) {
    worker
        .store()
        .finish(
            ref,
            Replay.record(outcome, call.dialect(), strategies()),
            new AppendReply() {
              @Override
              public void appended(long upTo) {
                onHome(() -> over(outcome));
              }

              @Override
              public void failed(StoreFailure failure) {
                // Without a finish record no reader may believe that it has the whole.
                onHome(() -> over(lost(failure)));
              }
            });
  }

  @Override
  public List<String> strategies() {
    return AttemptHistory.strategies(machine.attempts());
  }

  @Override
  public Map<String, String> headHeaders() {
    return Answers.headHeaders(face, exchange == null ? answered : exchange.headers());
  }
}

package dev.holdfast.relay.server;

import dev.holdfast.engine.delivery.Delivery;
import dev.holdfast.engine.delivery.DeliveryCommand;
import dev.holdfast.engine.delivery.DeliveryFact;
import dev.holdfast.engine.delivery.DeliverySettings;
import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.engine.dialect.Target;
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
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.ReadResult;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.SessionNote;
import dev.holdfast.journal.SessionRef;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.journal.TranscriptReply;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Drives the two machines of one session on its home event loop: facts in, commands out. Facts that
 * arise from doing a command wait in line until the commands before are done. Thin on purpose: what
 * to do is decided in the engine.
 */
final class SessionDriver {
  /** What one read of the log brings into a reader's buffer. */
  private static final int READ_BYTES_MAX = 64 << 10;

  private final SessionCall call;
  private final SessionRef ref;
  private final Worker worker;
  private final Context home;
  private final Thread homeThread = Thread.currentThread();
  private final long ticket;
  private final long startedNanos = System.nanoTime();
  private final SessionMachine machine;
  private final Delivery delivery;
  private final ArrayDeque<Object> facts = new ArrayDeque<>();
  private final Map<Integer, Ask> asks = new HashMap<>(2);
  private final Map<Integer, Lease> leases = new HashMap<>(2);
  private final Map<Integer, ReaderConnection> readers = new HashMap<>(2);
  private final Map<Integer, Target> targets = new HashMap<>(2);
  private @Nullable UpstreamExchange exchange;
  private @Nullable MultiMap answered;
  private boolean running;
  private boolean finished;
  private int nextReader;
  private long machineTimer = -1;
  private long deliveryTimer = -1;

  SessionDriver(
      SessionCall call, SessionRef ref, Worker worker, DeliverySettings settings, long seed) {
    this.call = call;
    this.ref = ref;
    this.worker = worker;
    this.home = Objects.requireNonNull(Vertx.currentContext());
    this.ticket = worker.nextTicket();
    this.machine = new SessionMachine(call.plan(), worker.board(), seed);
    this.delivery = new Delivery(settings);
  }

  /** Begins the session with its first reader. */
  void start(ReaderConnection first) {
    attach(first, 0);
    tell(new SessionFact.Accepted(System.nanoTime()));
  }

  /** Adds a reader that has the events up to this one. */
  void attach(ReaderConnection reader, long after) {
    int number = nextReader++;
    readers.put(number, reader);
    reader.onDrained(() -> tell(new DeliveryFact.Drained(System.nanoTime(), number)));
    reader.onGone(() -> {
      if (readers.remove(number) != null) {
        tell(new DeliveryFact.ReaderLeft(System.nanoTime(), number));
      }
    });
    tell(
        new DeliveryFact.ReaderAttached(
            System.nanoTime(),
            number,
            after,
            call.streaming() ? ReaderKind.ANSWER : ReaderKind.BODY,
            call.canComeBack()));
  }

  void cancel(String reason) {
    tell(new SessionFact.CancelRequested(System.nanoTime(), reason));
  }

  /** The process stops: the session ends with an error that says so. */
  void stop() {
    tell(new SessionFact.Stopping(System.nanoTime()));
  }

  // ---- facts

  /** Facts of other threads hop home first. */
  private void tellFromAnywhere(Object fact) {
    if (Thread.currentThread() == homeThread) {
      tell(fact);
    } else {
      home.runOnContext(nothing -> tell(fact));
    }
  }

  private void tell(Object fact) {
    if (running) {
      facts.add(fact);
      return;
    }
    running = true;
    try {
      for (Object next = fact; next != null; next = facts.poll()) {
        if (next instanceof SessionFact of) {
          machine.accept(of);
          for (var c = machine.poll(); c != null; c = machine.poll()) {
            execute(c);
          }
        } else {
          delivery.accept((DeliveryFact) next);
          for (var c = delivery.poll(); c != null; c = delivery.poll()) {
            execute(c);
          }
        }
      }
    } catch (RuntimeException e) {
      crashed(e);
    } finally {
      running = false;
    }
    if (finished && delivery.readers() == 0) {
      forget();
    }
  }

  /** A fault of our own must not look like an answer, nor hold anything that others need. */
  private void crashed(RuntimeException cause) {
    worker.log().unexpected(call.id(), cause);
    facts.clear();
    finished = true;
    if (exchange != null) {
      exchange.close();
      exchange = null;
    }
    for (var ask : List.copyOf(asks.values())) {
      worker.board().withdraw(upstream(ask.target()), ask);
    }
    asks.clear();
    leases.forEach((attempt, lease) ->
        worker
            .board()
            .with(
                upstreamOf(attempt),
                g -> lease.settle(new Settlement.Neutral(), System.nanoTime())));
    leases.clear();
    for (var reader : List.copyOf(readers.values())) {
      reader.cut();
    }
    readers.clear();
    forget();
  }

  private void forget() {
    for (long timer : new long[] {machineTimer, deliveryTimer}) {
      if (timer >= 0) {
        worker.vertx().cancelTimer(timer);
      }
    }
    worker.forget(this);
  }

  // ---- the machine's commands

  private void execute(SessionCommand command) {
    switch (command) {
      case SessionCommand.Append c -> worker.store().append(ref, c.batch(), appended);
      case SessionCommand.Emit c ->
          facts.add(new DeliveryFact.Emitted(System.nanoTime(), c.upTo()));
      case SessionCommand.AcquireLease c -> acquire(c);
      case SessionCommand.WithdrawLease c -> {
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
          worker
              .board()
              .with(upstreamOf(c.attempt()), g -> lease.settle(c.settlement(), System.nanoTime()));
        }
        var records = machine.attempts();
        if (!records.isEmpty()) {
          worker.listener().attemptEnded(call.id(), records.getLast());
        }
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
      case SessionCommand.Answer c ->
          facts.add(new DeliveryFact.BodyReady(System.nanoTime(), c.body()));
      case SessionCommand.Finish c -> finish(c.outcome());
    }
  }

  private final AppendReply appended =
      new AppendReply() {
        @Override
        public void appended(long upTo) {
          tellFromAnywhere(new SessionFact.Appended(System.nanoTime(), upTo));
        }

        @Override
        public void failed(StoreFailure failure) {
          tellFromAnywhere(new SessionFact.AppendFailed(System.nanoTime(), described(failure)));
        }
      };

  private static String described(StoreFailure failure) {
    return switch (failure) {
      case StoreFailure.Full f -> "the journal is full: " + f.bytes() + " of " + f.bytesMax();
      case StoreFailure.Fenced f -> "another node took the session over";
      case StoreFailure.Finished f -> "the session was finished already";
      case StoreFailure.Unknown f -> "the journal no longer knows the session";
      case StoreFailure.Io f -> "the journal failed: " + f.detail();
    };
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
                tell(new SessionFact.LeaseWaiting(System.nanoTime(), attempt, position));
              }
            });
          }

          @Override
          public void refused(Failure failure, long nowNanos) {
            onHome(() -> {
              if (asks.remove(attempt) != null) {
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

  private void onHome(Runnable act) {
    if (Thread.currentThread() == homeThread) {
      act.run();
    } else {
      home.runOnContext(nothing -> act.run());
    }
  }

  /** A lease that was withdrawn on its way here goes back unused. */
  private void grant(int attempt, Lease lease) {
    if (asks.remove(attempt) == null) {
      worker
          .board()
          .with(
              upstreamOf(attempt), g -> lease.settle(new Settlement.Neutral(), System.nanoTime()));
      return;
    }
    leases.put(attempt, lease);
    tell(new SessionFact.LeaseGranted(System.nanoTime(), attempt));
  }

  private void open(SessionCommand.OpenUpstream c) {
    var to = worker.address(c.target().upstream());
    worker
        .store()
        .note(ref, new SessionNote.Attempt(c.attempt(), c.target().name(), machine.last()), noted);
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
          worker.log().storeNoteFailed(call.id(), described(failure));
        }
      };

  private void load(int attempt) {
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
                tellFromAnywhere(
                    new SessionFact.TranscriptLoaded(System.nanoTime(), attempt, builder.build()));
              }

              @Override
              public void failed(StoreFailure failure) {
                tellFromAnywhere(
                    new SessionFact.AppendFailed(System.nanoTime(), described(failure)));
              }
            });
  }

  private void finish(Outcome outcome) {
    finished = true;
    if (machineTimer >= 0) {
      worker.vertx().cancelTimer(machineTimer);
    }
    for (var seam : machine.seams()) {
      worker
          .store()
          .note(
              ref,
              new SessionNote.Seam(
                  seam.attempt(),
                  seam.after(),
                  seam.rung().name().toLowerCase(Locale.ROOT),
                  seam.verdict().name().toLowerCase(Locale.ROOT)),
              noted);
    }
    worker
        .store()
        .finish(
            ref,
            record(outcome),
            new AppendReply() {
              @Override
              public void appended(long upTo) {
                tellFromAnywhere(new DeliveryFact.SessionFinished(System.nanoTime(), outcome));
              }

              @Override
              public void failed(StoreFailure failure) {
                // Without a finish record no reader may believe that it has the whole.
                var lost =
                    new Failure.Stopped(Failure.Stopped.Kind.JOURNAL_FAILED, described(failure));
                tellFromAnywhere(
                    new DeliveryFact.SessionFinished(
                        System.nanoTime(), new Outcome.Failed(lost, true)));
              }
            });
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

  private FinishRecord record(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Complete c -> new FinishRecord.Complete();
      case Outcome.Failed f ->
          f.failure() instanceof Failure.Cancelled cancelled
              ? new FinishRecord.Cancelled(cancelled.detail())
              : new FinishRecord.Failed(
                  f.failure().why(),
                  call.dialect().status(f.failure()),
                  f.failure().message(),
                  f.retryable(),
                  strategies());
    };
  }

  /** What was tried beyond the first attempt, in the words of an error. */
  private List<String> strategies() {
    return machine.attempts().stream()
        .filter(a -> a.number() > 1)
        .map(a -> a.purpose().equals("begin") ? "retry" : a.purpose())
        .distinct()
        .toList();
  }

  // ---- the readers' commands

  private void execute(DeliveryCommand command) {
    switch (command) {
      case DeliveryCommand.CommitHead c -> reader(c.reader()).head(headHeaders());
      case DeliveryCommand.Send c -> send(c);
      case DeliveryCommand.Comment c -> reader(c.reader()).comment();
      case DeliveryCommand.SendBody c -> ended(c.reader()).body(200, headHeaders(), c.body());
      case DeliveryCommand.EndCleanly c -> ended(c.reader()).end();
      case DeliveryCommand.Refuse c ->
          Answers.failed(ended(c.reader()), call, c.failure(), c.retryable(), strategies());
      case DeliveryCommand.EndWithError c ->
          ended(c.reader())
              .cutAfter(
                  call.dialect()
                      .errorEvent(Answers.notice(call, c.failure(), c.retryable(), strategies())));
      case DeliveryCommand.Cut c -> ended(c.reader()).cut();
      case DeliveryCommand.EndEmpty c -> ended(c.reader()).cut();
      case DeliveryCommand.RefuseCursor c -> ended(c.reader()).cut();
      case DeliveryCommand.TurnAway c -> ended(c.reader()).cut();
      case DeliveryCommand.NoteOrphan c -> {}
      case DeliveryCommand.ForgetOrphan c -> {}
      case DeliveryCommand.CancelSession c ->
          facts.add(new SessionFact.CancelRequested(System.nanoTime(), c.reason()));
      case DeliveryCommand.ArmDeadline c -> {
        if (deliveryTimer >= 0) {
          worker.vertx().cancelTimer(deliveryTimer);
        }
        deliveryTimer =
            worker
                .vertx()
                .setTimer(
                    GuardBoard.millisUntil(c.atNanos()),
                    id -> {
                      deliveryTimer = -1;
                      tell(new DeliveryFact.DeadlinePassed(System.nanoTime(), c.deadline()));
                    });
      }
    }
  }

  private ReaderConnection reader(int number) {
    return Objects.requireNonNull(readers.get(number));
  }

  /** The reader, which is not told anything after this. */
  private ReaderConnection ended(int number) {
    return Objects.requireNonNull(readers.remove(number));
  }

  private Map<String, String> headHeaders() {
    return Answers.headHeaders(call, exchange == null ? answered : exchange.headers());
  }

  private void send(DeliveryCommand.Send c) {
    var batch = reader(c.reader()).batch();
    worker
        .store()
        .read(
            ref.session(),
            c.after(),
            READ_BYTES_MAX,
            batch,
            new Reply<ReadResult>() {
              @Override
              public void ok(ReadResult result) {
                onHome(() -> sent(c));
              }

              @Override
              public void failed(StoreFailure failure) {
                onHome(() -> cut(c.reader()));
              }
            });
  }

  private void sent(DeliveryCommand.Send c) {
    var reader = readers.get(c.reader());
    if (reader == null) {
      return;
    }
    var batch = reader.batch();
    reader.write(batch);
    tell(new DeliveryFact.Sent(System.nanoTime(), c.reader(), batch.last(), !reader.full()));
  }

  /** The log can't be read: a reader must not take what it has for the whole. */
  private void cut(int number) {
    var reader = readers.remove(number);
    if (reader != null) {
      reader.cut();
      tell(new DeliveryFact.ReaderLeft(System.nanoTime(), number));
    }
  }
}

package dev.holdfast.client;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.guard.Ask;
import dev.holdfast.engine.guard.Lease;
import dev.holdfast.engine.guard.Settlement;
import dev.holdfast.engine.session.NextAttempt;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.SessionCommand;
import dev.holdfast.engine.session.SessionFact;
import dev.holdfast.engine.session.SessionMachine;
import dev.holdfast.engine.session.SessionPlan;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Drives the machine of one call in its mailbox and hands the events to one subscriber, as many as
 * it asks for. Facts that arise from doing a command wait in line until the commands before are
 * done. Thin on purpose: what to do is decided in the engine.
 *
 * <p><b>Back-pressure.</b> The log is in memory, so it has an event as soon as it is given one; yet
 * the machine is told so only while little of it is unread. It then stops the reading, and its
 * clocks with it, by itself. An attempt that is over owes nothing to a slow reader: a recovery does
 * not wait for one.
 */
final class SessionRun implements Flow.Subscription {
  /** Unread events of more bytes than this hold up the upstream. */
  private static final long UNREAD_BYTES_MAX = 32 << 10;

  private final Holdfast home;
  private final ChatRequest request;
  private final SessionPlan plan;
  private final Flow.Subscriber<? super AnswerEvent> subscriber;
  private final Consumer<StreamOutcome> ended;
  private final Mailbox mailbox;
  private final long ticket;
  private final String idempotencyKey;
  private final SessionMachine machine;
  private final AnswerLog log;
  private final ArrayDeque<SessionFact> facts = new ArrayDeque<>();
  private final ArrayDeque<AnswerEvent> unemitted = new ArrayDeque<>();
  private final ArrayDeque<AnswerEvent> unread = new ArrayDeque<>();
  private final Map<Integer, Ask> asks = new HashMap<>(2);
  private final Map<Integer, Lease> leases = new HashMap<>(2);
  private final Map<Integer, Target> targets = new HashMap<>(2);
  private volatile @Nullable UpstreamExchange exchange;
  private String session;
  private Runnable disarm = () -> {};
  private boolean running;
  private boolean over;
  private boolean deaf;
  private boolean broken;
  private long demand;
  private long unreadBytes;
  private long committed;
  private long acknowledged;
  private @Nullable NextAttempt announced;
  private int seamsAnnounced;
  private @Nullable String brokenOff;
  private @Nullable Throwable cause;
  private @Nullable IllegalArgumentException misuse;
  private @Nullable StreamOutcome outcome;

  /**
   * A session of this client; it begins with {@link #start}.
   *
   * @param ended is told the outcome when the subscriber has had its last signal
   */
  SessionRun(
      Holdfast home,
      ChatRequest request,
      SessionPlan plan,
      Flow.Subscriber<? super AnswerEvent> subscriber,
      Consumer<StreamOutcome> ended) {
    this.home = home;
    this.request = request;
    this.plan = plan;
    this.subscriber = subscriber;
    this.ended = ended;
    this.ticket = home.nextTicket();
    this.session = home.randomId();
    this.idempotencyKey = home.randomId();
    this.mailbox = new Mailbox("holdfast-" + ticket);
    this.machine = new SessionMachine(plan, home.guards(), home.seed());
    this.log = new AnswerLog(home.settings().keepsEvents());
  }

  void start() {
    mailbox.put(() -> {
      Throwable thrown = null;
      try {
        subscriber.onSubscribe(this);
      } catch (Throwable t) {
        thrown = t;
      }
      tell(new SessionFact.Accepted(now()));
      if (thrown != null) {
        deafen();
        breakOff("the subscriber threw " + thrown, thrown);
      }
    });
  }

  // ---- the subscriber

  @Override
  public void request(long count) {
    mailbox.put(() -> {
      if (count <= 0) {
        refuse(new IllegalArgumentException("expected a demand of 1 or more, got " + count));
        return;
      }
      demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
      settleReader();
    });
  }

  @Override
  public void cancel() {
    cancel("the reader cancelled", null);
  }

  /** Ends the session; its subscriber hears nothing more. From any thread. */
  void cancel(String reason, @Nullable Throwable why) {
    mailbox.put(() -> {
      deafen();
      breakOff(reason, why);
    });
    // The mailbox may be held up by the reader itself.
    var open = exchange;
    if (open != null) {
      open.close();
    }
  }

  /** The client is closed: the session ends and its subscriber is told. */
  void stop() {
    mailbox.put(() -> {
      forgetUnread();
      breakOff("the client was closed", null);
    });
  }

  private void refuse(IllegalArgumentException wrong) {
    misuse = wrong;
    forgetUnread();
    breakOff("the subscriber asked wrongly", null);
  }

  /** Nothing more is handed to the subscriber. */
  private void deafen() {
    deaf = true;
    forgetUnread();
  }

  /**
   * Somebody on this side ends the session. Even if the upstream has said all, its outcome is not
   * complete any more: the subscriber does not get the whole, or his own code failed over it.
   */
  private void breakOff(String reason, @Nullable Throwable why) {
    if (over) {
      return;
    }
    brokenOff = brokenOff == null ? reason : brokenOff;
    cause = cause == null ? why : cause;
    if (outcome == null) {
      tell(new SessionFact.CancelRequested(now(), reason));
    } else {
      outcome = cutShort(outcome);
      if (!running) {
        settleReader();
      }
    }
  }

  private StreamOutcome cutShort(StreamOutcome how) {
    return how instanceof StreamOutcome.Complete c && brokenOff != null
        ? brokenOff(brokenOff, c.answer())
        : how;
  }

  private StreamOutcome brokenOff(String reason, Answer partial) {
    return new StreamOutcome.Incomplete(new Failure.Cancelled(reason), false, partial, cause);
  }

  private void forgetUnread() {
    unemitted.clear();
    unread.clear();
    unreadBytes = 0;
  }

  /** Hands on what is wanted, then tells the machine what that makes possible. */
  private void settleReader() {
    deliver();
    if (over || acknowledged == committed) {
      return;
    }
    if (unreadBytes <= UNREAD_BYTES_MAX || exchange == null) {
      acknowledged = committed;
      tell(new SessionFact.Appended(now(), committed));
    }
  }

  private void deliver() {
    while (demand > 0 && !deaf && !unread.isEmpty()) {
      var event = unread.removeFirst();
      unreadBytes -= event.data().length();
      demand--;
      try {
        subscriber.onNext(event);
      } catch (Throwable thrown) {
        deafen();
        breakOff("the subscriber threw " + thrown, thrown);
      }
    }
    if (outcome != null && unread.isEmpty() && !over) {
      over = true;
      end(outcome);
    }
  }

  private void end(StreamOutcome how) {
    home.forget(this);
    disarm.run();
    var callbacks = home.settings().callbacks();
    var last = how;
    try {
      switch (how) {
        case StreamOutcome.Complete c -> callbacks.onComplete().accept(c.answer());
        case StreamOutcome.Incomplete i -> callbacks.onError().accept(i);
      }
    } catch (Throwable thrown) {
      // The answer may be whole, but the caller's part in it went wrong, and he must hear of it.
      last = threw(how, thrown);
    }
    try {
      if (!deaf) {
        switch (last) {
          case StreamOutcome.Complete c -> subscriber.onComplete();
          case StreamOutcome.Incomplete i -> subscriber.onError(error(i));
        }
      }
    } catch (Throwable thrown) {
      last = threw(last, thrown);
    }
    ended.accept(last);
  }

  private Throwable error(StreamOutcome.Incomplete how) {
    return misuse != null ? misuse : new StreamException(how);
  }

  /** The outcome where a caller's own code threw. */
  @SuppressWarnings("ReferenceEquality") // The same throwable, not one like it.
  static StreamOutcome threw(StreamOutcome how, Throwable thrown) {
    return switch (how) {
      case StreamOutcome.Complete c ->
          new StreamOutcome.Incomplete(
              new Failure.Cancelled("the caller's own code threw " + thrown),
              false,
              c.answer(),
              thrown);
      case StreamOutcome.Incomplete i -> {
        if (i.cause() != null && i.cause() != thrown) {
          i.cause().addSuppressed(thrown);
          yield i;
        }
        yield new StreamOutcome.Incomplete(i.failure(), i.retryable(), i.partial(), thrown);
      }
    };
  }

  // ---- facts

  private long now() {
    return home.timing().nanoTime();
  }

  private void tell(SessionFact fact) {
    if (over || broken) {
      return;
    }
    facts.add(fact);
    if (running) {
      return;
    }
    running = true;
    try {
      for (var next = facts.poll(); next != null; next = facts.poll()) {
        machine.accept(next);
        for (var c = machine.poll(); c != null; c = machine.poll()) {
          execute(c);
        }
        announce();
      }
    } catch (RuntimeException | Error e) {
      crashed(e);
    } finally {
      running = false;
    }
    settleReader();
  }

  /** A fault of our own must not look like an answer, nor hold anything that others need. */
  private void crashed(Throwable fault) {
    broken = true;
    facts.clear();
    forgetUnread();
    var open = exchange;
    if (open != null) {
      open.close();
      exchange = null;
    }
    asks.forEach((attempt, ask) -> home.guards().withdraw(target(attempt), ask));
    asks.clear();
    leases.forEach((attempt, lease) -> settle(attempt, lease, new Settlement.Neutral()));
    leases.clear();
    var reason = "the client failed by its own fault: " + fault;
    brokenOff = reason;
    cause = cause == null ? fault : cause;
    outcome = outcome == null ? brokenOff(reason, log.answer(machine, session)) : cutShort(outcome);
  }

  /** Tells the caller what the machine has decided since. */
  @SuppressWarnings("ReferenceEquality") // The machine makes an instance for each decision.
  private void announce() {
    var callbacks = home.settings().callbacks();
    var next = machine.nextAttempt().orElse(null);
    if (next != null && next != announced) {
      announced = next;
      var notice =
          new Notice.Retry(
              session,
              machine.attempts().size() + 1,
              next.target().name(),
              next.purpose(),
              next.failure(),
              Duration.ofNanos(next.waitNanos()));
      inform(() -> callbacks.onRetry().accept(notice));
    }
    var seams = machine.seams();
    for (; seamsAnnounced < seams.size(); seamsAnnounced++) {
      var notice = new Notice.Joined(session, seams.get(seamsAnnounced));
      inform(() -> callbacks.onSeam().accept(notice));
    }
  }

  /** A callback that throws ends the session, and is the cause. */
  private void inform(Runnable callback) {
    try {
      callback.run();
    } catch (Throwable thrown) {
      breakOff("a callback threw " + thrown, thrown);
    }
  }

  // ---- the machine's commands

  private void execute(SessionCommand command) {
    switch (command) {
      case SessionCommand.Append c -> {
        for (var event : log.append(c.batch())) {
          if (!deaf) {
            unemitted.add(event);
          }
        }
        committed = c.batch().last();
      }
      case SessionCommand.Emit c -> {
        while (!unemitted.isEmpty() && unemitted.getFirst().number() <= c.upTo()) {
          var event = unemitted.removeFirst();
          unread.add(event);
          unreadBytes += event.data().length();
        }
      }
      case SessionCommand.AcquireLease c -> acquire(c);
      case SessionCommand.WithdrawLease c -> {
        var ask = asks.remove(c.attempt());
        if (ask != null) {
          home.guards().withdraw(target(c.attempt()), ask);
        }
      }
      case SessionCommand.ReportProgress c -> {
        var lease = leases.get(c.attempt());
        if (lease != null) {
          home.guards().with(target(c.attempt()), g -> lease.progressed(now()));
        }
      }
      case SessionCommand.SettleLease c -> {
        var lease = leases.remove(c.attempt());
        if (lease != null) {
          settle(c.attempt(), lease, c.settlement());
        }
      }
      case SessionCommand.OpenUpstream c -> open(c);
      case SessionCommand.CloseUpstream c -> {
        opened().close();
        exchange = null;
      }
      case SessionCommand.ReleaseUpstream c -> {
        opened().release();
        exchange = null;
      }
      case SessionCommand.PauseReading c -> opened().pause();
      case SessionCommand.ResumeReading c -> opened().resume();
      case SessionCommand.LoadTranscript c ->
          facts.add(
              new SessionFact.TranscriptLoaded(now(), c.attempt(), log.transcript(plan.request())));
      case SessionCommand.ArmDeadline c -> {
        disarm.run();
        disarm =
            home.timing()
                .schedule(
                    c.atNanos(),
                    () ->
                        mailbox.put(
                            () -> tell(new SessionFact.DeadlinePassed(now(), c.deadline()))));
      }
      case SessionCommand.Answer c ->
          throw new IllegalStateException("expected an answer in events, got one body");
      case SessionCommand.Finish c -> finish(c.outcome());
    }
  }

  private UpstreamExchange opened() {
    return Objects.requireNonNull(exchange);
  }

  private Target target(int attempt) {
    return Objects.requireNonNull(targets.get(attempt));
  }

  private void acquire(SessionCommand.AcquireLease c) {
    int attempt = c.attempt();
    targets.put(attempt, c.target());
    var answer =
        new Ask.Answer() {
          @Override
          public void granted(Lease lease, long nowNanos) {
            mailbox.put(() -> grant(attempt, lease));
          }

          @Override
          public void waiting(int position, long nowNanos) {
            // A place in the line that was overtaken by its grant says nothing any more.
            mailbox.put(() -> {
              if (asks.containsKey(attempt)) {
                queued(c.target(), attempt, position);
              }
            });
          }

          @Override
          public void refused(Failure failure, long nowNanos) {
            mailbox.put(() -> {
              if (asks.remove(attempt) != null) {
                tell(new SessionFact.LeaseRefused(now(), attempt, failure));
              }
            });
          }
        };
    var ask =
        new Ask(
            ticket,
            "client",
            c.target().name(),
            c.kind(),
            c.deadlineNanos(),
            c.brokenAtNanos(),
            answer);
    asks.put(attempt, ask);
    home.guards().ask(c.target(), ask);
  }

  private void queued(Target target, int attempt, int position) {
    tell(new SessionFact.LeaseWaiting(now(), attempt, position));
    var notice = new Notice.Queued(session, target.name(), position);
    inform(() -> home.settings().callbacks().onQueue().accept(notice));
  }

  /** A lease that was withdrawn on its way here goes back unused. */
  private void grant(int attempt, Lease lease) {
    if (asks.remove(attempt) == null) {
      settle(attempt, lease, new Settlement.Neutral());
      return;
    }
    leases.put(attempt, lease);
    tell(new SessionFact.LeaseGranted(now(), attempt));
  }

  private void settle(int attempt, Lease lease, Settlement settlement) {
    var target = target(attempt);
    home.guards().with(target, g -> lease.settle(settlement, now()));
    if (home.guards().opened(target)) {
      var notice = new Notice.CircuitOpen(session, target.name());
      inform(() -> home.settings().callbacks().onCircuitOpen().accept(notice));
    }
  }

  private void open(SessionCommand.OpenUpstream c) {
    var upstream = home.settings().upstream(c.target().upstream());
    var headers = new HashMap<String, String>();
    if (upstream.mayBeRelay()) {
      headers.put("x-holdfast-client", Holdfast.CLIENT);
      headers.put("idempotency-key", idempotencyKey);
    }
    if (!request.label().isEmpty() && (upstream.isRelay() || upstream.profile().sessionId())) {
      headers.put("x-session-id", request.label());
    }
    var call = new UpstreamExchange(c.attempt(), this::heard, mailbox, home.timing());
    exchange = call;
    call.open(home.http(), WireRequest.of(upstream, c.call(), headers));
  }

  private void heard(SessionFact fact) {
    if (fact instanceof SessionFact.UpstreamEnded || fact instanceof SessionFact.UpstreamFailed) {
      exchange = null;
    }
    if (fact instanceof SessionFact.HeadArrived head && head.status() == 200) {
      var named = head.headers().first("x-holdfast-session");
      if (!named.isEmpty()) {
        session = named;
      }
    }
    tell(fact);
  }

  private void finish(Outcome how) {
    disarm.run();
    var answer = log.answer(machine, session);
    outcome =
        switch (how) {
          case Outcome.Complete c -> cutShort(new StreamOutcome.Complete(answer));
          case Outcome.Failed f ->
              new StreamOutcome.Incomplete(f.failure(), f.retryable(), answer, cause);
        };
  }

  /** Whether the upstream is read no further, because the subscriber asks for nothing. */
  boolean isHeldUp() {
    var open = exchange;
    return open != null && open.isPaused();
  }

  /** For messages about a session that hangs. */
  @Override
  public String toString() {
    return session + ": " + machine + ", unread " + unread.size() + ", demand " + demand;
  }
}

package dev.holdfast.engine.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.DialectRequest.Mode;
import dev.holdfast.engine.dialect.Transcript;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.HeaderLookup;
import dev.holdfast.engine.guard.Settlement;
import dev.holdfast.engine.json.JsonValue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Drives one machine in virtual time. Upstream facts come by hand; the log, the leases and the
 * transcripts answer by themselves unless told not to. After every step the invariants of the
 * command family are checked; {@link Sessions} ends each harness, cancelling a session that still
 * runs.
 */
final class SessionHarness {
  private static final long STARTED = 1_000_000_000_000L;

  /** What became of one attempt's lease and connection. */
  private static final class Seen {
    boolean asked;
    boolean granted;
    boolean withdrawn;
    boolean refused;
    boolean reported;
    boolean opened;
    boolean closed;
    boolean paused;
    @Nullable Settlement settled;
  }

  private final SessionPlan plan;
  final FakeSurroundings surroundings;
  final SessionMachine machine;
  private final ArrayDeque<SessionFact> facts = new ArrayDeque<>();
  private final Map<Integer, Seen> seen = new HashMap<>();
  final List<SessionCommand> commands = new ArrayList<>();
  final List<SessionCommand.OpenUpstream> calls = new ArrayList<>();
  final List<SessionCommand.AcquireLease> leases = new ArrayList<>();
  final List<byte[]> log = new ArrayList<>();
  private final List<byte[]> answers = new ArrayList<>();

  private boolean grants = true;
  private boolean appends = true;
  private boolean loads = true;
  private boolean pumping;
  private boolean appendFailed;
  private long now = STARTED;
  private long appended;
  private long emitted;
  private long deadline;
  private long deadlineNanos = Long.MAX_VALUE;
  private @Nullable Outcome outcome;

  SessionHarness(SessionPlan plan, FakeSurroundings surroundings) {
    this.plan = plan;
    this.surroundings = surroundings;
    this.machine = new SessionMachine(plan, surroundings, 42);
  }

  // ---- how it answers by itself

  SessionHarness grantsByHand() {
    grants = false;
    return this;
  }

  SessionHarness appendsByHand() {
    appends = false;
    return this;
  }

  SessionHarness appendsByItself() {
    appends = true;
    if (appended < log.size()) {
      acknowledge(log.size());
    }
    return this;
  }

  SessionHarness loadsByHand() {
    loads = false;
    return this;
  }

  // ---- facts

  SessionHarness begin() {
    return tell(new SessionFact.Accepted(now));
  }

  /** A session of which the store holds these events already, one block each. */
  SessionHarness takeUp(int attempts, List<String> wrote, String... events) {
    for (var event : events) {
      log.add(event.getBytes(UTF_8));
    }
    appended = log.size();
    emitted = appended;
    return tell(
        new SessionFact.TakenUp(
            now,
            appended,
            transcript(),
            attempts,
            wrote,
            new Failure.Recorded("overloaded", 503, "it was too much")));
  }

  SessionHarness grant() {
    var lease = seen(lastLease());
    lease.granted = true;
    return tell(new SessionFact.LeaseGranted(now, lastLease()));
  }

  SessionHarness refuse(Failure failure) {
    seen(lastLease()).refused = true;
    return tell(new SessionFact.LeaseRefused(now, lastLease(), failure));
  }

  /** A 200 that begins an event stream. */
  SessionHarness head() {
    return head(200, "content-type", "text/event-stream");
  }

  SessionHarness head(int status, String... headers) {
    return tell(new SessionFact.HeadArrived(now, attempt(), status, headers(headers), 0));
  }

  static HeaderLookup headers(String... pairs) {
    var map = new HashMap<String, String>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i].toLowerCase(Locale.ROOT), pairs[i + 1]);
    }
    return name -> map.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  /** All of this in one read. */
  SessionHarness send(String wire) {
    return send(wire.getBytes(UTF_8));
  }

  SessionHarness send(byte[] wire) {
    return sendTo(attempt(), wire);
  }

  /** The array is overwritten afterwards: what the machine keeps of it, it must have copied. */
  SessionHarness sendTo(int attempt, byte[] wire) {
    byte[] read = new byte[wire.length + 20];
    Arrays.fill(read, (byte) '\n');
    System.arraycopy(wire, 0, read, 10, wire.length);
    tell(new SessionFact.BytesArrived(now, attempt, read, 10, 10 + wire.length));
    Arrays.fill(read, (byte) '#');
    return this;
  }

  /** Head and bytes of the attempt that is open. */
  SessionHarness answer(String wire) {
    return head().send(wire);
  }

  SessionHarness end() {
    return tell(new SessionFact.UpstreamEnded(now, attempt()));
  }

  SessionHarness reset() {
    return fail(new Failure.Broken(Failure.Broken.Kind.RESET, "the connection was reset"));
  }

  SessionHarness fail(Failure failure) {
    return tell(new SessionFact.UpstreamFailed(now, attempt(), failure));
  }

  /** A whole refusal. */
  SessionHarness refusal(int status, String body, String... headers) {
    head(status, headers);
    if (!body.isEmpty()) {
      send(body);
    }
    return end();
  }

  /** Notes a lease fact that a test makes itself. */
  SessionHarness allow(SessionFact fact) {
    if (fact instanceof SessionFact.LeaseGranted granted) {
      seen(granted.attempt()).granted = true;
    } else if (fact instanceof SessionFact.LeaseRefused refused) {
      seen(refused.attempt()).refused = true;
    } else if (fact instanceof SessionFact.Appended stored) {
      appended = stored.upTo();
    } else if (fact instanceof SessionFact.UpstreamFailed failed) {
      seen(failed.attempt()).closed = true;
    }
    return this;
  }

  SessionHarness cancel() {
    return tell(new SessionFact.CancelRequested(now, "the caller said so"));
  }

  SessionHarness acknowledge(long upTo) {
    appended = upTo;
    return tell(new SessionFact.Appended(now, upTo));
  }

  SessionHarness failAppend() {
    appendFailed = true;
    return tell(new SessionFact.AppendFailed(now, "the disk is full"));
  }

  SessionHarness load() {
    return tell(new SessionFact.TranscriptLoaded(now, lastLease(), transcript()));
  }

  // ---- time

  /** Lets time pass; deadlines on the way fire in time. */
  SessionHarness after(Duration span) {
    long until = now + span.toNanos();
    while (deadlineNanos <= until) {
      now = Math.max(now, deadlineNanos);
      fire();
    }
    now = until;
    return this;
  }

  SessionHarness afterSeconds(long seconds) {
    return after(Duration.ofSeconds(seconds));
  }

  /** The whole process stands still: deadlines fire only afterwards. */
  SessionHarness pauseOfTheProcess(Duration span) {
    now += span.toNanos();
    return this;
  }

  /** Fires the deadline that is overdue. */
  SessionHarness fireOverdue() {
    assertThat(deadlineNanos).as("a deadline is overdue").isLessThanOrEqualTo(now);
    fire();
    return this;
  }

  private void fire() {
    deadlineNanos = Long.MAX_VALUE;
    tell(new SessionFact.DeadlinePassed(now, deadline));
  }

  long nowNanos() {
    return now;
  }

  /** How long after the session's begin it is. */
  Duration elapsed() {
    return Duration.ofNanos(now - STARTED);
  }

  // ---- the pump

  SessionHarness tell(SessionFact fact) {
    facts.add(fact);
    if (pumping) {
      return this;
    }
    pumping = true;
    try {
      while (!facts.isEmpty()) {
        machine.accept(facts.remove());
        for (var command = machine.poll(); command != null; command = machine.poll()) {
          commands.add(command);
          obey(command);
        }
        check();
      }
    } finally {
      pumping = false;
    }
    return this;
  }

  private void obey(SessionCommand command) {
    assertThat(outcome).as("nothing follows Finish, got %s", command).isNull();
    switch (command) {
      case SessionCommand.AcquireLease c -> {
        assertThat(seen.containsKey(c.attempt())).as("attempts are not used twice").isFalse();
        seen(c.attempt()).asked = true;
        leases.add(c);
        if (grants) {
          seen(c.attempt()).granted = true;
          facts.add(new SessionFact.LeaseGranted(now, c.attempt()));
        }
      }
      case SessionCommand.WithdrawLease c -> {
        var lease = seen(c.attempt());
        assertThat(lease.asked && !lease.granted && !lease.refused).as("waits").isTrue();
        lease.withdrawn = true;
      }
      case SessionCommand.ReportProgress c -> {
        var lease = seen(c.attempt());
        assertThat(lease.granted && lease.settled == null).as("lease is held").isTrue();
        assertThat(lease.reported).as("progress is reported once").isFalse();
        lease.reported = true;
      }
      case SessionCommand.SettleLease c -> {
        var lease = seen(c.attempt());
        assertThat(lease.granted).as("settled what was granted").isTrue();
        assertThat(lease.settled).as("settled once").isNull();
        lease.settled = c.settlement();
      }
      case SessionCommand.OpenUpstream c -> {
        var lease = seen(c.attempt());
        assertThat(lease.granted && lease.settled == null).as("calls hold a lease").isTrue();
        assertThat(lease.opened).as("an attempt is one call").isFalse();
        assertThat(othersOpen(c.attempt())).as("one call at a time").isFalse();
        lease.opened = true;
        calls.add(c);
      }
      case SessionCommand.CloseUpstream c -> close(c.attempt());
      case SessionCommand.ReleaseUpstream c -> close(c.attempt());
      case SessionCommand.PauseReading c -> {
        assertThat(isOpen(c.attempt()) && !seen(c.attempt()).paused).as("reads").isTrue();
        seen(c.attempt()).paused = true;
      }
      case SessionCommand.ResumeReading c -> {
        assertThat(isOpen(c.attempt()) && seen(c.attempt()).paused).as("is paused").isTrue();
        seen(c.attempt()).paused = false;
      }
      case SessionCommand.Append c -> {
        assertThat(c.batch().first()).as("numbers go on").isEqualTo(log.size() + 1L);
        for (int i = 0; i < c.batch().count(); i++) {
          log.add(Arrays.copyOfRange(c.batch().array(i), c.batch().start(i), c.batch().end(i)));
        }
        assertThat(c.batch().last()).isEqualTo(log.size());
        if (appends) {
          appended = log.size();
          facts.add(new SessionFact.Appended(now, appended));
        }
      }
      case SessionCommand.Emit c -> {
        assertThat(c.upTo()).as("emitted only what is appended").isLessThanOrEqualTo(appended);
        assertThat(c.upTo()).as("never backwards").isGreaterThanOrEqualTo(emitted);
        emitted = c.upTo();
      }
      case SessionCommand.LoadTranscript c -> {
        assertThat(appended).as("read back only what is stored").isEqualTo(log.size());
        if (loads) {
          facts.add(new SessionFact.TranscriptLoaded(now, c.attempt(), transcript()));
        }
      }
      case SessionCommand.ArmDeadline c -> {
        assertThat(c.deadline()).as("ids are not used twice").isGreaterThan(deadline);
        deadline = c.deadline();
        deadlineNanos = c.atNanos();
      }
      case SessionCommand.Answer c -> answers.add(c.body());
      case SessionCommand.Finish c -> outcome = c.outcome();
    }
  }

  private void close(int attempt) {
    assertThat(isOpen(attempt)).as("closes what is open").isTrue();
    seen(attempt).closed = true;
  }

  private boolean isOpen(int attempt) {
    return seen(attempt).opened && !seen(attempt).closed;
  }

  private boolean othersOpen(int attempt) {
    return seen.entrySet().stream()
        .anyMatch(
            e -> e.getKey() != attempt && e.getValue().opened && e.getValue().settled == null);
  }

  private Transcript transcript() {
    var builder = plan.request().transcript();
    for (var event : log.subList(0, (int) appended)) {
      builder.add(event, 0, event.length);
    }
    return builder.build();
  }

  // ---- invariants

  private void check() {
    long done = events().stream().filter(e -> e.startsWith("data: [DONE]")).count();
    assertThat(done).as("one terminator at most").isLessThanOrEqualTo(1);
    if (done == 1) {
      assertThat(events().getLast())
          .as("nothing follows the terminator")
          .startsWith("data: [DONE]");
    }
    for (var event : log) {
      var lines = new String(event, UTF_8).replace("\r\n", "\n").replace('\r', '\n');
      assertThat(lines).as("whole blocks").endsWith("\n\n").contains("data:");
    }
    assertThat(answers).as("one body at most").hasSizeLessThanOrEqualTo(1);
    if (outcome == null) {
      assertThat(machine.done()).isFalse();
      return;
    }
    assertThat(machine.done()).isTrue();
    seen.forEach((attempt, lease) -> {
      assertThat(lease.granted == (lease.settled != null))
          .as("lease of attempt %s is settled exactly if it was granted", attempt)
          .isTrue();
      assertThat(lease.granted || lease.refused || lease.withdrawn)
          .as("ask of attempt %s is answered or withdrawn", attempt)
          .isTrue();
    });
    switch (outcome) {
      case Outcome.Complete complete -> {
        assertThat(appendFailed).as("what is not stored is not complete").isFalse();
        if (plan.request().mode() == Mode.STREAMED) {
          assertThat(done).as("a complete stream has its terminator").isEqualTo(1);
        } else {
          assertThat(answers).as("a complete answer has its body").hasSize(1);
        }
      }
      case Outcome.Failed failed -> {
        assertThat(answers).as("a failed answer has no body").isEmpty();
        assertThat(appendFailed || done == 0).as("half an answer has no terminator").isTrue();
      }
    }
    if (!appendFailed) {
      assertThat(emitted).as("all that was committed is shown").isEqualTo(log.size());
    }
  }

  /** Ends the session if it still runs; it must then end at once and tidily. */
  void close() {
    if (outcome == null && !appendFailed) {
      appendsByItself();
    }
    if (outcome == null) {
      cancel();
      assertThat(outcome).as("a cancelled session ends at once").isNotNull();
    }
    int before = commands.size();
    for (int attempt : List.copyOf(seen.keySet())) {
      tell(new SessionFact.UpstreamEnded(now, attempt));
    }
    tell(new SessionFact.DeadlinePassed(now, deadline));
    assertThat(commands).as("facts after the end are void").hasSize(before);
  }

  // ---- readings

  private Seen seen(int attempt) {
    return seen.computeIfAbsent(attempt, n -> new Seen());
  }

  /** The attempt whose call went out last. */
  int attempt() {
    return calls.isEmpty() ? 1 : calls.getLast().attempt();
  }

  private int lastLease() {
    return leases.getLast().attempt();
  }

  Settlement settlement(int attempt) {
    return Objects.requireNonNull(seen(attempt).settled);
  }

  boolean paused() {
    return seen(attempt()).paused;
  }

  /** The body of the n-th call, from 1. */
  JsonValue call(int n) {
    return JsonValue.parse(calls.get(n - 1).call().body()).orElseThrow();
  }

  /** The path of the n-th call. */
  String path(int n) {
    return calls.get(n - 1).call().path();
  }

  /** The content of the last message of the n-th call. */
  String handedBack(int n) {
    var messages = call(n).at("messages");
    return messages instanceof JsonValue.Arr list
        ? list.items().getLast().at("content").text()
        : "";
  }

  List<String> targets() {
    return calls.stream().map(c -> c.target().upstream()).toList();
  }

  List<String> events() {
    return log.stream().map(e -> new String(e, UTF_8)).toList();
  }

  String wire() {
    return events().stream().collect(Collectors.joining());
  }

  /** The text that a reader has. */
  String text() {
    return plan.request().mode() == Mode.STREAMED && appended == log.size()
        ? transcript().text()
        : "";
  }

  String reasoning() {
    return transcript().reasoning();
  }

  JsonValue answerBody() {
    return JsonValue.parse(answers.getFirst()).orElseThrow();
  }

  boolean running() {
    return outcome == null;
  }

  SessionHarness complete() {
    assertThat(outcome).as(machine::toString).isInstanceOf(Outcome.Complete.class);
    return this;
  }

  /** The session failed with this word. */
  Failure failed(String why) {
    assertThat(outcome).as(machine::toString).isInstanceOf(Outcome.Failed.class);
    var failure = ((Outcome.Failed) Objects.requireNonNull(outcome)).failure();
    assertThat(failure.why()).as(failure.message()).isEqualTo(why);
    return failure;
  }

  boolean retryable() {
    return ((Outcome.Failed) Objects.requireNonNull(outcome)).retryable();
  }

  /** How many attempts were called so far. */
  SessionHarness called(int times) {
    assertThat(calls).as(machine::toString).hasSize(times);
    return this;
  }
}

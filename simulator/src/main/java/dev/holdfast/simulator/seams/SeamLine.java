package dev.holdfast.simulator.seams;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.SessionCommand;
import dev.holdfast.engine.session.SessionFact;
import dev.holdfast.engine.session.SessionMachine;
import dev.holdfast.engine.session.SessionPlan;
import dev.holdfast.engine.session.Surroundings;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Dice;
import dev.holdfast.simulator.provider.ProviderCall;
import dev.holdfast.simulator.provider.ProviderConfig;
import dev.holdfast.simulator.provider.ProviderScript;
import dev.holdfast.simulator.provider.Step;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A session between a machine and a provider, with nothing else around: every lease is granted,
 * every event is stored at once, and time jumps to the next deadline when nobody has anything to
 * say. It reads the committed events by itself, so that what it says of them does not come from the
 * engine.
 */
final class SeamLine {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Instant WALL = Instant.parse("2026-01-01T00:00:00Z");
  private static final int TURNS_MAX = 200_000;
  private static final int BROUGHT_CHARS = 160;
  private static final String DATA = "data: ";

  private final ProviderScript provider;
  private final FaultPlan faults;
  private final String said;
  private final int readBytes;
  private final ArrayDeque<SessionFact> facts = new ArrayDeque<>();
  private final List<byte[]> log = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final List<Integer> joints = new ArrayList<>();
  private final List<String> finishes = new ArrayList<>();
  private final List<byte[]> brought = new ArrayList<>();
  private final TargetKnowledge knowledge = new TargetKnowledge();
  private int calls;
  private long now;
  private int open;
  private @Nullable SessionFact deadline;
  private @Nullable Outcome outcome;

  /**
   * A line to a provider.
   *
   * @param faults of its calls for the answer, in order; a known-answer question has none
   * @param said what every call for the answer holds
   * @param dice draw into what pieces its bytes are read
   */
  SeamLine(ProviderConfig config, FaultPlan faults, String said, Dice dice) {
    this.provider = new ProviderScript(config);
    this.faults = faults;
    this.said = said;
    this.readBytes = dice.below(3) == 0 ? dice.between(64, 4000) : 0;
  }

  /** Runs the session to its end. */
  Outcome drive(SessionPlan plan, long seed) {
    var machine = new SessionMachine(plan, new Alone(), seed);
    facts.add(new SessionFact.Accepted(now));
    for (int turn = 0; turn < TURNS_MAX && outcome == null; turn++) {
      SessionFact fact = facts.poll();
      if (fact == null) {
        fact = deadline;
        deadline = null;
        if (fact == null) {
          throw new IllegalStateException("expected a deadline, but the session waits: " + machine);
        }
      }
      if (fact instanceof SessionFact.BytesArrived bytes && bytes.attempt() != open) {
        continue;
      }
      now = Math.max(now, fact.atNanos());
      machine.accept(at(fact));
      for (var command = machine.poll(); command != null; command = machine.poll()) {
        act(command, plan);
      }
    }
    if (outcome == null) {
      throw new IllegalStateException("expected an end, got " + machine);
    }
    return outcome;
  }

  /** The text of what was committed. */
  String text() {
    return text.toString();
  }

  /** Where in the text a call went out to go on with it, ascending. */
  List<Integer> joints() {
    return joints;
  }

  /** The finish reasons that were committed. */
  List<String> finishes() {
    return finishes;
  }

  /** How the calls after the first text began. */
  List<String> brought() {
    return brought.stream().map(SeamLine::said).toList();
  }

  /** Facts are queued before their time is known. */
  private SessionFact at(SessionFact fact) {
    return switch (fact) {
      case SessionFact.HeadArrived f ->
          new SessionFact.HeadArrived(now, f.attempt(), f.status(), f.headers(), f.wallMillis());
      case SessionFact.BytesArrived f ->
          new SessionFact.BytesArrived(now, f.attempt(), f.bytes(), f.from(), f.to());
      case SessionFact.UpstreamEnded f -> new SessionFact.UpstreamEnded(now, f.attempt());
      case SessionFact.UpstreamFailed f ->
          new SessionFact.UpstreamFailed(now, f.attempt(), f.failure());
      case SessionFact.LeaseGranted f -> new SessionFact.LeaseGranted(now, f.attempt());
      case SessionFact.TranscriptLoaded f ->
          new SessionFact.TranscriptLoaded(now, f.attempt(), f.transcript());
      case SessionFact.Appended f -> new SessionFact.Appended(now, f.upTo());
      default -> fact;
    };
  }

  private void act(SessionCommand command, SessionPlan plan) {
    switch (command) {
      case SessionCommand.AcquireLease c -> facts.add(new SessionFact.LeaseGranted(0, c.attempt()));
      case SessionCommand.OpenUpstream c -> open(c);
      case SessionCommand.CloseUpstream c -> open = 0;
      case SessionCommand.ReleaseUpstream c -> open = 0;
      case SessionCommand.Append c -> {
        for (int i = 0; i < c.batch().count(); i++) {
          byte[] event =
              Arrays.copyOfRange(c.batch().array(i), c.batch().start(i), c.batch().end(i));
          log.add(event);
          read(event);
        }
        // Before what the upstream still brings, as a store in memory answers.
        facts.addFirst(new SessionFact.Appended(0, c.batch().last()));
      }
      case SessionCommand.LoadTranscript c -> {
        var builder = plan.request().transcript();
        log.forEach(event -> builder.add(event, 0, event.length));
        facts.add(new SessionFact.TranscriptLoaded(0, c.attempt(), builder.build()));
      }
      case SessionCommand.ArmDeadline c ->
          deadline = new SessionFact.DeadlinePassed(c.atNanos(), c.deadline());
      case SessionCommand.Finish c -> outcome = c.outcome();
      case SessionCommand.WithdrawLease c -> {}
      case SessionCommand.ReportProgress c -> {}
      case SessionCommand.SettleLease c -> {}
      case SessionCommand.PauseReading c -> {}
      case SessionCommand.ResumeReading c -> {}
      case SessionCommand.Emit c -> {}
      case SessionCommand.Answer c -> {}
    }
  }

  private void open(SessionCommand.OpenUpstream c) {
    open = c.attempt();
    boolean ours = new String(c.call().body(), StandardCharsets.UTF_8).contains(said);
    calls += ours ? 1 : 0;
    var script =
        provider.steps(
            new ProviderCall(
                "POST",
                c.call().path(),
                Map.of(),
                c.call().body(),
                ours ? faults.entry(calls) : FaultPlan.HEALTHY.entry(1),
                calls,
                WALL));
    boolean goesOn = ours && !text.isEmpty();
    if (goesOn) {
      joints.add(text.length());
    }
    var body = new ByteArrayOutputStream();
    for (Step step : script) {
      switch (step) {
        case Step.Head s ->
            facts.add(
                new SessionFact.HeadArrived(
                    0, c.attempt(), s.status(), s::header, WALL.toEpochMilli()));
        case Step.Send s -> {
          if (readBytes == 0) {
            bytes(c.attempt(), s.bytes(), 0, s.bytes().length);
          }
          body.writeBytes(s.bytes());
        }
        case Step.Wait s -> {}
        case Step.Hang s -> {
          pieces(c.attempt(), body);
          keep(goesOn, body);
          return;
        }
        case Step.End s -> {
          pieces(c.attempt(), body);
          facts.add(new SessionFact.UpstreamEnded(0, c.attempt()));
        }
        case Step.Refuse s -> fail(c.attempt(), body);
        case Step.Reset s -> fail(c.attempt(), body);
        case Step.Cut s -> {
          pieces(c.attempt(), body);
          facts.add(new SessionFact.UpstreamEnded(0, c.attempt()));
        }
      }
    }
    keep(goesOn, body);
  }

  private void keep(boolean goesOn, ByteArrayOutputStream body) {
    if (goesOn) {
      brought.add(body.toByteArray());
    }
  }

  private void fail(int attempt, ByteArrayOutputStream body) {
    pieces(attempt, body);
    facts.add(
        new SessionFact.UpstreamFailed(
            0, attempt, new Failure.Broken(Failure.Broken.Kind.RESET, "connection reset")));
  }

  private void pieces(int attempt, ByteArrayOutputStream body) {
    byte[] whole = body.toByteArray();
    for (int at = 0; readBytes > 0 && at < whole.length; at += readBytes) {
      bytes(attempt, whole, at, Math.min(whole.length, at + readBytes));
    }
  }

  private void bytes(int attempt, byte[] bytes, int from, int to) {
    facts.add(new SessionFact.BytesArrived(0, attempt, bytes, from, to));
  }

  private void read(byte[] event) {
    String block = new String(event, StandardCharsets.UTF_8).strip();
    if (!block.startsWith(DATA) || block.equals(DATA + "[DONE]")) {
      return;
    }
    text.append(member(block, "\"content\":\""));
    String reason = member(block, "\"finish_reason\":\"");
    if (!reason.isEmpty()) {
      finishes.add(reason);
    }
  }

  /**
   * A member's text, or nothing. A name with its quotation marks can't stand inside a JSON string,
   * so no parser is needed for what is read millions of times.
   */
  private static String member(String json, String name) {
    int at = json.indexOf(name);
    if (at < 0) {
      return "";
    }
    int from = at + name.length();
    int to = from;
    while (json.charAt(to) != '"') {
      to += json.charAt(to) == '\\' ? 2 : 1;
    }
    String raw = json.substring(from, to);
    return raw.indexOf('\\') < 0 ? raw : MAPPER.readTree('"' + raw + '"').asString();
  }

  /** The beginning of what a body says, for a person. */
  private static String said(byte[] body) {
    var said = new StringBuilder();
    for (String line : new String(body, StandardCharsets.UTF_8).split("\n\n")) {
      if (said.length() <= BROUGHT_CHARS && line.startsWith(DATA + "{") && line.endsWith("}")) {
        said.append(member(line, "\"content\":\""));
      }
    }
    return said.substring(0, Math.min(said.length(), BROUGHT_CHARS));
  }

  /** Nobody else has a session. */
  private final class Alone implements Surroundings {
    @Override
    public boolean broke(Target target, long nowNanos) {
      return false;
    }

    @Override
    public boolean massBreak(Target target, long nowNanos) {
      return false;
    }

    @Override
    public TargetKnowledge knowledge(Target target) {
      return knowledge;
    }

    @Override
    public void keyRejected(Target target, long nowNanos) {}

    @Override
    public void keyAccepted(Target target) {}

    @Override
    public boolean skipped(Target target, long nowNanos) {
      return false;
    }
  }
}

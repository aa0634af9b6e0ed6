package dev.holdfast.relay.config;

import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.retry.RetryPolicy.Jitter;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.relay.config.KnownKeys.Group;
import dev.holdfast.relay.config.Node.Mapping;
import dev.holdfast.relay.config.Node.Scalar;
import java.time.Duration;
import java.util.Optional;

/**
 * Reads what stands both in the file and in a route: retry, clocks, seams, probe; and the breaker.
 */
final class PolicyParser {
  private static final Form<BreakerSettings> BREAKER =
      new Form<>(
          "on, off, seed-breaker or a map of numbers",
          text ->
              switch (text) {
                case "on", "true", "yes" -> Optional.of(BreakerSettings.DEFAULTS);
                case "off", "false", "no" -> Optional.of(BreakerSettings.OFF);
                case "seed-breaker" -> Optional.of(BreakerSettings.SEED);
                default -> Optional.empty();
              });
  private static final Form<BreakerSettings> BREAKER_PRESET =
      new Form<>(
          "seed-breaker",
          text ->
              text.equals("seed-breaker")
                  ? Optional.of(BreakerSettings.SEED)
                  : Optional.<BreakerSettings>empty());

  private static final Form<AnchorTemplate> ANCHOR_PRESET =
      new Form<>(
          "one of default, seed-session",
          text ->
              switch (text) {
                case "default" -> Optional.of(AnchorTemplate.DEFAULT);
                case "seed-session" -> Optional.of(AnchorTemplate.SEED);
                default -> Optional.empty();
              });
  private static final Form<String> NOTE =
      new Form<>(
          "a text that holds {anchor} once",
          text -> Optional.of(text).filter(AnchorTemplate::isNote));

  private static final int ATTEMPTS_MAX = 100;
  private static final int COUNT_MAX = 1_000_000;
  private static final int INPUT_TOKENS_MAX = 100_000_000;

  private final Problems problems;

  PolicyParser(Problems problems) {
    this.problems = problems;
  }

  /** The fields of a map under a key; empty if it is not written or, with a problem, no map. */
  Optional<Fields> group(Fields parent, String key, Group group) {
    Optional<Node> node = parent.node(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (node.get() instanceof Mapping mapping) {
      return Optional.of(new Fields(problems, group, parent.path(key), mapping));
    }
    parent.problem(key, "expected a map, got " + node.get().kind());
    return Optional.empty();
  }

  Seams seams(Fields parent, Seams fallback) {
    return parent.value("seams", fallback, Form.oneOf(Seams.class));
  }

  Probe probe(Fields parent, Probe fallback) {
    return parent.value("probe", fallback, Form.oneOf(Probe.class));
  }

  RetryPolicy retry(Fields parent, RetryPolicy fallback) {
    Optional<Node> node = parent.node("retry");
    if (node.isPresent() && node.get() instanceof Scalar) {
      return parent.value("retry", fallback, RetryPresets.FORM);
    }
    return group(parent, "retry", Group.RETRY).map(f -> retryFields(f, fallback)).orElse(fallback);
  }

  private static RetryPolicy retryFields(Fields fields, RetryPolicy fallback) {
    RetryPolicy start = fields.value("preset", fallback, RetryPresets.FORM);
    int attempts =
        fields.value("attempts", start.attemptsWithoutProgressMax(), Form.count(1, ATTEMPTS_MAX));
    int inAll =
        fields.value(
            "attempts-in-all",
            Math.max(attempts, start.attemptsMax()),
            Form.count(1, ATTEMPTS_MAX));
    Duration base = fields.value("base", start.base(), Form.TIME_OR_ZERO);
    Duration cap = fields.value("cap", start.cap(), Form.TIME_OR_ZERO);
    Jitter jitter = fields.value("jitter", start.jitter(), Form.oneOf(Jitter.class));
    Duration before =
        fields.value("wait-before-content", start.waitBeforeContentMax(), Form.TIME_OR_ZERO);
    Duration after =
        fields.value("wait-after-content", start.waitAfterContentMax(), Form.TIME_OR_ZERO);
    Duration withoutHint = fields.value("wait-without-hint", start.unhintedRateLimit(), Form.TIME);
    Duration spread = fields.value("spread", start.spread(), Form.TIME_OR_ZERO);
    int floor =
        fields.value(
            "input-tokens-floor",
            Math.toIntExact(start.inputTokensFloor()),
            Form.count(0, INPUT_TOKENS_MAX));
    int factor = fields.value("input-spend-factor", start.inputSpendFactor(), Form.count(1, 100));
    fields.close();
    boolean bad = false;
    if (inAll < attempts) {
      fields.problem(
          "attempts-in-all", "expected at least attempts (" + attempts + "), got " + inAll);
      bad = true;
    }
    if (cap.compareTo(base) < 0) {
      fields.problem(
          "cap", "expected at least base (" + Units.print(base) + "), got " + Units.print(cap));
      bad = true;
    }
    return bad
        ? fallback
        : new RetryPolicy(
                attempts,
                inAll,
                base,
                cap,
                jitter,
                before,
                after,
                withoutHint,
                spread,
                floor,
                factor)
            .withResetWait(start.resetWaitMin(), start.resetWaitMax());
  }

  AnchorTemplate anchor(Fields parent, AnchorTemplate fallback) {
    Optional<Node> node = parent.node("anchor");
    if (node.isPresent() && node.get() instanceof Scalar) {
      return parent.value("anchor", fallback, ANCHOR_PRESET);
    }
    return group(parent, "anchor", Group.ANCHOR)
        .map(f -> anchorFields(f, fallback))
        .orElse(fallback);
  }

  private static AnchorTemplate anchorFields(Fields fields, AnchorTemplate fallback) {
    AnchorTemplate start = fields.value("preset", fallback, ANCHOR_PRESET);
    String note = fields.value("note", start.first(), NOTE);
    boolean own = !note.equals(start.first());
    String second = fields.value("second-note", own ? note : start.second(), NOTE);
    AnchorTemplate.Role role =
        fields.value("role", start.role(), Form.oneOf(AnchorTemplate.Role.class));
    AnchorTemplate.Quotes quotes =
        fields.value("quotes", start.quotes(), Form.oneOf(AnchorTemplate.Quotes.class));
    fields.close();
    return new AnchorTemplate(role, note, second, quotes);
  }

  Clocks clocks(Fields parent, Clocks fallback) {
    return group(parent, "clocks", Group.CLOCKS)
        .map(fields -> clocksFields(fields, fallback))
        .orElse(fallback);
  }

  private static Clocks clocksFields(Fields fields, Clocks start) {
    Duration connect = fields.value("connect", start.connect(), Form.TIME);
    Duration first = fields.value("first-progress", start.firstProgress(), Form.TIME);
    Duration idle = fields.value("idle-progress", start.idleProgress(), Form.TIME);
    // Who waits longer for everyone does not mean to wait less for those that think.
    Duration firstReasoning =
        fields.value(
            "first-progress-reasoning", longer(first, start.firstProgressReasoning()), Form.TIME);
    Duration idleQuiet =
        fields.value("idle-progress-quiet", longer(idle, start.idleProgressQuiet()), Form.TIME);
    var clocks =
        new Clocks(
            connect,
            first,
            firstReasoning,
            idle,
            idleQuiet,
            fields.value("liveness", start.liveness(), Form.TIME),
            fields.value("recovery", start.recovery(), Form.TIME),
            fields.value("answer", start.answer(), Form.TIME),
            fields.value("finish-grace", start.finishGrace(), Form.TIME_OR_ZERO),
            start.commitAfter(),
            fields.value("queue", start.queue(), Form.TIME));
    fields.close();
    return clocks;
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? b : a;
  }

  SessionLimits sessions(Fields parent) {
    var start = SessionLimits.DEFAULTS;
    var group = group(parent, "sessions", Group.SESSIONS);
    if (group.isEmpty()) {
      return start;
    }
    Fields fields = group.get();
    var limits =
        new SessionLimits(
            fields.value("stuck-after", start.stuckAfter(), Form.TIME),
            fields.value("gone-after", start.goneAfter(), Form.TIME_OR_ZERO),
            fields.value("orphan-after", start.orphanAfter(), Form.TIME_OR_ZERO),
            fields.value("orphans", start.orphansMax(), Form.count(0, COUNT_MAX)),
            fields.value("readers", start.readersMax(), Form.count(1, COUNT_MAX)),
            fields.value("owner-readers", start.ownerReadersMax(), Form.count(1, COUNT_MAX)),
            fields.value("pin", start.pin(), Form.TIME_OR_ZERO),
            fields.value("bytes-max", start.bytesMax(), Form.size(1L << 10, 1L << 40)));
    fields.close();
    return limits;
  }

  BreakerSettings breaker(Fields parent) {
    Optional<Node> node = parent.node("breaker");
    if (node.isPresent() && node.get() instanceof Scalar) {
      return parent.value("breaker", BreakerSettings.DEFAULTS, BREAKER);
    }
    return group(parent, "breaker", Group.BREAKER)
        .map(PolicyParser::breakerFields)
        .orElse(BreakerSettings.DEFAULTS);
  }

  private static BreakerSettings breakerFields(Fields fields) {
    BreakerSettings start = fields.value("preset", BreakerSettings.DEFAULTS, BREAKER_PRESET);
    int inRow = fields.value("failures-in-row", start.failuresInRow(), Form.count(1, 1_000));
    int rate = fields.value("rate", start.ratePercent(), Form.percent());
    int resultsMin = fields.value("results-min", start.resultsMin(), Form.count(1, 100_000));
    Duration window = fields.value("window", start.window(), Form.TIME);
    Duration open = fields.value("open", start.open(), Form.TIME);
    Duration openMax = fields.value("open-max", longer(open, start.openMax()), Form.TIME);
    int successes = fields.value("successes", start.successesToClose(), Form.count(1, 1_000));
    fields.close();
    if (openMax.compareTo(open) < 0) {
      fields.problem(
          "open-max",
          "expected at least open (" + Units.print(open) + "), got " + Units.print(openMax));
      return start;
    }
    return new BreakerSettings(true, inRow, rate, resultsMin, window, open, openMax, successes);
  }
}

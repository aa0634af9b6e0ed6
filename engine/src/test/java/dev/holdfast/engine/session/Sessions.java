package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.chat.ChatDialect;
import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.retry.RetryPolicy.Jitter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Makes the harnesses of a test and ends each after it, so that no test can leave a session whose
 * invariants were not checked to its end.
 */
final class Sessions implements AfterEachCallback {
  /** A caller's plain streaming request. */
  static final String STREAM =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true}";

  private final List<SessionHarness> made = new ArrayList<>();

  @Override
  public void afterEach(ExtensionContext context) {
    boolean passed = context.getExecutionException().isEmpty();
    for (var harness : made) {
      if (passed) {
        harness.close();
      }
    }
    made.clear();
  }

  /** A session that streams from one target with proven prefill, begun. */
  SessionHarness streaming() {
    return plan().begin();
  }

  Setup plan() {
    return new Setup();
  }

  /** What a session begins with. Waits are the exponential ones, without jitter. */
  final class Setup {
    private String body = STREAM;
    private List<Target> targets = List.of(TargetSpec.at("a").build());
    private RetryPolicy retry =
        RetryPolicy.DEFAULTS.withBackoff(
            Duration.ofSeconds(1), Duration.ofSeconds(10), Jitter.NONE);
    private Clocks clocks = Clocks.DEFAULTS;
    private boolean lenient;
    private boolean probe;
    private Duration callerTimeout = Duration.ZERO;
    private int blockBytesMax = SessionPlan.BLOCK_BYTES_MAX;
    private AnchorTemplate anchor = AnchorTemplate.DEFAULT;
    private FakeSurroundings surroundings = new FakeSurroundings();

    /** The caller's request. */
    Setup request(String json) {
      body = json;
      return this;
    }

    /** The usual request with these members more. */
    Setup with(String members) {
      return request(STREAM.substring(0, STREAM.length() - 1) + "," + members + "}");
    }

    Setup targets(TargetSpec... specs) {
      targets = List.of(specs).stream().map(TargetSpec::build).toList();
      return this;
    }

    Setup retry(RetryPolicy policy) {
      retry = policy;
      return this;
    }

    RetryPolicy retry() {
      return retry;
    }

    Setup clocks(Clocks value) {
      clocks = value;
      return this;
    }

    Setup lenient() {
      lenient = true;
      return this;
    }

    Setup probing() {
      probe = true;
      return this;
    }

    Setup callerTimeout(Duration value) {
      callerTimeout = value;
      return this;
    }

    Setup blockBytesMax(int value) {
      blockBytesMax = value;
      return this;
    }

    Setup anchor(AnchorTemplate template) {
      anchor = template;
      return this;
    }

    Setup among(FakeSurroundings others) {
      surroundings = others;
      return this;
    }

    /** A harness whose session has not begun. */
    SessionHarness build() {
      var plan = SessionPlan.of(read(body), targets, retry, clocks).withSeams(lenient, probe);
      if (!callerTimeout.isZero()) {
        plan = plan.withCallerTimeout(callerTimeout);
      }
      plan =
          new SessionPlan(
              plan.request(),
              plan.targets(),
              plan.retry(),
              plan.clocks(),
              plan.lenient(),
              plan.probeOnBreak(),
              anchor,
              plan.callerTimeout(),
              blockBytesMax,
              plan.unacknowledgedBytesMax());
      var harness = new SessionHarness(plan, surroundings);
      made.add(harness);
      return harness;
    }

    SessionHarness begin() {
      return build().begin();
    }
  }

  static DialectRequest read(String json) {
    return switch (ChatDialect.INSTANCE.read(json.getBytes(StandardCharsets.UTF_8))) {
      case Dialect.Reading.Read read -> read.request();
      case Dialect.Reading.Unreadable no -> throw new AssertionError(no.message());
    };
  }
}

package dev.holdfast.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.dialect.Profiles;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;
import dev.holdfast.engine.dialect.chat.ChatDialect;
import dev.holdfast.engine.failure.HeaderLookup;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.engine.session.SessionCommand;
import dev.holdfast.engine.session.SessionFact;
import dev.holdfast.engine.session.SessionMachine;
import dev.holdfast.engine.session.SessionPlan;
import dev.holdfast.engine.session.Surroundings;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A token through the whole machine, with a store that answers at once and keeps nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MachineBenchmark {
  /** 305 bytes of data. */
  private static final String EVENT =
      """
      data: {"id":"chatcmpl-BxRz3vMhkT9wXjQnYc2","object":"chat.completion.chunk",\
      "created":1764028800,"model":"gpt-4.1-2025-04-14","service_tier":"default",\
      "system_fingerprint":"fp_a1b2c3d4e5","choices":[{"index":0,"delta":{"content":" token"},\
      "logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"Xk2"}

      """;

  private static final byte[] REQUEST =
      "{\"model\":\"m\",\"messages\":[],\"stream\":true}".getBytes(US_ASCII);

  private static final HeaderLookup HEADERS =
      name -> name.equals("content-type") ? "text/event-stream" : "";

  private byte[] one = {};
  private byte[] sixteen = {};
  private SessionMachine machine = machine();
  private long now;
  private long last;

  /** A session that streams. */
  @Setup
  public void setUp() {
    one = EVENT.getBytes(US_ASCII);
    sixteen = EVENT.repeat(16).getBytes(US_ASCII);
    machine = machine();
    tell(new SessionFact.Accepted(now));
    tell(new SessionFact.LeaseGranted(now, 1));
    tell(new SessionFact.HeadArrived(now, 1, 200, HEADERS, 0));
  }

  /** A read of one event. */
  @Benchmark
  public long one() {
    now++;
    tell(new SessionFact.BytesArrived(now, 1, one, 0, one.length));
    return last;
  }

  /** A read of sixteen events; figures are for each. */
  @Benchmark
  @OperationsPerInvocation(16)
  public long sixteen() {
    now++;
    tell(new SessionFact.BytesArrived(now, 1, sixteen, 0, sixteen.length));
    return last;
  }

  private void tell(SessionFact fact) {
    machine.accept(fact);
    long appended = drain();
    if (appended > 0) {
      last = appended;
      machine.accept(new SessionFact.Appended(now, appended));
      drain();
    }
  }

  private long drain() {
    long appended = 0;
    for (var command = machine.poll(); command != null; command = machine.poll()) {
      if (command instanceof SessionCommand.Append append) {
        appended = append.batch().last();
      }
    }
    return appended;
  }

  private static SessionMachine machine() {
    var reading = ChatDialect.INSTANCE.read(REQUEST);
    if (!(reading instanceof Dialect.Reading.Read read)) {
      throw new IllegalStateException("expected a request, got " + reading);
    }
    var profile = Profiles.find(Profiles.UNKNOWN).orElseThrow();
    var target = new Target("u", "m", profile, true, true);
    var plan =
        SessionPlan.of(read.request(), List.of(target), RetryPolicy.DEFAULTS, Clocks.DEFAULTS);
    return new SessionMachine(plan, new Alone(), 1);
  }

  /** No other sessions. */
  private static final class Alone implements Surroundings {
    private final TargetKnowledge knowledge = new TargetKnowledge();

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

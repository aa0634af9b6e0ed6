package dev.holdfast.engine.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.holdfast.engine.failure.HeaderLookup;
import dev.holdfast.engine.retry.RetryPolicy;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The budget of the path of a token: what the whole machine leaves for the collector, facts and
 * commands included.
 */
class MachineAllocationTest {
  private static final int BYTES_MAX = 200;
  private static final int READS = 20_000;

  /** 305 bytes of data, as OpenAI sends them with obfuscation and {@code usage:null}. */
  private static final String CHUNK =
      "data: {\"id\":\"chatcmpl-BxRz3vMhkT9wXjQnYc2\","
          + "\"object\":\"chat.completion.chunk\",\"created\":1764028800,"
          + "\"model\":\"gpt-4.1-2025-04-14\",\"service_tier\":\"default\","
          + "\"system_fingerprint\":\"fp_a1b2c3d4e5\",\"choices\":[{\"index\":0,\"delta\":"
          + "{\"content\":\" token\"},\"logprobs\":null,\"finish_reason\":null}],"
          + "\"usage\":null,\"obfuscation\":\"Xk2\"}\n\n";

  private static final HeaderLookup HEADERS =
      name -> name.equals("content-type") ? "text/event-stream; charset=utf-8" : "";

  @ParameterizedTest
  @ValueSource(ints = {1, 16})
  void token_inSoManyEventsARead_allocatesLittle(int events) {
    assumeTrue(
        ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean
            && bean.isThreadAllocatedMemorySupported());
    var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var machine = open();
    byte[] read = CHUNK.repeat(events).getBytes(UTF_8);
    assertThat(CHUNK.length() - "data: \n\n".length()).isEqualTo(305);
    run(machine, read, 2);

    long before = bean.getCurrentThreadAllocatedBytes();
    run(machine, read, 2 + READS);
    long spent = bean.getCurrentThreadAllocatedBytes() - before;

    long perToken = spent / ((long) READS * events);
    System.out.println("whole machine, " + events + " events a read: " + perToken + " B a token");
    assertThat(perToken).isLessThanOrEqualTo(BYTES_MAX);
  }

  private static SessionMachine open() {
    var plan =
        SessionPlan.of(
            Sessions.read(Sessions.STREAM),
            List.of(TargetSpec.at("a").keepAlives().build()),
            RetryPolicy.DEFAULTS,
            Clocks.DEFAULTS);
    var machine = new SessionMachine(plan, new FakeSurroundings(), 1);
    machine.accept(new SessionFact.Accepted(1));
    drain(machine, 1);
    machine.accept(new SessionFact.LeaseGranted(1, 1));
    drain(machine, 1);
    machine.accept(new SessionFact.HeadArrived(1, 1, 200, HEADERS, 0));
    drain(machine, 1);
    return machine;
  }

  /** A driver over a store that answers at once; it keeps nothing. */
  private static void run(SessionMachine machine, byte[] read, int from) {
    for (int i = from; i < from + READS; i++) {
      machine.accept(new SessionFact.BytesArrived(i, 1, read, 0, read.length));
      drain(machine, i);
    }
  }

  private static void drain(SessionMachine machine, long now) {
    long appended = 0;
    while (true) {
      var command = machine.poll();
      if (command instanceof SessionCommand.Append append) {
        appended = append.batch().last();
      } else if (command == null && appended == 0) {
        return;
      } else if (command == null) {
        machine.accept(new SessionFact.Appended(now, appended));
        appended = 0;
      }
    }
  }
}

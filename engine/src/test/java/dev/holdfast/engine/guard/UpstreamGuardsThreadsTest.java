package dev.holdfast.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.guard.Ask.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several threads at once: limits hold, each ask is answered once, and in order. */
class UpstreamGuardsThreadsTest {
  private static final int THREADS = 4;
  private static final int ASKS = 20_000;
  private static final int CONCURRENCY = 3;

  private final AtomicLong clock = new AtomicLong();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final List<String> wrong = new ArrayList<>();

  private final UpstreamGuards guards =
      new UpstreamGuards(
          GuardSettings.DEFAULTS.withConcurrencyMax(CONCURRENCY).withWaitingMax(1_000_000));

  @Test
  @Timeout(60)
  void ask_fromManyThreads_limitsHoldAndAnswersComeOnceAndInOrder() throws Exception {
    var barrier = new CyclicBarrier(THREADS);
    var threads = new ArrayList<Thread>();
    for (var t = 0; t < THREADS; t++) {
      var seed = t;
      threads.add(Thread.ofPlatform().start(() -> askAll(seed, barrier)));
    }
    for (var thread : threads) {
      thread.join();
    }
    while (guards.reading(clock.get()).waiting() + guards.reading(clock.get()).recovering() > 0) {
      guards.wake(clock.addAndGet(1_000_000_000L));
    }

    assertThat(wrong).isEmpty();
    assertThat(answered.get()).isEqualTo(THREADS * ASKS);
    assertThat(guards.reading(clock.get()).inFlight()).isZero();
  }

  private void askAll(int seed, CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    var random = new SplittableRandom(seed);
    for (var n = 0; n < ASKS; n++) {
      var now = clock.addAndGet(random.nextInt(1_000_000));
      var session = (long) seed * ASKS + n;
      var kind = Kind.values()[random.nextInt(3)];
      var ask =
          new Ask(session, "owner" + seed, "t", kind, now + 10_000_000_000L, now, new Answer());
      guards.ask(ask, now);
    }
  }

  private final class Answer implements Ask.Answer {
    private boolean done;

    @Override
    public void granted(Lease lease, long nowNanos) {
      finish();
      if (inFlight.incrementAndGet() > CONCURRENCY) {
        say("more in flight than allowed");
      }
      lease.progressed(nowNanos);
      inFlight.decrementAndGet();
      lease.settle(new Settlement.Completed(), nowNanos);
    }

    @Override
    public void waiting(int position, long nowNanos) {
      if (done) {
        say("told to wait after the answer");
      }
    }

    @Override
    public void refused(Failure failure, long nowNanos) {
      finish();
    }

    private synchronized void finish() {
      if (done) {
        say("answered twice");
      }
      done = true;
      answered.incrementAndGet();
    }

    private void say(String what) {
      synchronized (wrong) {
        wrong.add(what);
      }
    }
  }
}

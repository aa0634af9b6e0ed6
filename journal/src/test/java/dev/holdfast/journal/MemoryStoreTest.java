package dev.holdfast.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.holdfast.engine.sse.EventBatch;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryStoreTest extends SessionStoreContract {
  private static final AppendReply UNHEARD =
      new AppendReply() {
        @Override
        public void appended(long upTo) {}

        @Override
        public void failed(StoreFailure failure) {
          throw new AssertionError(failure);
        }
      };

  @Override
  protected StoreUnderTest open(MemoryLimits limits) {
    var time = new ManualTime();
    return new StoreUnderTest(new MemoryStore(limits, time), time, () -> {}, true);
  }

  @ParameterizedTest
  @CsvSource({"305, 1", "305, 16", "60, 1", "60, 16", "1500, 4"})
  void append_manyTokens_allocatesLittleMoreThanTheirBytes(int eventBytes, int eventsABatch) {
    var store =
        new MemoryStore(
            LIMITS.withSizeBytesMax(256 << 20).withSessionBytesMax(64 << 20), System::nanoTime);
    appendTokens(store, created(store, "warm"), eventBytes, eventsABatch, 20_000);
    SessionRef ref = created(store, "measured");
    int events = 40_000;

    long before = allocatedBytes();
    long nanosBefore = System.nanoTime();
    appendTokens(store, ref, eventBytes, eventsABatch, events);
    long nanos = System.nanoTime() - nanosBefore;
    double ratio = (double) (allocatedBytes() - before) / ((long) events * eventBytes);

    System.out.printf(
        "append: %d B, %d a batch: %.3f B allocated a payload byte, %d ns an event%n",
        eventBytes, eventsABatch, ratio, nanos / events);
    assertThat(ratio).isLessThan(1.2);
  }

  @ParameterizedTest
  @CsvSource({"10", "64", "300", "5000"})
  void finish_anyLength_keepsLittleMoreThanTheBytes(int events) {
    var store = new MemoryStore(LIMITS.withSessionBytesMax(64 << 20), System::nanoTime);
    long empty = store.usedBytes();
    SessionRef ref = created(store, "a");
    appendTokens(store, ref, 305, 1, events);
    long live = store.usedBytes() - empty;

    store.finish(ref, new FinishRecord.Complete(), UNHEARD);
    long finished = store.usedBytes() - empty;

    System.out.printf(
        "held: %d events, %d B of payload, %d B live, %d B finished%n",
        events, events * 305, live, finished);
    assertThat(live).isLessThan((long) (1.6 * events * 305) + 4_000);
    assertThat(finished).isLessThan((long) (1.2 * events * 305) + 1_500);
  }

  @Test
  void usedBytes_afterEverythingLeft_isZero() {
    for (long seed = 1; seed <= 20; seed++) {
      var random = new SplittableRandom(seed);
      var time = new ManualTime();
      var store = new MemoryStore(LIMITS.withSizeBytesMax(1 << 20), time);
      for (int i = 0; i < 200; i++) {
        live(store, "s" + i, random);
      }
      time.advance(LIMITS.abandon());
      store.expire();

      assertThat(store.usedBytes()).as("seed %d", seed).isZero();
    }
  }

  @Test
  void manyThreads_fullStore_keepsAccountsAndLogsWhole() throws InterruptedException {
    var time = new ManualTime();
    var store = new MemoryStore(LIMITS.withSizeBytesMax(2 << 20), time);
    var failures = new ArrayList<Throwable>();
    var threads = new ArrayList<Thread>();
    for (int t = 0; t < 4; t++) {
      int thread = t;
      threads.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((which, failure) -> {
                synchronized (failures) {
                  failures.add(failure);
                }
              })
              .start(() -> {
                var random = new SplittableRandom(thread);
                for (int i = 0; i < 500; i++) {
                  live(store, thread + "-" + i, random);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(store.usedBytes()).isBetween(0L, 2L << 20);

    time.advance(LIMITS.abandon());
    store.expire();
    assertThat(store.usedBytes()).isZero();
  }

  /** One session's life with a random end: finished, reopened, erased or left alone. */
  private static void live(MemoryStore store, String id, SplittableRandom random) {
    var created = new Recorded<Created>();
    store.create(head(id), new StoredRequest(Map.of(), new byte[100]), created);
    if (created.failed()) {
      return;
    }
    var ref = new SessionRef(id, 1);
    byte[] event = new byte[random.nextInt(3_000)];
    EventBatch events = new EventBatch();
    int count = random.nextInt(10);
    for (int n = 1; n <= count; n++) {
      events.reset(n);
      events.add(event, 0, event.length);
      var appended = new Recorded<Object>();
      store.append(ref, events, appended);
      if (appended.failed()) {
        break;
      }
    }
    switch (random.nextInt(20)) {
      case 0 -> store.erase(id, new Recorded<>());
      case 1 -> {
        // Left to be found dead.
      }
      case 2, 3, 4 -> {
        store.finish(ref, new FinishRecord.Failed("stall", 504, "", true, List.of()), UNHEARD);
        var claim = new Recorded<Claim>();
        store.reopen(id, new StoredRequest(Map.of(), new byte[100]), claim);
        if (!claim.failed()) {
          store.finish(claim.value().ref(), new FinishRecord.Complete(), UNHEARD);
        }
      }
      default -> store.finish(ref, new FinishRecord.Complete(), UNHEARD);
    }
  }

  private static void appendTokens(
      MemoryStore store, SessionRef ref, int eventBytes, int eventsABatch, int events) {
    byte[] source = new byte[eventBytes];
    EventBatch batch = new EventBatch();
    for (int n = 1; n <= events; n += eventsABatch) {
      batch.reset(n);
      for (int i = 0; i < Math.min(eventsABatch, events + 1 - n); i++) {
        batch.add(source, 0, eventBytes);
      }
      store.append(ref, batch, UNHEARD);
    }
  }

  private static SessionRef created(MemoryStore store, String id) {
    store.create(head(id), new StoredRequest(Map.of(), new byte[0]), new Recorded<>());
    return new SessionRef(id, 1);
  }

  private static SessionHead head(String id) {
    return new SessionHead(id, "history1", "owner", null, "openai-chat", "m", null);
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}

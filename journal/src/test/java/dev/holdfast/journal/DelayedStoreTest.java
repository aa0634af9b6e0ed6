package dev.holdfast.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.journal.StoreFaults.Fate;
import dev.holdfast.journal.StoreFaults.Mishap;
import dev.holdfast.journal.StoreFaults.Operation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DelayedStoreTest {
  private static final Duration LATE_MAX = Duration.ofNanos(50);
  private static final StoreFailure NO_ANSWER =
      new StoreFailure.Io("expected an answer of the store, none came");

  private final VirtualTime time = new VirtualTime();
  private final MemoryStore memory = new MemoryStore(SessionStoreContract.LIMITS, time);

  @Nested
  class Late extends SessionStoreContract {
    @Override
    protected StoreUnderTest open(MemoryLimits limits) {
      return delayed(limits, StoreFaultPlan.late(1, LATE_MAX));
    }
  }

  @Nested
  class SometimesLate extends SessionStoreContract {
    @Override
    protected StoreUnderTest open(MemoryLimits limits) {
      return delayed(limits, new StoreFaultPlan(2, 0.5, LATE_MAX, 0, 0, 0));
    }
  }

  /** Nothing is ever settled here, so every reply must come in the call. */
  @Nested
  class SameTurn extends SessionStoreContract {
    @Override
    protected StoreUnderTest open(MemoryLimits limits) {
      StoreUnderTest subject = delayed(limits, StoreFaultPlan.sameTurn(3));
      return new StoreUnderTest(subject.store(), subject.clock(), () -> {}, false);
    }
  }

  @Test
  void append_failed_neverHappensAndNoneAfterDoes() {
    var store = scripted(Operation.APPEND, 2, Mishap.FAILED);
    SessionRef ref = created(store, "a");

    var replies = appendEach(store, ref, 1, 4);
    time.drain();

    assertThat(replies.getFirst().upTo()).isEqualTo(1);
    for (Recorded<Object> reply : replies.subList(1, 4)) {
      assertThat(reply.failure()).isEqualTo(NO_ANSWER);
    }
    assertThat(last("a")).isEqualTo(1);
  }

  @Test
  void append_replyLost_happenedAndNoneAfterDoes() {
    var store = scripted(Operation.APPEND, 2, Mishap.REPLY_LOST);
    SessionRef ref = created(store, "a");

    var replies = appendEach(store, ref, 1, 4);
    time.drain();

    assertThat(replies.getFirst().upTo()).isEqualTo(1);
    for (Recorded<Object> reply : replies.subList(1, 4)) {
      assertThat(reply.failure()).isEqualTo(NO_ANSWER);
    }
    assertThat(last("a")).isEqualTo(2);
  }

  @Test
  void append_afterAFailure_worksAgainUnderANewClaim() {
    var store = scripted(Operation.APPEND, 1, Mishap.FAILED);
    SessionRef ref = created(store, "a");
    appendEach(store, ref, 1, 1);
    time.drain();

    var claim = new Recorded<Claim>();
    store.claim("a", claim);
    time.drain();
    var replies = appendEach(store, claim.value().ref(), 1, 2);
    time.drain();

    assertThat(replies.getLast().upTo()).isEqualTo(2);
  }

  @Test
  void append_fenced_isFencedInTheStoreToo() {
    var store = scripted(Operation.APPEND, 2, Mishap.FENCED);
    SessionRef ref = created(store, "a");

    var replies = appendEach(store, ref, 1, 3);
    var finish = new Recorded<Object>();
    store.finish(ref, new FinishRecord.Complete(), finish);
    time.drain();

    StoreFailure fenced = new StoreFailure.Fenced(2);
    assertThat(replies.get(0).upTo()).isEqualTo(1);
    assertThat(replies.get(1).failure()).isEqualTo(fenced);
    assertThat(replies.get(2).failure()).isEqualTo(fenced);
    assertThat(finish.failure()).isEqualTo(fenced);
    assertThat(last("a")).isEqualTo(1);
  }

  @Test
  void append_gapWhileOthersAreOnTheirWay_isSeenAtTheCall() {
    var store = late();
    SessionRef ref = created(store, "a");
    store.append(ref, batch(1, "one"), new Recorded<>());

    assertThatThrownBy(() -> store.append(ref, batch(3, "x"), new Recorded<>()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected events from 2 on in session a, got 1 from 3 on");
  }

  @Test
  void append_outOfAReply_keepsItsPlace() {
    for (double late : new double[] {0, 0.5, 1}) {
      var store = new DelayedStore(memory, seeded(4, late), time);
      SessionRef ref = created(store, "late " + late);
      var writer =
          new AppendReply() {
            long appended;

            @Override
            public void appended(long upTo) {
              assertThat(upTo).isEqualTo(++appended);
              if (upTo < 100) {
                store.append(ref, batch(upTo + 1, "next"), this);
              }
            }

            @Override
            public void failed(StoreFailure failure) {
              throw new AssertionError(failure);
            }
          };

      store.append(ref, batch(1, "first"), writer);
      time.drain();

      assertThat(writer.appended).isEqualTo(100);
    }
  }

  @Test
  void read_failedOrLost_leavesTheBatchEmpty() {
    for (Mishap mishap : List.of(Mishap.FAILED, Mishap.REPLY_LOST)) {
      var store = scripted(Operation.READ, 1, mishap);
      appendEach(store, created(store, mishap.name()), 1, 3);
      EventBatch into = batch(7, "left from before");
      var reply = new Recorded<ReadResult>();

      store.read(mishap.name(), 1, 100, into, reply);
      time.drain();

      assertThat(reply.failure()).isEqualTo(NO_ANSWER);
      assertThat(into.count()).isZero();
      assertThat(into.first()).isEqualTo(2);
    }
  }

  @Test
  void hint_onItsWayWhenClosed_isNotGiven() {
    var store = late();
    SessionRef ref = created(store, "a");
    var moves = new ArrayList<Long>();
    Subscription subscription = store.follow("a", 0, moves::add);
    memory.append(ref, batch(1, "one"), new Recorded<>());

    subscription.close();
    time.drain();

    assertThat(moves).isEmpty();
  }

  @Test
  void heal_afterMishaps_answersInTheTurn() {
    var plan = StoreFaultPlan.late(5, LATE_MAX).withMishaps(1, 0, 0);
    var store = new DelayedStore(memory, StoreFaults.seeded(plan), time);
    var before = new Recorded<Created>();
    store.create(head("a"), request(), before);
    time.drain();
    assertThat(before.failure()).isEqualTo(NO_ANSWER);

    store.heal();

    var after = new Recorded<Created>();
    store.create(head("a"), request(), after);
    assertThat(after.value()).isEqualTo(new Created.Fresh(new SessionRef("a", 1)));
  }

  @Test
  void misuse_foundByTheStoreWithin_holdsUpNobody() {
    var store = new DelayedStore(memory, StoreFaults.NONE, time);
    SessionRef ref = created(store, "a");

    assertThatThrownBy(() -> store.create(head("a"), request(), new Recorded<>()))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(appendEach(store, ref, 1, 1).getFirst().upTo()).isEqualTo(1);
  }

  @Test
  void seeded_samePlan_isTheSameHistory() {
    assertThat(history(6)).isEqualTo(history(6)).isNotEqualTo(history(7));
  }

  @Test
  void anyMishaps_twoNodesOnOneStore_whatWasAcknowledgedStays() {
    int acknowledged = 0;
    for (long seed = 1; seed <= 300; seed++) {
      var random = new SplittableRandom(seed);
      List<DelayedStore> nodes = List.of(node(random), node(random));
      String id = "seed" + seed;
      memory.create(head(id), request(), new Recorded<>());
      var writes = new Acknowledged(seed);

      for (int turn = 0; turn < 12; turn++) {
        DelayedStore node = nodes.get(random.nextInt(2));
        var claim = new Recorded<Claim>();
        node.claim(id, claim);
        time.drain();
        if (claim.failed()) {
          continue;
        }
        long last = claim.value().session().last();
        int count = 1 + random.nextInt(6);
        for (long number = last + 1; number <= last + count; number++) {
          String text = turn + "/" + number;
          node.append(claim.value().ref(), batch(number, text), writes.expecting(number, text));
        }
        // Otherwise the next claim overtakes them, if it is the other node's.
        if (random.nextBoolean()) {
          time.drain();
        }
      }
      time.drain();

      writes.check(memory, id);
      acknowledged += writes.texts.size();
    }
    assertThat(acknowledged).isGreaterThan(3_000);
  }

  /** What writers were told is in the log; it must be there, and once. */
  private static final class Acknowledged {
    final Map<Long, String> texts = new TreeMap<>();
    private final long seed;
    private int calls;
    private int answers;

    Acknowledged(long seed) {
      this.seed = seed;
    }

    AppendReply expecting(long number, String text) {
      calls++;
      return new AppendReply() {
        @Override
        public void appended(long upTo) {
          answers++;
          assertThat(upTo).as("seed %d", seed).isEqualTo(number);
          assertThat(texts.put(number, text)).as("seed %d, number %d", seed, number).isNull();
        }

        @Override
        public void failed(StoreFailure failure) {
          answers++;
        }
      };
    }

    void check(SessionStore store, String id) {
      assertThat(answers).as("seed %d", seed).isEqualTo(calls);
      EventBatch all = new EventBatch();
      store.read(id, 0, Integer.MAX_VALUE, all, new Recorded<>());
      texts.forEach((number, text) ->
          assertThat(text(all, number)).as("seed %d, number %d", seed, number).isEqualTo(text));
    }
  }

  private static StoreUnderTest delayed(MemoryLimits limits, StoreFaultPlan plan) {
    var time = new VirtualTime();
    var memory = new MemoryStore(limits, time);
    var store = new DelayedStore(memory, StoreFaults.seeded(plan), time);
    return new StoreUnderTest(store, time, time::drain, false);
  }

  private DelayedStore node(SplittableRandom random) {
    var plan =
        new StoreFaultPlan(random.nextLong(), random.nextDouble(), LATE_MAX, 0.03, 0.03, 0.03);
    return new DelayedStore(memory, StoreFaults.seeded(plan), time);
  }

  private static List<String> history(long seed) {
    var clock = new VirtualTime();
    var inner = new MemoryStore(SessionStoreContract.LIMITS, clock);
    var plan = new StoreFaultPlan(seed, 0.7, LATE_MAX, 0.02, 0.02, 0.02);
    var store = new DelayedStore(inner, StoreFaults.seeded(plan), clock);
    inner.create(head("a"), request(), new Recorded<>());
    var history = new ArrayList<String>();
    for (int n = 1; n <= 30; n++) {
      store.append(
          new SessionRef("a", 1),
          batch(n, "x"),
          new AppendReply() {
            @Override
            public void appended(long upTo) {
              history.add(clock.nanos() + " appended " + upTo);
            }

            @Override
            public void failed(StoreFailure failure) {
              history.add(clock.nanos() + " " + failure);
            }
          });
    }
    clock.drain();
    return history;
  }

  private DelayedStore late() {
    return new DelayedStore(memory, seeded(8, 1), time);
  }

  private static StoreFaults seeded(long seed, double late) {
    return StoreFaults.seeded(new StoreFaultPlan(seed, late, LATE_MAX, 0, 0, 0));
  }

  /** All is late, and the n-th operation of a kind has a mishap. */
  private DelayedStore scripted(Operation operation, int ordinal, Mishap mishap) {
    int[] seen = {0};
    return new DelayedStore(
        memory,
        next ->
            next == operation && ++seen[0] == ordinal
                ? new Fate(3, 5, mishap)
                : new Fate(3, 5, Mishap.NONE),
        time);
  }

  private SessionRef created(SessionStore store, String id) {
    store.create(head(id), request(), new Recorded<>());
    time.drain();
    return new SessionRef(id, 1);
  }

  private static List<Recorded<Object>> appendEach(
      SessionStore store, SessionRef ref, long first, int count) {
    var replies = new ArrayList<Recorded<Object>>();
    for (int i = 0; i < count; i++) {
      var reply = new Recorded<Object>();
      replies.add(reply);
      store.append(ref, batch(first + i, "event"), reply);
    }
    return replies;
  }

  private long last(String id) {
    var view = new Recorded<SessionView>();
    memory.find(id, "owner", view);
    return view.value().last();
  }

  private static String text(EventBatch batch, long number) {
    int i = (int) (number - batch.first());
    int start = batch.start(i);
    return new String(batch.array(i), start, batch.end(i) - start, StandardCharsets.UTF_8);
  }

  private static EventBatch batch(long first, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    EventBatch batch = new EventBatch();
    batch.reset(first);
    batch.add(bytes, 0, bytes.length);
    return batch;
  }

  private static SessionHead head(String id) {
    return new SessionHead(id, "history1", "owner", null, "openai-chat", "m", null);
  }

  private static StoredRequest request() {
    return new StoredRequest(Map.of(), new byte[0]);
  }
}

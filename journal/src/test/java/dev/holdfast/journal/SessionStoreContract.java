package dev.holdfast.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.engine.sse.EventBatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SessionStore} must do. A store's own test extends it and makes the store;
 * nothing here knows whether it answers at once.
 *
 * <p>One file because a store inherits the whole contract or none of it.
 */
public abstract class SessionStoreContract {
  protected static final MemoryLimits LIMITS =
      new MemoryLimits(4 << 20, 1 << 20, Duration.ofHours(1), Duration.ofHours(2));
  private static final FinishRecord COMPLETE = new FinishRecord.Complete();
  private static final FinishRecord RETRYABLE =
      new FinishRecord.Failed("stall", 504, "nothing came", true, List.of("prefill: refused"));
  private static final FinishRecord FINAL =
      new FinishRecord.Failed("content_filtered", 400, "refused", false, List.of());

  private StoreUnderTest subject;
  private SessionStore store;
  private int histories;

  /** Makes an empty store that keeps to these limits. */
  protected abstract StoreUnderTest open(MemoryLimits limits);

  @BeforeEach
  void openTheStore() {
    use(LIMITS);
  }

  // Numbers and reading

  @Test
  void append_contiguousBatches_answersTheLastNumber() {
    SessionRef ref = created("a");

    assertThat(append(ref, 1, "one", "two").upTo()).isEqualTo(2);
    assertThat(append(ref, 3, "three").upTo()).isEqualTo(3);
    assertThat(view("a").last()).isEqualTo(3);
  }

  @Test
  void append_gapOrRepeatOrNothing_isRefusedAndLeavesTheLogAlone() {
    SessionRef ref = created("a");
    append(ref, 1, "one", "two");

    for (EventBatch wrong : List.of(batch(4, "x"), batch(2, "x"), batch(3))) {
      assertThatThrownBy(() -> store.append(ref, wrong, new Recorded<>()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("from 3 on");
    }

    subject.settle().run();
    assertThat(read("a", 0)).containsExactly("one", "two");
    assertThat(append(ref, 3, "three").upTo()).isEqualTo(3);
  }

  @Test
  void append_batchChangedAfterTheCall_keepsTheBytesOfTheCall() {
    SessionRef ref = created("a");
    byte[] bytes = bytes("before");
    EventBatch events = new EventBatch();
    events.reset(1);
    events.add(bytes, 0, bytes.length);
    var reply = new Recorded<Object>();

    store.append(ref, events, reply);
    Arrays.fill(bytes, (byte) 'x');
    events.reset(7);
    subject.settle().run();

    assertThat(reply.upTo()).isEqualTo(1);
    assertThat(read("a", 0)).containsExactly("before");
  }

  @Test
  void append_manyBeforeAnyReply_repliesKeepTheOrder() {
    SessionRef ref = created("a");
    var order = new ArrayList<Long>();

    for (int n = 1; n <= 50; n++) {
      store.append(
          ref,
          batch(n, "event " + n),
          new AppendReply() {
            @Override
            public void appended(long upTo) {
              order.add(upTo);
            }

            @Override
            public void failed(StoreFailure failure) {
              throw new AssertionError(failure);
            }
          });
    }
    subject.settle().run();

    assertThat(order).hasSize(50).isSorted();
    assertThat(order.getLast()).isEqualTo(50);
  }

  @Test
  void read_afterEachCursor_beginsWithTheNext() {
    SessionRef ref = created("a");
    var all = new ArrayList<String>();
    for (int n = 1; n <= 40; n++) {
      all.add("event " + "x".repeat(n * 7));
      append(ref, n, all.getLast());
    }

    for (int after = 0; after <= 40; after++) {
      EventBatch into = new EventBatch();
      ReadResult result = read("a", after, Integer.MAX_VALUE, into);
      assertThat(into.first()).isEqualTo(after + 1);
      assertThat(texts(into)).isEqualTo(all.subList(after, 40));
      assertThat(result).isEqualTo(new ReadResult(40, null));
    }
  }

  @Test
  void read_limitedBytes_givesWholeEventsAndAtLeastOne() {
    SessionRef ref = created("a");
    append(ref, 1, "12345", "12345", "a long one of twenty", "1");
    EventBatch into = new EventBatch();

    read("a", 0, 10, into);
    assertThat(texts(into)).containsExactly("12345", "12345");
    read("a", 0, 14, into);
    assertThat(texts(into)).containsExactly("12345", "12345");
    read("a", 2, 3, into);
    assertThat(texts(into)).containsExactly("a long one of twenty");
    read("a", 3, 0, into);
    assertThat(texts(into)).containsExactly("1");
  }

  @Test
  void read_pastTheEnd_givesNothingButTheLastNumber() {
    SessionRef ref = created("a");
    append(ref, 1, "one");
    EventBatch into = batch(9, "left from before");

    assertThat(read("a", 1, 100, into)).isEqualTo(new ReadResult(1, null));
    assertThat(into.count()).isZero();
    assertThat(read("a", 77, 100, into)).isEqualTo(new ReadResult(1, null));
    assertThat(into.count()).isZero();
    assertThatThrownBy(() -> store.read("a", -1, 100, into, new Recorded<>()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void read_sliceHeldWhileTheLogGrows_staysAsItWas() {
    SessionRef ref = created("a");
    append(ref, 1, "first");
    EventBatch held = new EventBatch();
    read("a", 0, 100, held);

    for (int n = 2; n < 2_000; n++) {
      append(ref, n, "later event " + n);
    }
    finish(ref, COMPLETE);
    store.erase("a", new Recorded<>());
    subject.settle().run();

    assertThat(texts(held)).containsExactly("first");
  }

  @Test
  void read_randomBatchesAtRandomCursors_isByteExact() {
    use(LIMITS.withSizeBytesMax(64 << 20));
    for (long seed = 1; seed <= 20; seed++) {
      var random = new SplittableRandom(seed);
      SessionRef ref = created("s" + seed);
      var reference = new ArrayList<byte[]>();
      while (reference.size() < 400) {
        appendRandom(ref, reference, random);
        EventBatch into = new EventBatch();
        int after = random.nextInt(reference.size() + 1);
        int bytesMax = random.nextInt(60_000);
        read("s" + seed, after, bytesMax, into);
        assertExact(reference, into, bytesMax, "seed " + seed);
      }
      var loaded = new ArrayList<byte[]>();
      transcript("s" + seed, loaded);
      assertThat(loaded.toArray(new byte[0][]))
          .as("seed %d", seed)
          .isDeepEqualTo(reference.toArray(new byte[0][]));
    }
  }

  @Test
  void loadTranscript_emptyOrUnknown_isLoadedOrFailed() {
    created("a");

    assertThat(transcript("a", new ArrayList<>()).value()).isZero();
    assertThat(transcript("b", new ArrayList<>()).failure()).isEqualTo(new StoreFailure.Unknown());
  }

  // Finishing

  @Test
  void finish_readToTheEnd_tellsTheRecordAndOnlyThere() {
    SessionRef ref = created("a");
    append(ref, 1, "one", "two");

    assertThat(finish(ref, RETRYABLE).upTo()).isEqualTo(2);

    EventBatch into = new EventBatch();
    assertThat(read("a", 0, 3, into)).isEqualTo(new ReadResult(2, null));
    assertThat(read("a", 1, 3, into)).isEqualTo(new ReadResult(2, RETRYABLE));
    assertThat(read("a", 2, 3, into)).isEqualTo(new ReadResult(2, RETRYABLE));
    assertThat(view("a").state()).isEqualTo(SessionState.FAILED);
  }

  @Test
  void write_afterFinish_isRefused() {
    SessionRef ref = created("a");
    append(ref, 1, "one");
    finish(ref, COMPLETE);
    StoreFailure finished = new StoreFailure.Finished(COMPLETE);

    assertThat(append(ref, 2, "two").failure()).isEqualTo(finished);
    assertThat(note(ref, new SessionNote.Attempt(2, "u/m", "begin", 1, List.of())).failure())
        .isEqualTo(finished);
    assertThat(finish(ref, RETRYABLE).failure()).isEqualTo(finished);
    assertThat(claim("a").failure()).isEqualTo(finished);
    assertThat(this.<StoredRequest>ask(r -> store.loadRequest("a", r)).failure())
        .isEqualTo(finished);
    assertThat(read("a", 0)).containsExactly("one");
  }

  @Test
  void loadRequest_liveSession_answersWhatWasStored() {
    created("a");

    StoredRequest request = this.<StoredRequest>ask(r -> store.loadRequest("a", r)).value();

    assertThat(request.body()).isEqualTo(request().body());
    assertThat(request.headers()).isEqualTo(request().headers());
  }

  @Test
  void note_eachKind_isKeptInOrder() {
    SessionRef ref = created("a");
    List<SessionNote> notes =
        List.of(
            new SessionNote.Attempt(1, "u/m", "begin", 0, List.of()),
            new SessionNote.Ended(1, true, "reset"),
            new SessionNote.Attempt(2, "v/m", "continue", 3, List.of("model", "messages")),
            new SessionNote.Seam(2, 3, "prefill", "exact"),
            new SessionNote.Usage(2, 10, 20, 5, 1_500, "USD", true));

    for (SessionNote note : notes) {
      assertThat(note(ref, note).upTo()).isZero();
    }

    assertThat(view("a").notes()).isEqualTo(notes);
  }

  // Claims

  @Test
  void claim_liveSession_fencesAllBefore() {
    SessionRef old = created("a");
    append(old, 1, "one");

    Claim claim = claim("a").value();

    assertThat(claim.ref().epoch()).isEqualTo(2);
    assertThat(claim.session().last()).isEqualTo(1);
    assertThat(claim.session().histories()).containsExactly(new History("history1", 0));
    StoreFailure fenced = new StoreFailure.Fenced(2);
    assertThat(append(old, 2, "stale").failure()).isEqualTo(fenced);
    assertThat(append(old, 9, "stale").failure()).isEqualTo(fenced);
    assertThat(note(old, new SessionNote.Attempt(2, "u/m", "begin", 1, List.of())).failure())
        .isEqualTo(fenced);
    assertThat(finish(old, COMPLETE).failure()).isEqualTo(fenced);
    assertThat(append(claim.ref(), 2, "two").upTo()).isEqualTo(2);
    assertThat(read("a", 0)).containsExactly("one", "two");
  }

  @Test
  void claim_withoutEventsBetween_isCounted() {
    created("a");

    claim("a");
    claim("a");
    Claim third = claim("a").value();
    assertThat(third.session().idleClaims()).isEqualTo(3);

    append(third.ref(), 1, "one");
    assertThat(view("a").idleClaims()).isZero();
  }

  @Test
  void reopen_failedRetryable_goesOnOnce() {
    SessionRef ref = created("a");
    append(ref, 1, "one");
    finish(ref, RETRYABLE);

    Claim claim = this.<Claim>ask(r -> store.reopen("a", request(), r)).value();

    assertThat(this.<Claim>ask(r -> store.reopen("a", request(), r)).failure())
        .isEqualTo(new StoreFailure.Fenced(claim.ref().epoch()));
    assertThat(append(ref, 2, "stale").failure()).isInstanceOf(StoreFailure.Fenced.class);
    assertThat(append(claim.ref(), 2, "two").upTo()).isEqualTo(2);
    assertThat(read("a", 0)).containsExactly("one", "two");
    finish(claim.ref(), RETRYABLE);
    assertThat(this.<Claim>ask(r -> store.reopen("a", request(), r)).failure())
        .isEqualTo(new StoreFailure.Finished(RETRYABLE));
  }

  @Test
  void reopen_completeOrFinal_staysFinished() {
    finish(created("a"), COMPLETE);
    finish(created("b"), FINAL);

    assertThat(this.<Claim>ask(r -> store.reopen("a", request(), r)).failure())
        .isEqualTo(new StoreFailure.Finished(COMPLETE));
    assertThat(this.<Claim>ask(r -> store.reopen("b", request(), r)).failure())
        .isEqualTo(new StoreFailure.Finished(FINAL));
  }

  // Cancel and hints

  @Test
  void cancel_byAnybody_isSeenByTheDriverAndLeavesItWriting() {
    SessionRef ref = created("a");
    var hints = new Hints();
    store.follow("a", 0, hints);

    SessionView view = this.<SessionView>ask(r -> store.cancel("a", r)).value();
    this.<SessionView>ask(r -> store.cancel("a", r));

    assertThat(view.cancelRequested()).isTrue();
    assertThat(view.state()).isEqualTo(SessionState.LIVE);
    assertThat(hints.cancels).isEqualTo(1);
    append(ref, 1, "last words");
    var cancelled = new FinishRecord.Cancelled("by its caller");
    finish(ref, cancelled);
    assertThat(this.<SessionView>ask(r -> store.cancel("a", r)).value().finish())
        .isEqualTo(cancelled);
    assertThat(hints.cancels).isEqualTo(1);
  }

  @Test
  void cancel_beforeSomebodyFollows_isToldAgain() {
    created("a");
    this.<SessionView>ask(r -> store.cancel("a", r));
    var hints = new Hints();

    store.follow("a", 0, hints);
    subject.settle().run();

    assertThat(hints.cancels).isEqualTo(1);
    assertThat(claim("a").value().session().cancelRequested()).isTrue();
  }

  @Test
  void follow_appendedBetweenReadAndFollow_hintsAtOnce() {
    SessionRef ref = created("a");
    append(ref, 1, "one");
    var current = new Hints();
    var behind = new Hints();

    store.follow("a", 1, current);
    store.follow("a", 0, behind);
    subject.settle().run();

    assertThat(current.moves).isEmpty();
    assertThat(behind.moves).containsExactly(1L);
  }

  @Test
  void follow_finishedOrUnknown_hintsAtOnce() {
    finish(created("a"), COMPLETE);
    var finished = new Hints();
    var unknown = new Hints();

    store.follow("a", 0, finished);
    store.follow("never there", 0, unknown);
    subject.settle().run();

    assertThat(finished.moves).isNotEmpty();
    assertThat(unknown.moves).isNotEmpty();
  }

  @Test
  void follow_closed_hintsNoMore() {
    SessionRef ref = created("a");
    var left = new Hints();
    var stays = new Hints();
    Subscription subscription = store.follow("a", 0, left);
    store.follow("a", 0, stays);

    subscription.close();
    subscription.close();
    append(ref, 1, "one");

    assertThat(left.moves).isEmpty();
    assertThat(stays.moves).containsExactly(1L);
  }

  @Test
  void follow_readersThatReadThenFollow_missNothing() {
    for (long seed = 1; seed <= 20; seed++) {
      var random = new SplittableRandom(seed);
      String id = "f" + seed;
      SessionRef ref = created(id);
      var readers = new ArrayList<Tail>();
      var reference = new ArrayList<String>();

      for (int step = 0; step < 100; step++) {
        if (random.nextInt(4) == 0) {
          readers.add(new Tail(id));
        }
        reference.add("event " + step);
        store.append(ref, batch(step + 1, reference.getLast()), new Recorded<>());
        if (random.nextInt(3) == 0) {
          subject.settle().run();
          for (Tail reader : readers) {
            assertThat(reader.got).as("seed %d", seed).isEqualTo(reference);
          }
        }
      }
      store.finish(ref, COMPLETE, new Recorded<>());
      subject.settle().run();

      for (Tail reader : readers) {
        assertThat(reader.got).as("seed %d", seed).isEqualTo(reference);
        assertThat(reader.finish).as("seed %d", seed).isEqualTo(COMPLETE);
      }
    }
  }

  // Who sees what

  @Test
  void find_foreignUnknownExpiredErased_areAlike() {
    created("a");
    SessionRef expired = created("b");
    finish(expired, COMPLETE);
    subject.clock().advance(LIMITS.keep());
    created("c");
    this.<SessionView>ask(r -> store.erase("c", r));

    assertThat(found("a", "owner").value().head().id()).isEqualTo("a");
    for (Recorded<SessionView> none :
        List.of(
            found("a", "somebody else"),
            found("never there", "owner"),
            found("b", "owner"),
            found("c", "owner"))) {
      assertThat(none.failure()).isEqualTo(new StoreFailure.Unknown());
    }
  }

  @Test
  void list_byOwnerLabelState_newestFirst() {
    created(head("a", "owner", "red", null));
    finish(created(head("b", "owner", "blue", null)), COMPLETE);
    created(head("c", "owner", "blue", null));
    created(head("d", "somebody else", "blue", null));

    assertThat(listed(null, null, 10)).containsExactly("c", "b", "a");
    assertThat(listed("blue", null, 10)).containsExactly("c", "b");
    assertThat(listed(null, SessionState.LIVE, 10)).containsExactly("c", "a");
    assertThat(listed("blue", SessionState.COMPLETE, 10)).containsExactly("b");
    assertThat(listed(null, null, 2)).containsExactly("c", "b");
  }

  @Test
  void erase_liveSession_isGoneForEverybody() {
    SessionRef ref = created("a");
    append(ref, 1, "secret");
    var hints = new Hints();
    store.follow("a", 1, hints);

    assertThat(this.<SessionView>ask(r -> store.erase("a", r)).value().last()).isEqualTo(1);

    assertThat(append(ref, 2, "two").failure()).isEqualTo(new StoreFailure.Unknown());
    assertThat(this.<ReadResult>ask(r -> store.read("a", 0, 9, new EventBatch(), r)).failure())
        .isEqualTo(new StoreFailure.Unknown());
    assertThat(listed(null, null, 10)).isEmpty();
    assertThat(hints.moves).isNotEmpty();
  }

  // Keys

  @Test
  void create_sameKeyAgain_answersTheFirstSession() {
    created(head("a", "owner", null, new IdempotencyKey("k", "print 1")));

    Created again = create(head("b", "owner", null, new IdempotencyKey("k", "print 2"))).value();
    Created foreign = create(head("c", "other", null, new IdempotencyKey("k", "print 1"))).value();

    assertThat(again)
        .isInstanceOfSatisfying(
            Created.Known.class,
            known -> {
              assertThat(known.session().head().id()).isEqualTo("a");
              assertThat(known.session().head().key())
                  .isEqualTo(new IdempotencyKey("k", "print 1"));
            });
    assertThat(foreign).isInstanceOf(Created.Fresh.class);
    assertThat(found("b", "owner").failure()).isEqualTo(new StoreFailure.Unknown());
  }

  @Test
  void create_keyOfAFailureWithoutEvents_isFreeAgain() {
    finish(created(head("a", "owner", null, new IdempotencyKey("k", "p"))), RETRYABLE);
    SessionRef second = created(head("b", "owner", null, new IdempotencyKey("k", "p")));
    append(second, 1, "one");
    finish(second, RETRYABLE);

    assertThat(create(head("c", "owner", null, new IdempotencyKey("k", "p"))).value())
        .isInstanceOf(Created.Known.class);
  }

  @Test
  void create_keyOfAnExpiredSession_isFreeAgain() {
    SessionRef first = created(head("a", "owner", null, new IdempotencyKey("k", "p")));
    append(first, 1, "one");
    finish(first, COMPLETE);
    subject.clock().advance(LIMITS.keep());

    created(head("b", "owner", null, new IdempotencyKey("k", "p")));
  }

  @Test
  void create_fiftyAtOnceWithOneKey_oneWins() throws InterruptedException {
    var replies = new ArrayList<Recorded<Created>>();
    var threads = new ArrayList<Thread>();
    var start = new CountDownLatch(1);
    for (int i = 0; i < 50; i++) {
      SessionHead head = head("a" + i, "owner", null, new IdempotencyKey("k", "p"));
      var reply = new Recorded<Created>();
      replies.add(reply);
      if (subject.safeForThreads()) {
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  awaitStart(start);
                  store.create(head, request(), reply);
                }));
      } else {
        store.create(head, request(), reply);
      }
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    subject.settle().run();

    var winners =
        replies.stream()
            .map(Recorded::value)
            .filter(Created.Fresh.class::isInstance)
            .map(fresh -> ((Created.Fresh) fresh).ref().session())
            .toList();
    assertThat(winners).hasSize(1);
    for (Recorded<Created> reply : replies) {
      if (reply.value() instanceof Created.Known known) {
        assertThat(known.session().head().id()).isEqualTo(winners.getFirst());
      }
    }
    assertThat(listed(null, null, 100)).isEqualTo(winners);
  }

  @Test
  void create_idUsedBefore_isRefused() {
    created("a");

    assertThatThrownBy(
            () -> {
              create(head("a", "owner", null, null));
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got a");
  }

  // Room and time

  @Test
  void append_overTheSessionsShare_failsWholeAndForGood() {
    SessionRef ref = created("a");
    String half = "x".repeat((int) LIMITS.sessionBytesMax() / 2);
    append(ref, 1, half);

    assertThat(append(ref, 2, "small", half).failure()).isInstanceOf(StoreFailure.Full.class);

    assertThat(append(ref, 2, "small").failure()).isInstanceOf(StoreFailure.Full.class);
    assertThat(append(ref, 4, "small").failure()).isInstanceOf(StoreFailure.Full.class);
    assertThat(read("a", 0)).containsExactly(half);
    assertThat(finish(ref, RETRYABLE).upTo()).isEqualTo(1);
  }

  @Test
  void append_fullInTheMiddleOfABatch_addsNoneAndTakesNoRoom() {
    use(LIMITS.withSizeBytesMax(1 << 20));
    SessionRef ref = created("a");
    SessionRef other = created("b");
    append(other, 1, "x".repeat(500_000));
    String[] tooMany = new String[10];
    Arrays.fill(tooMany, "y".repeat(60_000));

    assertThat(append(ref, 1, tooMany).failure()).isInstanceOf(StoreFailure.Full.class);

    assertThat(read("a", 0)).isEmpty();
    assertThat(append(other, 2, "z".repeat(400_000)).upTo()).isEqualTo(2);
    assertThat(append(claim("a").value().ref(), 1, "one").upTo()).isEqualTo(1);
    assertThat(read("a", 0)).containsExactly("one");
  }

  @Test
  void append_fullStore_evictsTheOldestFinishedFirst() {
    use(LIMITS.withSizeBytesMax(1 << 20));
    SessionRef live = created("live");
    append(live, 1, "x".repeat(50_000));
    var finishOrder = new ArrayList<String>();
    var refs = new ArrayList<SessionRef>();
    for (int i = 0; i < 8; i++) {
      refs.add(created("s" + i));
      append(refs.get(i), 1, "y".repeat(100_000));
    }
    for (int i : new int[] {3, 1, 7, 0, 2, 6, 4, 5}) {
      finish(refs.get(i), COMPLETE);
      finishOrder.add("s" + i);
    }

    for (int n = 0; n < 6; n++) {
      assertThat(append(live, n + 2, "z".repeat(100_000)).upTo()).isEqualTo(n + 2);
      List<String> present = listed(null, SessionState.COMPLETE, 100);
      List<String> newest = finishOrder.subList(8 - present.size(), 8);
      assertThat(present).containsExactlyInAnyOrderElementsOf(newest);
    }

    assertThat(listed(null, SessionState.COMPLETE, 100)).hasSizeBetween(1, 4);
    assertThat(read("live", 0)).hasSize(7);
  }

  @Test
  void append_fullOfLiveSessions_failsAndEvictsNone() {
    use(LIMITS.withSizeBytesMax(1 << 20));
    int sessions = 0;
    StoreFailure failure = null;
    while (failure == null) {
      SessionRef ref = created("s" + sessions++);
      var reply = append(ref, 1, "x".repeat(200_000));
      failure = reply.failed() ? reply.failure() : null;
    }

    assertThat(failure).isInstanceOf(StoreFailure.Full.class);
    assertThat(listed(null, SessionState.LIVE, 100)).hasSize(sessions);
    assertThat(read("s0", 0)).hasSize(1);
  }

  @Test
  void expire_finishedSessions_goKeepAfterTheirFinish() {
    SessionRef early = created("early");
    SessionRef late = created("late");
    created("live");
    finish(early, COMPLETE);
    subject.clock().advance(Duration.ofMinutes(1));
    finish(late, COMPLETE);

    subject.clock().advance(LIMITS.keep().minusMinutes(1).minusSeconds(1));
    store.expire();
    assertThat(listed(null, null, 10)).containsExactly("live", "late", "early");

    subject.clock().advance(Duration.ofSeconds(1));
    store.expire();
    assertThat(listed(null, null, 10)).containsExactly("live", "late");
  }

  @Test
  void expire_whileSomebodyReads_keepsOnlyTheEventsAndOnlyForAWhile() {
    SessionRef ref = created("a");
    append(ref, 1, "one", "two");
    finish(ref, COMPLETE);
    Subscription reading = store.follow("a", 2, new Hints());
    subject.settle().run();

    subject.clock().advance(LIMITS.keep());
    store.expire();
    assertThat(found("a", "owner").failure()).isEqualTo(new StoreFailure.Unknown());
    assertThat(listed(null, null, 10)).isEmpty();
    assertThat(read("a", 1)).containsExactly("two");

    subject.clock().advance(LIMITS.pin());
    store.expire();
    EventBatch into = new EventBatch();
    assertThat(this.<ReadResult>ask(r -> store.read("a", 1, 10, into, r)).failure())
        .isEqualTo(new StoreFailure.Unknown());
    reading.close();
  }

  @Test
  void expire_whenWhoReadHasLeft_isAsUsual() {
    SessionRef ref = created(head("a", "owner", null, new IdempotencyKey("k", "print")));
    finish(ref, COMPLETE);
    Subscription reading = store.follow("a", 0, new Hints());
    subject.settle().run();
    subject.clock().advance(LIMITS.keep());

    assertThat(create(head("b", "owner", null, new IdempotencyKey("k", "print"))).value())
        .isInstanceOf(Created.Fresh.class);
    reading.close();
    subject.settle().run();
    store.expire();

    EventBatch into = new EventBatch();
    assertThat(this.<ReadResult>ask(r -> store.read("a", 0, 10, into, r)).failure())
        .isEqualTo(new StoreFailure.Unknown());
  }

  @Test
  void expire_liveSessionThatNobodyDrives_goesAndAnyWriteKeepsIt() {
    SessionRef driven = created("driven");
    created("claimed");
    created("abandoned");
    subject.clock().advance(LIMITS.abandon().minusMinutes(1));
    append(driven, 1, "one");
    claim("claimed");

    subject.clock().advance(Duration.ofMinutes(1));
    store.expire();

    assertThat(listed(null, null, 10)).containsExactly("claimed", "driven");
  }

  // What the tests are written in

  private void use(MemoryLimits limits) {
    subject = open(limits);
    store = subject.store();
  }

  private <T> Recorded<T> ask(Consumer<Recorded<T>> call) {
    var reply = new Recorded<T>();
    call.accept(reply);
    subject.settle().run();
    return reply;
  }

  private SessionRef created(String id) {
    return created(head(id, "owner", null, null));
  }

  private SessionRef created(SessionHead head) {
    if (create(head).value() instanceof Created.Fresh fresh) {
      return fresh.ref();
    }
    throw new AssertionError("expected a fresh session for " + head);
  }

  private Recorded<Created> create(SessionHead head) {
    return ask(r -> store.create(head, request(), r));
  }

  private Recorded<Object> append(SessionRef ref, long first, String... events) {
    return ask(r -> store.append(ref, batch(first, events), r));
  }

  private Recorded<Object> note(SessionRef ref, SessionNote note) {
    return ask(r -> store.note(ref, note, r));
  }

  private Recorded<Object> finish(SessionRef ref, FinishRecord record) {
    return ask(r -> store.finish(ref, record, r));
  }

  private Recorded<Claim> claim(String id) {
    return ask(r -> store.claim(id, r));
  }

  private Recorded<SessionView> found(String id, String owner) {
    return ask(r -> store.find(id, owner, r));
  }

  private SessionView view(String id) {
    return found(id, "owner").value();
  }

  private List<String> listed(
      @Nullable String label, @Nullable SessionState state, int sessionsMax) {
    var query = new SessionQuery("owner", label, state, sessionsMax);
    return this.<List<SessionView>>ask(r -> store.list(query, r)).value().stream()
        .map(view -> view.head().id())
        .toList();
  }

  private List<String> read(String id, long after) {
    EventBatch into = new EventBatch();
    read(id, after, Integer.MAX_VALUE, into);
    return texts(into);
  }

  private ReadResult read(String id, long after, int bytesMax, EventBatch into) {
    return this.<ReadResult>ask(r -> store.read(id, after, bytesMax, into, r)).value();
  }

  private Recorded<Long> transcript(String id, List<byte[]> loaded) {
    var reply = new Recorded<Long>();
    store.loadTranscript(
        id,
        new TranscriptReply() {
          @Override
          public void part(EventBatch events) {
            for (int i = 0; i < events.count(); i++) {
              loaded.add(slice(events, i));
            }
          }

          @Override
          public void loaded(long last) {
            reply.ok(last);
          }

          @Override
          public void failed(StoreFailure failure) {
            reply.failed(failure);
          }
        });
    subject.settle().run();
    return reply;
  }

  private void appendRandom(SessionRef ref, List<byte[]> reference, SplittableRandom random) {
    EventBatch events = new EventBatch();
    events.reset(reference.size() + 1);
    int count = 1 + random.nextInt(16);
    for (int i = 0; i < count; i++) {
      // Mostly tokens, at times larger than a chunk.
      byte[] event =
          new byte[random.nextInt(50) == 0 ? random.nextInt(40_000) : random.nextInt(400)];
      random.nextBytes(event);
      byte[] around = new byte[event.length + 7];
      System.arraycopy(event, 0, around, 3, event.length);
      events.add(around, 3, 3 + event.length);
      reference.add(event);
    }
    assertThat(this.<Object>ask(r -> store.append(ref, events, r)).upTo())
        .isEqualTo(reference.size());
  }

  private static void assertExact(
      List<byte[]> reference, EventBatch got, int bytesMax, String seed) {
    for (int i = 0; i < got.count(); i++) {
      assertThat(slice(got, i)).as(seed).isEqualTo(reference.get((int) got.first() - 1 + i));
    }
    assertThat(got.count() <= 1 || got.bytes() <= bytesMax).as(seed).isTrue();
    int next = (int) got.last();
    if (next < reference.size()) {
      assertThat(got.count()).as(seed).isPositive();
      assertThat(got.bytes() + reference.get(next).length).as(seed).isGreaterThan(bytesMax);
    }
  }

  private SessionHead head(
      String id, String owner, @Nullable String label, @Nullable IdempotencyKey key) {
    histories++;
    return new SessionHead(id, "history" + histories, owner, label, "openai-chat", "gpt-4.1", key);
  }

  private static StoredRequest request() {
    return new StoredRequest(Map.of("openai-organization", "o"), bytes("{\"model\":\"gpt-4.1\"}"));
  }

  private static EventBatch batch(long first, String... events) {
    EventBatch batch = new EventBatch();
    batch.reset(first);
    for (String event : events) {
      byte[] bytes = bytes(event);
      batch.add(bytes, 0, bytes.length);
    }
    return batch;
  }

  private static List<String> texts(EventBatch batch) {
    var texts = new ArrayList<String>();
    for (int i = 0; i < batch.count(); i++) {
      texts.add(new String(slice(batch, i), StandardCharsets.UTF_8));
    }
    return texts;
  }

  private static byte[] slice(EventBatch batch, int i) {
    return Arrays.copyOfRange(batch.array(i), batch.start(i), batch.end(i));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void awaitStart(CountDownLatch start) {
    try {
      start.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("expected to start, was interrupted", e);
    }
  }

  private static final class Hints implements Follower {
    final List<Long> moves = new ArrayList<>();
    int cancels;

    @Override
    public void moved(long last) {
      moves.add(last);
    }

    @Override
    public void cancelRequested() {
      cancels++;
    }
  }

  /** A reader as a relay has them: reads to the end, then waits for a hint, one read at a time. */
  private final class Tail implements Follower, Reply<ReadResult> {
    final List<String> got = new ArrayList<>();
    @Nullable FinishRecord finish;
    private final String id;
    private final EventBatch into = new EventBatch();
    private boolean reading;
    private boolean followed;
    private boolean hinted;

    Tail(String id) {
      this.id = id;
      read();
    }

    private void read() {
      reading = true;
      hinted = false;
      store.read(id, got.size(), 40, into, this);
    }

    @Override
    public void ok(ReadResult result) {
      reading = false;
      got.addAll(texts(into));
      finish = result.finish();
      if (finish != null) {
        return;
      }
      if (hinted || got.size() < result.last()) {
        read();
      } else if (!followed) {
        followed = true;
        store.follow(id, got.size(), this);
      }
    }

    @Override
    public void failed(StoreFailure failure) {
      throw new AssertionError(failure);
    }

    @Override
    public void moved(long last) {
      hinted = true;
      if (!reading && finish == null) {
        read();
      }
    }
  }
}

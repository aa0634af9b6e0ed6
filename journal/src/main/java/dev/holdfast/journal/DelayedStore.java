package dev.holdfast.journal;

import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.journal.StoreFaults.Fate;
import dev.holdfast.journal.StoreFaults.Operation;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store far away: wraps another one and makes its answers late, lost, failed or fenced, as {@link
 * StoreFaults} say. For the world and for tests; it keeps the contract of {@link SessionStore}
 * whatever befalls, and so shows whether its users do. Not safe for threads: everything happens on
 * the scheduler's. Several may wrap one store, as the nodes of a cluster do.
 *
 * <p>Requests on one session reach the store in the order of their calls, and replies come in that
 * order, each at least as late as those before it. In between they overlap, so a writer can have
 * many appends on their way. A fence is a true one: the session is claimed in the store within,
 * just before the write, and nobody drives it after.
 */
public final class DelayedStore implements SessionStore {
  /** The same for a request that never came and a reply that was lost: the caller can't tell. */
  private static final StoreFailure NO_ANSWER =
      new StoreFailure.Io("expected an answer of the store, none came");

  private final SessionStore inner;
  private final Scheduler scheduler;
  private final Map<String, Lane> lanes = new HashMap<>();
  private StoreFaults faults;

  public DelayedStore(SessionStore inner, StoreFaults faults, Scheduler scheduler) {
    this.inner = inner;
    this.faults = faults;
    this.scheduler = scheduler;
  }

  /** From the next call on nothing is late or fails; what is on its way still arrives as drawn. */
  public void heal() {
    faults = StoreFaults.NONE;
  }

  @Override
  public void create(SessionHead head, StoredRequest request, Reply<Created> reply) {
    Lane lane = lane(head.id());
    submit(
        lane, Operation.CREATE, hears -> inner.create(head, request, lane.hearing(hears)), reply);
  }

  @Override
  public void append(SessionRef ref, EventBatch events, AppendReply reply) {
    Lane lane = lane(ref.session());
    lane.expect(ref, events);
    EventBatch copy = copy(events);
    Call<Long> call =
        new Call<>(
            lane,
            faults.next(Operation.APPEND),
            hears -> {
              StoreFailure broken = lane.broken(ref);
              if (broken == null) {
                inner.append(ref, copy, unboxed(hears));
              } else {
                hears.failed(broken);
              }
            },
            boxed(reply)) {
          @Override
          public void failed(StoreFailure failure) {
            lane.breakOff(ref, failure);
            super.failed(failure);
          }
        };
    lane.submit(call);
  }

  @Override
  public void note(SessionRef ref, SessionNote note, AppendReply reply) {
    submit(
        lane(ref.session()),
        Operation.NOTE,
        hears -> inner.note(ref, note, unboxed(hears)),
        boxed(reply));
  }

  @Override
  public void finish(SessionRef ref, FinishRecord record, AppendReply reply) {
    submit(
        lane(ref.session()),
        Operation.FINISH,
        hears -> inner.finish(ref, record, unboxed(hears)),
        boxed(reply));
  }

  @Override
  public void cancel(String session, Reply<SessionView> reply) {
    submit(lane(session), Operation.CANCEL, hears -> inner.cancel(session, hears), reply);
  }

  @Override
  public void claim(String session, Reply<Claim> reply) {
    Lane lane = lane(session);
    submit(lane, Operation.CLAIM, hears -> inner.claim(session, lane.hearingClaim(hears)), reply);
  }

  @Override
  public void reopen(String session, StoredRequest request, Reply<Claim> reply) {
    Lane lane = lane(session);
    submit(
        lane,
        Operation.CLAIM,
        hears -> inner.reopen(session, request, lane.hearingClaim(hears)),
        reply);
  }

  @Override
  public void loadRequest(String session, Reply<StoredRequest> reply) {
    submit(
        lane(session), Operation.LOAD_REQUEST, hears -> inner.loadRequest(session, hears), reply);
  }

  @Override
  public void read(
      String session, long after, int bytesMax, EventBatch into, Reply<ReadResult> reply) {
    if (after < 0) {
      throw new IllegalArgumentException("expected a cursor from 0 on, got " + after);
    }
    submit(
        lane(session),
        Operation.READ,
        hears -> inner.read(session, after, bytesMax, into, hears),
        new Reply<ReadResult>() {
          @Override
          public void ok(ReadResult result) {
            reply.ok(result);
          }

          @Override
          public void failed(StoreFailure failure) {
            into.reset(after + 1);
            reply.failed(failure);
          }
        });
  }

  @Override
  public Subscription follow(String session, long after, Follower follower) {
    var far = new FarFollower(follower);
    Subscription near = inner.follow(session, after, far);
    return () -> {
      far.left = true;
      near.close();
    };
  }

  @Override
  public void find(String session, String owner, Reply<SessionView> reply) {
    submit(lane(session), Operation.FIND, hears -> inner.find(session, owner, hears), reply);
  }

  /** Of no session, so lists overtake everything, each other too. */
  @Override
  public void list(SessionQuery query, Reply<List<SessionView>> reply) {
    submit(new Lane(""), Operation.LIST, hears -> inner.list(query, hears), reply);
  }

  @Override
  public void erase(String session, Reply<SessionView> reply) {
    submit(lane(session), Operation.ERASE, hears -> inner.erase(session, hears), reply);
  }

  @Override
  public void expire() {
    inner.expire();
  }

  private Lane lane(String session) {
    return lanes.computeIfAbsent(session, Lane::new);
  }

  private <T> void submit(Lane lane, Operation operation, Consumer<Reply<T>> act, Reply<T> caller) {
    lane.submit(new Call<>(lane, faults.next(operation), act, caller));
  }

  private void in(long nanos, Runnable task) {
    if (nanos == 0) {
      task.run();
    } else {
      scheduler.after(nanos, task);
    }
  }

  private static EventBatch copy(EventBatch events) {
    byte[] bytes = new byte[Math.toIntExact(events.bytes())];
    EventBatch copy = new EventBatch();
    copy.reset(events.first());
    int used = 0;
    for (int i = 0; i < events.count(); i++) {
      int length = events.end(i) - events.start(i);
      System.arraycopy(events.array(i), events.start(i), bytes, used, length);
      copy.add(bytes, used, used + length);
      used += length;
    }
    return copy;
  }

  private static Reply<Long> boxed(AppendReply reply) {
    return new Reply<>() {
      @Override
      public void ok(Long upTo) {
        reply.appended(upTo);
      }

      @Override
      public void failed(StoreFailure failure) {
        reply.failed(failure);
      }
    };
  }

  private static AppendReply unboxed(Reply<Long> reply) {
    return new AppendReply() {
      @Override
      public void appended(long upTo) {
        reply.ok(upTo);
      }

      @Override
      public void failed(StoreFailure failure) {
        reply.failed(failure);
      }
    };
  }

  /** One operation: on its way to the store, there, or on its way back. */
  private class Call<T> implements Reply<T> {
    private final Lane lane;
    private final Fate fate;
    private final Consumer<Reply<T>> act;
    private final Reply<T> caller;
    private boolean arrived;
    private boolean returned;
    private Runnable answer = () -> {};

    Call(Lane lane, Fate fate, Consumer<Reply<T>> act, Reply<T> caller) {
      this.lane = lane;
      this.fate = fate;
      this.act = act;
      this.caller = caller;
    }

    void perform() {
      switch (fate.mishap()) {
        case NONE -> act.accept(this);
        case FAILED -> failed(NO_ANSWER);
        case REPLY_LOST -> act.accept(new Lost<>(this));
        case FENCED -> {
          inner.claim(lane.session, new Unheard());
          act.accept(this);
        }
      }
    }

    @Override
    public void ok(T value) {
      goBack(() -> caller.ok(value));
    }

    @Override
    public void failed(StoreFailure failure) {
      goBack(() -> caller.failed(failure));
    }

    private void goBack(Runnable withAnswer) {
      answer = withAnswer;
      in(
          fate.replyNanos(),
          () -> {
            returned = true;
            lane.answerAll();
          });
    }
  }

  /** The operations on one session, in the order of their calls, and its writer's numbers. */
  private final class Lane {
    private final String session;
    private final Queue<Call<?>> going = new ArrayDeque<>();
    private final Queue<Call<?>> coming = new ArrayDeque<>();
    private boolean performing;
    private boolean answering;

    /** The newest claim given out here; 0 if there is none. */
    private long epoch;

    private long next;

    /** Why the appends of that claim fail from now on. */
    private @Nullable StoreFailure broken;

    Lane(String session) {
      this.session = session;
    }

    void submit(Call<?> call) {
      going.add(call);
      coming.add(call);
      in(
          call.fate.requestNanos(),
          () -> {
            call.arrived = true;
            performAll();
          });
    }

    /** Not entered again by what a call sets off, or that would overtake those that wait. */
    private void performAll() {
      if (performing) {
        return;
      }
      performing = true;
      try {
        for (Call<?> call = going.peek(); call != null && call.arrived; call = going.peek()) {
          going.remove();
          perform(call);
        }
      } finally {
        performing = false;
      }
    }

    private void perform(Call<?> call) {
      boolean accepted = false;
      try {
        call.perform();
        accepted = true;
      } finally {
        if (!accepted) {
          // It was thrown out as misuse, and no reply will come.
          coming.remove(call);
        }
      }
    }

    private void answerAll() {
      if (answering) {
        return;
      }
      answering = true;
      try {
        for (Call<?> call = coming.peek(); call != null && call.returned; call = coming.peek()) {
          coming.remove();
          call.answer.run();
        }
      } finally {
        answering = false;
      }
      if (coming.isEmpty() && epoch == 0) {
        lanes.remove(session, this);
      }
    }

    /** Checks the numbers when they are given, since a far store would see a hole only later. */
    void expect(SessionRef ref, EventBatch events) {
      if (ref.epoch() < epoch) {
        return;
      }
      if (ref.epoch() > epoch) {
        begin(ref.epoch(), events.first());
      }
      if (broken == null && (events.count() == 0 || events.first() != next)) {
        throw new IllegalArgumentException(
            "expected events from %d on in session %s, got %d from %d on"
                .formatted(next, session, events.count(), events.first()));
      }
      next = events.last() + 1;
    }

    @Nullable StoreFailure broken(SessionRef ref) {
      return ref.epoch() == epoch ? broken : null;
    }

    void breakOff(SessionRef ref, StoreFailure failure) {
      if (ref.epoch() == epoch && broken == null) {
        broken = failure;
      }
    }

    Reply<Created> hearing(Reply<Created> reply) {
      return new Reply<>() {
        @Override
        public void ok(Created created) {
          if (created instanceof Created.Fresh fresh) {
            begin(fresh.ref().epoch(), 1);
          }
          reply.ok(created);
        }

        @Override
        public void failed(StoreFailure failure) {
          reply.failed(failure);
        }
      };
    }

    Reply<Claim> hearingClaim(Reply<Claim> reply) {
      return new Reply<>() {
        @Override
        public void ok(Claim claim) {
          begin(claim.ref().epoch(), claim.session().last() + 1);
          reply.ok(claim);
        }

        @Override
        public void failed(StoreFailure failure) {
          reply.failed(failure);
        }
      };
    }

    private void begin(long newEpoch, long first) {
      epoch = newEpoch;
      next = first;
      broken = null;
    }
  }

  /** The store did it and nobody will know. */
  private record Lost<T>(Reply<T> reply) implements Reply<T> {
    @Override
    public void ok(T value) {
      reply.failed(NO_ANSWER);
    }

    @Override
    public void failed(StoreFailure failure) {
      reply.failed(NO_ANSWER);
    }
  }

  /** Whoever took the session over to fence its writer; it does nothing with it. */
  private record Unheard() implements Reply<Claim> {
    @Override
    public void ok(Claim claim) {}

    @Override
    public void failed(StoreFailure failure) {}
  }

  private final class FarFollower implements Follower {
    private final Follower follower;
    private boolean left;

    FarFollower(Follower follower) {
      this.follower = follower;
    }

    @Override
    public void moved(long last) {
      later(() -> follower.moved(last));
    }

    @Override
    public void cancelRequested() {
      later(follower::cancelRequested);
    }

    private void later(Runnable hint) {
      in(
          faults.next(Operation.HINT).requestNanos(),
          () -> {
            if (!left) {
              hint.run();
            }
          });
    }
  }
}

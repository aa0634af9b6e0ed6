package dev.holdfast.journal;

import dev.holdfast.engine.sse.EventBatch;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sessions on the heap, for a process without a journal on disk and for the world. Answers before
 * each call returns. Safe for many threads; what survives is what the process survives.
 *
 * <p>Locks: each session has its own, and the order of finished sessions has one, which may be
 * taken inside a live session's, by an append that must make room. Whoever holds it may take the
 * lock of a session that stands in the order, since such a session is finished and never asks for
 * room; a session leaves the order before it is live again. Replies and followers are called
 * outside all locks.
 */
public final class MemoryStore implements SessionStore {
  /** Live sessions are looked through so many times in the span after which one counts as dead. */
  private static final int SWEEPS = 64;

  private final MemoryLimits limits;
  private final TimeSource time;
  private final MemoryRoom room;
  private final AtomicLong ordinals = new AtomicLong();
  private final ConcurrentMap<String, MemorySession> sessions = new ConcurrentHashMap<>();
  private final ConcurrentMap<OwnedKey, MemorySession> keys = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, ConcurrentNavigableMap<Long, MemorySession>> owners =
      new ConcurrentHashMap<>();

  /** In the order of their finishing; also the lock of that order. */
  private final Set<MemorySession> finished = new LinkedHashSet<>();

  private final AtomicLong sweptNanos;

  public MemoryStore(MemoryLimits limits, TimeSource time) {
    this.limits = limits;
    this.time = time;
    this.sweptNanos = new AtomicLong(time.nanos());
    this.room = new MemoryRoom(limits.sizeBytesMax(), finished, this::evictOldest);
  }

  /** The heap that all sessions take, as far as the store accounts for it. */
  public long usedBytes() {
    return room.used();
  }

  @Override
  public void create(SessionHead head, StoredRequest request, Reply<Created> reply) {
    long now = time.nanos();
    MemorySession known = keyHolder(head, now);
    if (known != null) {
      reply.ok(new Created.Known(known.view(now)));
      return;
    }
    var session = new MemorySession(head, request, ordinals.incrementAndGet(), now, limits, room);
    if (!session.settle()) {
      reply.failed(new StoreFailure.Full(room.used(), room.bytesMax()));
      return;
    }
    if (sessions.putIfAbsent(head.id(), session) != null) {
      session.leave();
      throw new IllegalArgumentException("expected an id never used, got " + head.id());
    }
    known = takeKey(session);
    if (known != null) {
      sessions.remove(head.id(), session);
      session.leave();
      reply.ok(new Created.Known(known.view(now)));
      return;
    }
    owners.compute(
        head.owner(),
        (owner, mine) -> {
          var map = mine == null ? new ConcurrentSkipListMap<Long, MemorySession>() : mine;
          map.put(session.ordinal, session);
          return map;
        });
    reply.ok(new Created.Fresh(new SessionRef(head.id(), 1)));
  }

  @Override
  public void append(SessionRef ref, EventBatch events, AppendReply reply) {
    MemorySession session = sessions.get(ref.session());
    StoreFailure failure =
        session == null
            ? new StoreFailure.Unknown()
            : session.append(ref.epoch(), events, time.nanos());
    if (session == null || failure != null) {
      reply.failed(failure == null ? new StoreFailure.Unknown() : failure);
      return;
    }
    // The reply may fill the batch anew.
    long last = events.last();
    reply.appended(last);
    session.wake(last);
  }

  @Override
  public void note(SessionRef ref, SessionNote note, AppendReply reply) {
    with(
        ref.session(),
        reply::failed,
        session -> answer(session, session.note(ref.epoch(), note, time.nanos()), reply));
  }

  @Override
  public void finish(SessionRef ref, FinishRecord record, AppendReply reply) {
    with(
        ref.session(),
        reply::failed,
        session -> {
          StoreFailure failure = session.finish(ref.epoch(), record, time.nanos());
          if (failure == null) {
            if (session.cameToNothing()) {
              freeKey(session);
            }
            enlist(session);
          }
          answer(session, failure, reply);
          if (failure == null) {
            session.wake(session.last());
          }
        });
  }

  @Override
  public void cancel(String id, Reply<SessionView> reply) {
    with(
        id,
        reply::failed,
        session -> {
          boolean written = session.cancel();
          reply.ok(session.view(time.nanos()));
          if (written) {
            session.wakeToCancel();
          }
        });
  }

  @Override
  public void claim(String id, Reply<Claim> reply) {
    with(id, reply::failed, session -> answer(session.claim(time.nanos()), reply));
  }

  @Override
  public void reopen(String id, StoredRequest request, Reply<Claim> reply) {
    with(
        id,
        reply::failed,
        session -> {
          StoreFailure refusal = session.reopenRefusal();
          answer(
              refusal == null
                  ? reopenTakenOut(session, request)
                  : new MemorySession.Taking.Refused(refusal),
              reply);
        });
  }

  @Override
  public void loadRequest(String id, Reply<StoredRequest> reply) {
    with(
        id,
        reply::failed,
        session -> {
          StoredRequest request = session.request();
          FinishRecord finish = session.finish();
          if (request != null) {
            reply.ok(request);
          } else if (finish != null) {
            reply.failed(new StoreFailure.Finished(finish));
          } else {
            reply.failed(new StoreFailure.Unknown());
          }
        });
  }

  @Override
  public void read(String id, long after, int bytesMax, EventBatch into, Reply<ReadResult> reply) {
    if (after < 0) {
      throw new IllegalArgumentException("expected a cursor from 0 on, got " + after);
    }
    into.reset(after + 1);
    MemorySession session = readable(id);
    ReadResult result = session == null ? null : session.read(after, bytesMax, into);
    if (result == null) {
      reply.failed(new StoreFailure.Unknown());
    } else {
      reply.ok(result);
    }
  }

  @Override
  public Subscription follow(String id, long after, Follower follower) {
    MemorySession session = present(id);
    if (session == null) {
      follower.moved(0);
      return () -> {};
    }
    // A follower of its own, so that one who follows twice can leave once.
    var place = new Place(follower);
    boolean behind = session.follow(after, place);
    if (session.cancelRequested()) {
      place.cancelRequested();
    }
    if (behind) {
      place.moved(session.last());
    }
    return () -> session.unfollow(place);
  }

  @Override
  public void find(String id, String owner, Reply<SessionView> reply) {
    MemorySession session = present(id);
    if (session == null || !session.head.owner().equals(owner)) {
      reply.failed(new StoreFailure.Unknown());
    } else {
      reply.ok(session.view(time.nanos()));
    }
  }

  @Override
  public void list(SessionQuery query, Reply<List<SessionView>> reply) {
    long now = time.nanos();
    var found = new ArrayList<SessionView>();
    var mine = owners.get(query.owner());
    if (mine != null) {
      for (MemorySession session : mine.descendingMap().values()) {
        if (found.size() == query.sessionsMax()) {
          break;
        }
        if (matches(session, query) && !session.gone() && !session.expired(now)) {
          found.add(session.view(now));
        }
      }
    }
    reply.ok(List.copyOf(found));
  }

  @Override
  public void erase(String id, Reply<SessionView> reply) {
    with(
        id,
        reply::failed,
        session -> {
          SessionView view = session.view(time.nanos());
          drop(session);
          reply.ok(view);
        });
  }

  @Override
  public void expire() {
    long now = time.nanos();
    synchronized (finished) {
      Iterator<MemorySession> oldest = finished.iterator();
      while (oldest.hasNext()) {
        MemorySession session = oldest.next();
        if (!session.expired(now)) {
          break;
        }
        if (!session.pinned(now)) {
          oldest.remove();
          evict(session);
        }
      }
    }
    long swept = sweptNanos.get();
    if (now - swept >= limits.abandon().toNanos() / SWEEPS
        && sweptNanos.compareAndSet(swept, now)) {
      for (MemorySession session : sessions.values()) {
        if (!session.finished() && session.expired(now)) {
          dropIfExpired(session);
        }
      }
    }
  }

  /** Calls the act with a session that is there, else says that it is not. */
  private void with(String id, Consumer<StoreFailure> unknown, Consumer<MemorySession> act) {
    MemorySession session = present(id);
    if (session == null) {
      unknown.accept(new StoreFailure.Unknown());
    } else {
      act.accept(session);
    }
  }

  private static void answer(
      MemorySession session, @Nullable StoreFailure failure, AppendReply reply) {
    if (failure == null) {
      reply.appended(session.last());
    } else {
      reply.failed(failure);
    }
  }

  private static void answer(MemorySession.Taking taking, Reply<Claim> reply) {
    switch (taking) {
      case MemorySession.Taking.Taken taken -> reply.ok(taken.claim());
      case MemorySession.Taking.Refused refused -> reply.failed(refused.failure());
    }
  }

  /** The session of this id, if there is one and its time is not over. */
  private @Nullable MemorySession present(String id) {
    MemorySession session = sessions.get(id);
    if (session == null || !session.finished() || !session.expired(time.nanos())) {
      return session;
    }
    dropIfExpired(session);
    return null;
  }

  /** The same, or one that is pinned by those who read it. */
  private @Nullable MemorySession readable(String id) {
    MemorySession session = sessions.get(id);
    return session != null && session.pinned(time.nanos()) ? session : present(id);
  }

  private static boolean matches(MemorySession session, SessionQuery query) {
    return (query.label() == null || query.label().equals(session.head.label()))
        && (query.state() == null || query.state() == session.state());
  }

  /** Reopens a session that nobody else took out of the order of finished ones. */
  private MemorySession.Taking reopenTakenOut(MemorySession session, StoredRequest request) {
    synchronized (finished) {
      if (!finished.remove(session)) {
        return new MemorySession.Taking.Refused(
            session.gone() ? new StoreFailure.Unknown() : new StoreFailure.Fenced(session.epoch()));
      }
    }
    MemorySession.Taking taking = session.reopen(request, time.nanos());
    if (taking instanceof MemorySession.Taking.Refused) {
      enlist(session);
    }
    return taking;
  }

  private void enlist(MemorySession session) {
    synchronized (finished) {
      if (!session.gone()) {
        finished.add(session);
      }
    }
  }

  private @Nullable MemorySession keyHolder(SessionHead head, long now) {
    OwnedKey key = OwnedKey.of(head);
    MemorySession holder = key == null ? null : keys.get(key);
    return holder == null || holder.gone() || holder.expired(now) ? null : holder;
  }

  /** Puts the session under its key; answers the one that holds it already. */
  private @Nullable MemorySession takeKey(MemorySession session) {
    OwnedKey key = OwnedKey.of(session.head);
    if (key == null) {
      return null;
    }
    while (true) {
      MemorySession holder = keys.putIfAbsent(key, session);
      if (holder == null) {
        return null;
      }
      dropIfExpired(holder);
      if (!holder.gone() && !holder.expired(time.nanos())) {
        return holder;
      }
      keys.remove(key, holder);
    }
  }

  private void freeKey(MemorySession session) {
    OwnedKey key = OwnedKey.of(session.head);
    if (key != null) {
      keys.remove(key, session);
    }
  }

  /** Called by the room, under the lock of the order. */
  private boolean evictOldest() {
    Iterator<MemorySession> oldest = finished.iterator();
    if (!oldest.hasNext()) {
      return false;
    }
    MemorySession session = oldest.next();
    oldest.remove();
    evict(session);
    return true;
  }

  /** Drops a session in any state. */
  private void drop(MemorySession session) {
    if (session.leave()) {
      delist(session);
    }
  }

  private void dropIfExpired(MemorySession session) {
    if (session.leaveIfExpired(time.nanos())) {
      delist(session);
    }
  }

  private void delist(MemorySession session) {
    synchronized (finished) {
      finished.remove(session);
    }
    unindex(session);
    session.wake(0);
  }

  /** Under the lock of the order, of which the session was just taken. */
  private void evict(MemorySession session) {
    if (session.leave()) {
      unindex(session);
    }
  }

  private void unindex(MemorySession session) {
    sessions.remove(session.head.id(), session);
    freeKey(session);
    owners.computeIfPresent(
        session.head.owner(),
        (owner, mine) -> {
          mine.remove(session.ordinal);
          return mine.isEmpty() ? null : mine;
        });
  }

  private record OwnedKey(String owner, String hash) {
    static @Nullable OwnedKey of(SessionHead head) {
      IdempotencyKey key = head.key();
      return key == null ? null : new OwnedKey(head.owner(), key.hash());
    }
  }

  private record Place(Follower follower) implements Follower {
    @Override
    public void moved(long last) {
      follower.moved(last);
    }

    @Override
    public void cancelRequested() {
      follower.cancelRequested();
    }
  }
}

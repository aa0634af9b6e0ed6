package dev.holdfast.journal;

import dev.holdfast.engine.sse.EventBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One session of a {@link MemoryStore}. Its methods are short steps under its own lock, which is
 * nearly always free, as a session lives on one event loop; they call nobody but the {@link
 * MemoryRoom}. A step answers why it was refused, or null if it was done.
 */
final class MemorySession {
  /** This object, its head, its log, and its places in the indexes; a round estimate. */
  private static final int OVERHEAD_BYTES = 768;

  private static final int NOTE_BYTES = 96;
  private static final Follower[] NOBODY = {};

  final SessionHead head;
  final long ordinal;
  private final long createdNanos;
  private final MemoryLimits limits;
  private final EventLog log;
  private final MemoryRoom room;
  private final List<SessionNote> notes = new ArrayList<>(2);
  private @Nullable StoredRequest request;
  private @Nullable FinishRecord finish;
  private @Nullable StoreFailure broken;
  private long epoch = 1;
  private int idleClaims;
  private boolean cancelRequested;
  private boolean reopened;
  private long ownBytes;

  /** When it was written to, claimed or finished; read without the lock by expiry. */
  private volatile long touchedNanos;

  private volatile boolean finished;
  private volatile boolean gone;
  private volatile Follower[] followers = NOBODY;

  MemorySession(
      SessionHead head,
      StoredRequest request,
      long ordinal,
      long nowNanos,
      MemoryLimits limits,
      MemoryRoom room) {
    this.head = head;
    this.request = request;
    this.ordinal = ordinal;
    this.limits = limits;
    this.room = room;
    this.log = new EventLog(room);
    this.createdNanos = nowNanos;
    this.touchedNanos = nowNanos;
  }

  /** Takes the room for all but events. */
  synchronized boolean settle() {
    return takeOwn(OVERHEAD_BYTES + bytes(request));
  }

  synchronized @Nullable StoreFailure append(long claim, EventBatch events, long nowNanos) {
    StoreFailure refusal = refusal(claim);
    if (refusal == null) {
      refusal = broken;
    }
    if (refusal != null) {
      return refusal;
    }
    if (events.count() == 0 || events.first() != log.last() + 1) {
      throw new IllegalArgumentException(
          "expected events from %d on in session %s, got %d from %d on"
              .formatted(log.last() + 1, head.id(), events.count(), events.first()));
    }
    long payload = log.payloadBytes() + events.bytes();
    if (payload > limits.sessionBytesMax()) {
      broken = new StoreFailure.Full(payload, limits.sessionBytesMax());
    } else if (!log.append(events)) {
      broken = full(events.bytes());
    } else {
      idleClaims = 0;
      touchedNanos = nowNanos;
    }
    return broken;
  }

  synchronized @Nullable StoreFailure note(long claim, SessionNote note, long nowNanos) {
    StoreFailure refusal = refusal(claim);
    if (refusal != null) {
      return refusal;
    }
    if (!takeOwn(NOTE_BYTES)) {
      return full(NOTE_BYTES);
    }
    notes.add(note);
    touchedNanos = nowNanos;
    return null;
  }

  synchronized @Nullable StoreFailure finish(long claim, FinishRecord record, long nowNanos) {
    StoreFailure refusal = refusal(claim);
    if (refusal != null) {
      return refusal;
    }
    finish = record;
    long freed = bytes(request);
    request = null;
    ownBytes -= freed;
    room.release(freed);
    log.trim();
    touchedNanos = nowNanos;
    finished = true;
    return null;
  }

  /** Whether the record was written now. */
  synchronized boolean cancel() {
    if (gone || cancelRequested || finish != null) {
      return false;
    }
    cancelRequested = true;
    return true;
  }

  synchronized Taking claim(long nowNanos) {
    StoreFailure refusal = refusal(epoch);
    return refusal == null ? takeOver(nowNanos) : new Taking.Refused(refusal);
  }

  /** Expects that it left the order of finished sessions, so that nobody evicts it meanwhile. */
  synchronized Taking reopen(StoredRequest again, long nowNanos) {
    StoreFailure refusal = reopenRefusal();
    if (refusal == null && !takeOwn(bytes(again))) {
      refusal = full(bytes(again));
    }
    if (refusal != null) {
      return new Taking.Refused(refusal);
    }
    request = again;
    finish = null;
    finished = false;
    reopened = true;
    return takeOver(nowNanos);
  }

  /** Why it can't be reopened, or null if it can. */
  synchronized @Nullable StoreFailure reopenRefusal() {
    if (gone) {
      return new StoreFailure.Unknown();
    }
    if (finish == null) {
      return new StoreFailure.Fenced(epoch);
    }
    return !reopened && finish instanceof FinishRecord.Failed failed && failed.retryable()
        ? null
        : new StoreFailure.Finished(finish);
  }

  synchronized @Nullable StoredRequest request() {
    return request;
  }

  synchronized @Nullable ReadResult read(long after, int bytesMax, EventBatch into) {
    if (gone) {
      return null;
    }
    log.read(after, bytesMax, into);
    return new ReadResult(log.last(), into.last() >= log.last() ? finish : null);
  }

  synchronized SessionView view(long nowNanos) {
    return new SessionView(
        head,
        List.of(new History(head.history(), 0)),
        epoch,
        log.last(),
        cancelRequested,
        idleClaims,
        notes,
        finish,
        Duration.ofNanos(nowNanos - createdNanos));
  }

  synchronized @Nullable FinishRecord finish() {
    return finish;
  }

  synchronized long epoch() {
    return epoch;
  }

  synchronized long last() {
    return log.last();
  }

  synchronized SessionState state() {
    return finish == null ? SessionState.LIVE : finish.state();
  }

  /**
   * Whether a key that named it is free for another: it failed before there was anything to keep.
   */
  synchronized boolean cameToNothing() {
    return finish instanceof FinishRecord.Failed && log.last() == 0;
  }

  boolean gone() {
    return gone;
  }

  /** Whether its time is over at this moment. */
  boolean expired(long nowNanos) {
    Duration time = finished ? limits.keep() : limits.abandon();
    return nowNanos - touchedNanos >= time.toNanos();
  }

  /** Whether its time is over, but somebody who came before may go on reading. */
  boolean pinned(long nowNanos) {
    return finished
        && followers.length > 0
        && nowNanos - touchedNanos < limits.keep().plus(limits.pin()).toNanos();
  }

  boolean finished() {
    return finished;
  }

  /** Marks it gone and gives its bytes back; false if that was done before. */
  synchronized boolean leave() {
    if (gone) {
      return false;
    }
    gone = true;
    room.release(ownBytes + log.heldBytes());
    return true;
  }

  /** The same, if its time is over; decided under the lock, as a write may have come between. */
  synchronized boolean leaveIfExpired(long nowNanos) {
    return expired(nowNanos) && !pinned(nowNanos) && leave();
  }

  /** Adds a follower and tells whether it has something to read at once. */
  synchronized boolean follow(long after, Follower follower) {
    Follower[] more = Arrays.copyOf(followers, followers.length + 1);
    more[followers.length] = follower;
    followers = more;
    return gone || finish != null || log.last() > after;
  }

  synchronized boolean cancelRequested() {
    return cancelRequested;
  }

  synchronized void unfollow(Follower follower) {
    followers = Arrays.stream(followers).filter(f -> f != follower).toArray(Follower[]::new);
  }

  /** Not under the lock, as followers may call the store. */
  void wake(long last) {
    for (Follower follower : followers) {
      follower.moved(last);
    }
  }

  /** Not under the lock, as followers may call the store. */
  void wakeToCancel() {
    for (Follower follower : followers) {
      follower.cancelRequested();
    }
  }

  private Taking takeOver(long nowNanos) {
    epoch++;
    idleClaims++;
    broken = null;
    touchedNanos = nowNanos;
    return new Taking.Taken(new Claim(new SessionRef(head.id(), epoch), view(nowNanos)));
  }

  private @Nullable StoreFailure refusal(long claim) {
    if (gone) {
      return new StoreFailure.Unknown();
    }
    if (claim != epoch) {
      return new StoreFailure.Fenced(epoch);
    }
    return finish == null ? null : new StoreFailure.Finished(finish);
  }

  private boolean takeOwn(long bytes) {
    if (!room.take(bytes)) {
      return false;
    }
    ownBytes += bytes;
    return true;
  }

  private StoreFailure full(long more) {
    return new StoreFailure.Full(room.used() + more, room.bytesMax());
  }

  /** What a claim came to. */
  sealed interface Taking {
    record Taken(Claim claim) implements Taking {}

    record Refused(StoreFailure failure) implements Taking {}
  }

  private static long bytes(@Nullable StoredRequest request) {
    if (request == null) {
      return 0;
    }
    long bytes = request.body().length + 128L;
    for (var header : request.headers().entrySet()) {
      bytes += header.getKey().length() + header.getValue().length() + 96L;
    }
    return bytes;
  }
}

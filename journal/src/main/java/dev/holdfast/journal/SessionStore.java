package dev.holdfast.journal;

import dev.holdfast.engine.sse.EventBatch;
import java.util.List;

/**
 * Where sessions are kept: the port between a relay and its journal. Asynchronous, so that a store
 * may be a disk or another machine, and batch-wise, so that a token costs no call of its own.
 *
 * <p><b>Replies.</b> Each operation is answered exactly once, before it returns or later; see
 * {@link Reply}. Operations on one session take effect, and are answered, in the order of their
 * calls by one caller.
 *
 * <p><b>Writers.</b> One claim at a time may write to a session. {@link #create} gives the first,
 * and {@link #claim} a newer one that fences all before: the check and the write are one step.
 * After a failed append every append under the same claim fails in the same way, whatever its
 * numbers, since the log must not have a hole; the claim can still {@link #finish}.
 *
 * <p><b>Readers</b> need no claim. They read from a cursor, and {@link #follow} from the last event
 * they have: what was appended between the two is hinted at once, so nothing is missed. Whether a
 * caller may see a session is asked by {@link #find}; the other operations believe the id.
 *
 * <p><b>Time</b> for expiry and leases is the store's own.
 */
public interface SessionStore {

  /**
   * Begins a session, unless its owner's {@link IdempotencyKey} names one already; of any number of
   * creators with one key, one gets {@link Created.Fresh}. A key is free again when its session is
   * gone, or has failed without an event.
   *
   * @param request kept until the session is finished
   * @throws IllegalArgumentException if the id was used before
   */
  void create(SessionHead head, StoredRequest request, Reply<Created> reply);

  /**
   * Adds events to the log, all or none. Takes a copy of the bytes before it returns.
   *
   * @throws IllegalArgumentException if there are no events, or the first number is not the one
   *     after the last appended under this claim
   */
  void append(SessionRef ref, EventBatch events, AppendReply reply);

  /** Adds a note. */
  void note(SessionRef ref, SessionNote note, AppendReply reply);

  /** Writes the last record and drops the request. Of several, the first one counts. */
  void finish(SessionRef ref, FinishRecord record, AppendReply reply);

  /**
   * Writes a cancel record, which needs no claim; followers are told. Does nothing the second time
   * or on a finished session. Answers what is known then: it is finished only once its driver did
   * so.
   */
  void cancel(String session, Reply<SessionView> reply);

  /**
   * Takes a live session over. The caller knows that its driver is gone; a store with leases
   * answers {@link StoreFailure.Fenced} while the driver's lease is alive.
   */
  void claim(String session, Reply<Claim> reply);

  /**
   * Takes a session up again that failed, retryable: its finish record goes and it is live. Once
   * for each session. {@link StoreFailure.Fenced} if somebody else was first and drives it, {@link
   * StoreFailure.Finished} if it stays as it is.
   *
   * @param request the same one again, as a finished session has none
   */
  void reopen(String session, StoredRequest request, Reply<Claim> reply);

  /**
   * Answers the request of a live session; {@link StoreFailure.Finished} if it has been dropped.
   */
  void loadRequest(String session, Reply<StoredRequest> reply);

  /**
   * Reads whole events after a cursor: as many as fit {@code bytesMax}, and at least one if there
   * is one. The batch belongs to the store until the reply; its slices stay valid for ever, as
   * bytes once in the log are never changed. A failed read leaves the batch empty.
   *
   * @param after the last event the reader has; 0 for none
   * @param into reset to begin with {@code after + 1}
   * @throws IllegalArgumentException if {@code after} is below 0
   */
  void read(String session, long after, int bytesMax, EventBatch into, Reply<ReadResult> reply);

  /** Reads the log from its first event to its last. The parts hold at most some 256 KB each. */
  default void loadTranscript(String session, TranscriptReply reply) {
    new TranscriptLoad(this, session, reply).run();
  }

  /**
   * Asks for hints. If the session has events after the cursor, is finished or is gone, the first
   * one comes at once; a cancel record that was there before is told again.
   *
   * <p>A follower of a finished session also pins it: {@link #read} goes on for a while after the
   * session has expired, for this and all other readers, while to everything else it is unknown.
   */
  Subscription follow(String session, long after, Follower follower);

  /**
   * Answers a session of this owner; a foreign one is {@link StoreFailure.Unknown} like any other.
   */
  void find(String session, String owner, Reply<SessionView> reply);

  /** Answers an owner's sessions, newest first. */
  void list(SessionQuery query, Reply<List<SessionView>> reply);

  /**
   * Makes a session unknown at once, and its content unreadable in whatever way the medium needs. A
   * driver that still writes gets {@link StoreFailure.Unknown}. Answers what it was.
   */
  void erase(String session, Reply<SessionView> reply);

  /**
   * Drops what has expired, by the store's clock. The driver calls it about once a second; an
   * expired session is unknown even before.
   */
  void expire();
}

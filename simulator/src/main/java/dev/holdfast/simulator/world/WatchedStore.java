package dev.holdfast.simulator.world;

import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.journal.AppendReply;
import dev.holdfast.journal.Claim;
import dev.holdfast.journal.Created;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.Follower;
import dev.holdfast.journal.MemoryLimits;
import dev.holdfast.journal.ReadResult;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.SessionHead;
import dev.holdfast.journal.SessionNote;
import dev.holdfast.journal.SessionQuery;
import dev.holdfast.journal.SessionRef;
import dev.holdfast.journal.SessionStore;
import dev.holdfast.journal.SessionView;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.journal.StoredRequest;
import dev.holdfast.journal.Subscription;
import dev.holdfast.journal.TranscriptReply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The store as our process sees it, with a checker at the door: what the store acknowledged, what
 * is read for readers, and how each session was finished.
 */
final class WatchedStore implements SessionStore {
  /** How soon after its time a session is dropped. */
  private static final long LOOK_NANOS = 1_000_000_000L;

  /** Who comes so late before the end of a session's time may miss it. */
  private static final long TOO_LATE_NANOS = 10_000_000_000L;

  /** What is known of one session here. */
  private static final class Known {
    long acknowledged;
    long offered;
    long shown;
    int finishes;
    long finishNanos;
    boolean failed;
  }

  private final SessionStore store;
  private final MemoryLimits limits;
  private final VirtualTime time;
  private final Verdicts verdicts;
  private final Map<String, Known> sessions = new HashMap<>();
  private int failures;

  WatchedStore(SessionStore store, MemoryLimits limits, VirtualTime time, Verdicts verdicts) {
    this.store = store;
    this.limits = limits;
    this.time = time;
    this.verdicts = verdicts;
  }

  private Known known(String session) {
    return sessions.computeIfAbsent(session, s -> new Known());
  }

  /** The last event that the store said it has. */
  long acknowledged(String session) {
    return known(session).acknowledged;
  }

  /** The last event that was written to any reader. */
  long shown(String session) {
    return known(session).shown;
  }

  /** How often the session was finished. */
  int finishes(String session) {
    return known(session).finishes;
  }

  /** Whether the store failed under this session. */
  boolean failed(String session) {
    return known(session).failed;
  }

  /** How often the store failed at all. */
  int failures() {
    return failures;
  }

  @Override
  public void create(SessionHead head, StoredRequest request, Reply<Created> reply) {
    store.create(
        head,
        request,
        new Reply<>() {
          @Override
          public void ok(Created created) {
            reply.ok(created);
          }

          @Override
          public void failed(StoreFailure failure) {
            fail(head.id());
            reply.failed(failure);
          }
        });
  }

  @Override
  public void append(SessionRef ref, EventBatch events, AppendReply reply) {
    var known = known(ref.session());
    verdicts.expect(
        known.finishes == 0,
        "nothing after the end",
        () -> "session " + ref.session() + " appended after its finish");
    known.offered = Math.max(known.offered, events.last());
    store.append(
        ref,
        events,
        new AppendReply() {
          @Override
          public void appended(long upTo) {
            known.acknowledged = Math.max(known.acknowledged, upTo);
            reply.appended(upTo);
          }

          @Override
          public void failed(StoreFailure failure) {
            fail(ref.session());
            reply.failed(failure);
          }
        });
  }

  private void fail(String session) {
    known(session).failed = true;
    failures++;
  }

  @Override
  public void note(SessionRef ref, SessionNote note, AppendReply reply) {
    store.note(ref, note, reply);
  }

  @Override
  public void finish(SessionRef ref, FinishRecord record, AppendReply reply) {
    var known = known(ref.session());
    known.finishes++;
    known.finishNanos = time.nanos();
    time.after(limits.keep().toNanos() + LOOK_NANOS, store::expire);
    time.after(limits.keep().plus(limits.pin()).toNanos() + LOOK_NANOS, store::expire);
    verdicts.expect(
        known.finishes == 1,
        "exactly one outcome",
        () -> "session " + ref.session() + " finished again as " + record);
    store.finish(
        ref,
        record,
        new AppendReply() {
          @Override
          public void appended(long upTo) {
            reply.appended(upTo);
          }

          @Override
          public void failed(StoreFailure failure) {
            fail(ref.session());
            reply.failed(failure);
          }
        });
  }

  @Override
  public void read(
      String session, long after, int bytesMax, EventBatch into, Reply<ReadResult> reply) {
    // Transcripts are read by another door, so this is for a reader.
    checkKept(session, after + 1);
    store.read(session, after, bytesMax, into, watched(session, reply));
  }

  /** Expiry is no failure. */
  private <T> Reply<T> watched(String session, Reply<T> reply) {
    return new Reply<>() {
      @Override
      public void ok(T value) {
        reply.ok(value);
      }

      @Override
      public void failed(StoreFailure failure) {
        if (!(failure instanceof StoreFailure.Unknown)) {
          fail(session);
        }
        reply.failed(failure);
      }
    };
  }

  /** Somebody is about to be sent events up to this one. */
  void shown(String session, long upTo) {
    checkKept(session, upTo);
    var known = known(session);
    known.shown = Math.max(known.shown, upTo);
  }

  /** A store whose answer was lost may have what it did not acknowledge. */
  private void checkKept(String session, long upTo) {
    var known = known(session);
    verdicts.expect(
        upTo <= (known.failed ? known.offered : known.acknowledged),
        "nothing shown before it is kept",
        () -> "session " + session + " shows " + upTo + ", acknowledged is " + known.acknowledged);
  }

  /** A reader that was served since then can't read on. */
  void checkLost(String session, StoreFailure failure, long servedNanos) {
    if (failure instanceof StoreFailure.Unknown) {
      var known = known(session);
      long kept = known.finishNanos + limits.keep().toNanos();
      verdicts.expect(
          known.failed
              || known.finishes > 0
                  && (time.nanos() >= kept + limits.pin().toNanos()
                      || servedNanos >= kept - TOO_LATE_NANOS),
          "no session expires under its readers",
          () -> session + " was lost under a reader");
    }
  }

  /** Somebody who came for a session was told that there is none. */
  void checkUnknown(String session, StoreFailure failure) {
    if (failure instanceof StoreFailure.Unknown) {
      var known = known(session);
      verdicts.expect(
          known.failed
              || known.finishes > 0 && time.nanos() >= known.finishNanos + limits.keep().toNanos(),
          "what was seen can be read again",
          () -> session + " is unknown before its time");
    }
  }

  /** Whether the session's time may have been over then. */
  boolean expired(String session, long atNanos) {
    var known = known(session);
    return known.finishes > 0
        && atNanos >= known.finishNanos + limits.keep().toNanos() - TOO_LATE_NANOS;
  }

  @Override
  public void loadTranscript(String session, TranscriptReply reply) {
    store.loadTranscript(
        session,
        new TranscriptReply() {
          @Override
          public void part(EventBatch events) {
            reply.part(events);
          }

          @Override
          public void loaded(long last) {
            reply.loaded(last);
          }

          @Override
          public void failed(StoreFailure failure) {
            fail(session);
            reply.failed(failure);
          }
        });
  }

  @Override
  public void cancel(String session, Reply<SessionView> reply) {
    store.cancel(session, reply);
  }

  @Override
  public void claim(String session, Reply<Claim> reply) {
    store.claim(session, reply);
  }

  @Override
  public void reopen(String session, StoredRequest request, Reply<Claim> reply) {
    store.reopen(
        session,
        request,
        new Reply<>() {
          @Override
          public void ok(Claim claim) {
            var known = known(session);
            known.finishes = 0;
            // Also what was kept, and its acknowledgement lost.
            known.acknowledged = Math.max(known.acknowledged, claim.session().last());
            reply.ok(claim);
          }

          @Override
          public void failed(StoreFailure failure) {
            if (!(failure instanceof StoreFailure.Finished)) {
              fail(session);
            }
            reply.failed(failure);
          }
        });
  }

  @Override
  public void loadRequest(String session, Reply<StoredRequest> reply) {
    store.loadRequest(session, reply);
  }

  @Override
  public Subscription follow(String session, long after, Follower follower) {
    return store.follow(session, after, follower);
  }

  @Override
  public void find(String session, String owner, Reply<SessionView> reply) {
    store.find(session, owner, watched(session, reply));
  }

  @Override
  public void list(SessionQuery query, Reply<List<SessionView>> reply) {
    store.list(query, reply);
  }

  @Override
  public void erase(String session, Reply<SessionView> reply) {
    store.erase(session, reply);
  }

  @Override
  public void expire() {
    store.expire();
  }
}

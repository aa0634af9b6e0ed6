package dev.holdfast.simulator.world;

import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.journal.AppendReply;
import dev.holdfast.journal.Claim;
import dev.holdfast.journal.Created;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.Follower;
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
  /** What is known of one session here. */
  private static final class Known {
    long acknowledged;
    int finishes;
    boolean failed;
  }

  private final SessionStore store;
  private final Verdicts verdicts;
  private final Map<String, Known> sessions = new HashMap<>();
  private int failures;

  WatchedStore(SessionStore store, Verdicts verdicts) {
    this.store = store;
    this.verdicts = verdicts;
  }

  private Known known(String session) {
    return sessions.computeIfAbsent(session, s -> new Known());
  }

  /** The last event that the store said it has. */
  long acknowledged(String session) {
    return known(session).acknowledged;
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
    shown(session, after + 1);
    store.read(
        session,
        after,
        bytesMax,
        into,
        new Reply<>() {
          @Override
          public void ok(ReadResult result) {
            reply.ok(result);
          }

          @Override
          public void failed(StoreFailure failure) {
            fail(session);
            reply.failed(failure);
          }
        });
  }

  /** Somebody is about to be sent events up to this one. */
  void shown(String session, long upTo) {
    verdicts.expect(
        upTo <= known(session).acknowledged,
        "nothing shown before it is kept",
        () ->
            "session "
                + session
                + " shows "
                + upTo
                + ", acknowledged is "
                + known(session).acknowledged);
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
    store.reopen(session, request, reply);
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
    store.find(session, owner, reply);
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

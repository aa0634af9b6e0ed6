package dev.holdfast.journal;

import dev.holdfast.engine.sse.EventBatch;

/**
 * Reads a log part by part. A loop rather than a chain of replies, as a store that answers in the
 * call would otherwise grow the stack with the log.
 */
final class TranscriptLoad implements Reply<ReadResult> {
  private static final int PART_BYTES_MAX = 256 * 1024;

  private final SessionStore store;
  private final String session;
  private final TranscriptReply reply;
  private final EventBatch part = new EventBatch();
  private long after;
  private boolean running;
  private boolean answered;
  private boolean done;

  TranscriptLoad(SessionStore store, String session, TranscriptReply reply) {
    this.store = store;
    this.session = session;
    this.reply = reply;
  }

  void run() {
    running = true;
    do {
      answered = false;
      store.read(session, after, PART_BYTES_MAX, part, this);
    } while (answered && !done);
    running = false;
  }

  @Override
  public void ok(ReadResult result) {
    answered = true;
    if (part.count() > 0) {
      after = part.last();
      reply.part(part);
    }
    if (after >= result.last()) {
      done = true;
      reply.loaded(after);
    } else if (!running) {
      run();
    }
  }

  @Override
  public void failed(StoreFailure failure) {
    answered = true;
    done = true;
    reply.failed(failure);
  }
}

package dev.holdfast.relay.server;

import dev.holdfast.engine.delivery.DeliveryFact;
import dev.holdfast.engine.delivery.DeliverySettings;
import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.SessionView;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session that is over and is read again: delivery without a machine. Lives on one event loop
 * while somebody there reads it; other loops have their own.
 */
final class Replay implements SessionReaders.Session {
  private final Worker worker;
  private final SessionFace face;
  private final long epoch;
  private final FinishRecord finish;
  private final SessionReaders readers;
  private final ArrayDeque<DeliveryFact> facts = new ArrayDeque<>(2);
  private boolean running;
  private int counted;

  /**
   * @param view of the session as it ended
   * @param finish how it did
   * @param body of an answer that is not streamed; null if it streamed, or came to none
   */
  Replay(
      Worker worker,
      SessionView view,
      FinishRecord finish,
      byte @Nullable [] body,
      DeliverySettings settings) {
    this.worker = worker;
    this.face = SessionFace.of(view);
    this.epoch = view.epoch();
    this.finish = finish;
    this.readers = new SessionReaders(this, worker, settings);
    long now = System.nanoTime();
    readers.accept(new DeliveryFact.Emitted(now, view.last()));
    if (body != null) {
      readers.accept(new DeliveryFact.BodyReady(now, body));
    }
    readers.accept(new DeliveryFact.SessionFinished(now, outcome(finish)));
  }

  /** How a session ended, as its last record tells it. */
  static Outcome outcome(FinishRecord finish) {
    return switch (finish) {
      case FinishRecord.Complete f -> new Outcome.Complete();
      case FinishRecord.Cancelled f ->
          new Outcome.Failed(new Failure.Cancelled(f.message()), false);
      case FinishRecord.Failed f -> new Outcome.Failed(failure(f), f.retryable());
    };
  }

  /** The last record of a session that ends so. */
  static FinishRecord record(Outcome outcome, Dialect dialect, List<String> strategies) {
    return switch (outcome) {
      case Outcome.Complete c -> new FinishRecord.Complete();
      case Outcome.Failed f ->
          f.failure() instanceof Failure.Cancelled cancelled
              ? new FinishRecord.Cancelled(cancelled.detail())
              : new FinishRecord.Failed(
                  f.failure().why(),
                  dialect.status(f.failure()),
                  f.failure().message(),
                  f.retryable(),
                  strategies);
    };
  }

  /** The failure of a session, as its last record tells it. */
  static Failure failure(FinishRecord.Failed finish) {
    return new Failure.Recorded(finish.why(), finish.status(), finish.message());
  }

  /** Whether this is the session as the view has it; it may have been taken up again since. */
  boolean isOf(SessionView view) {
    return view.epoch() == epoch;
  }

  void attach(ReaderConnection connection, ReaderKind kind, long after) {
    readers.attach(connection, kind, after, true);
    readers.pin();
  }

  /** The process stops. */
  void stop() {
    tell(new DeliveryFact.Leaving(System.nanoTime(), Shared.stopping()));
  }

  @Override
  public SessionFace face() {
    return face;
  }

  @Override
  public Map<String, String> headHeaders() {
    return Answers.headHeaders(face, null);
  }

  @Override
  public List<String> strategies() {
    return finish instanceof FinishRecord.Failed failed ? failed.verdicts() : List.of();
  }

  @Override
  public void cancel(String reason) {
    throw new IllegalStateException("expected no cancel of a session that is over");
  }

  @Override
  public void tell(DeliveryFact fact) {
    facts.add(fact);
    if (running) {
      return;
    }
    running = true;
    try {
      for (var next = facts.poll(); next != null; next = facts.poll()) {
        readers.accept(next);
      }
    } catch (RuntimeException e) {
      worker.log().unexpected(face.id(), e);
      facts.clear();
      readers.cutAll();
      forget();
    } finally {
      running = false;
    }
    worker.reading(face.id(), readers.count() - counted);
    counted = readers.count();
    if (counted == 0) {
      forget();
    }
  }

  private void forget() {
    readers.close();
    worker.forget(this);
  }
}

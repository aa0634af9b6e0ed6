package dev.holdfast.simulator.world;

import dev.holdfast.engine.delivery.DeliveryFact;
import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.SessionView;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** A session that is over and is read again: delivery without a machine. */
final class Replay implements Serving.Host {
  private final Scene world;
  private final Desk desk;
  private final String id;
  private final long epoch;
  private final Serving serving;
  private final ArrayDeque<DeliveryFact> facts = new ArrayDeque<>();
  private boolean running;

  Replay(Scene world, Desk desk, SessionView view, FinishRecord finish, byte @Nullable [] body) {
    this.world = world;
    this.desk = desk;
    this.id = view.head().id();
    this.epoch = view.epoch();
    this.serving = new Serving(world, this, desk.delivery());
    long now = world.time().nanos();
    serving.accept(new DeliveryFact.Emitted(now, view.last()));
    if (body != null) {
      serving.accept(new DeliveryFact.BodyReady(now, body));
    }
    serving.accept(new DeliveryFact.SessionFinished(now, outcome(finish)));
  }

  private static Outcome outcome(FinishRecord finish) {
    return switch (finish) {
      case FinishRecord.Complete f -> new Outcome.Complete();
      case FinishRecord.Cancelled f ->
          new Outcome.Failed(new Failure.Cancelled(f.message()), false);
      case FinishRecord.Failed f ->
          new Outcome.Failed(new Failure.Recorded(f.why(), f.status(), f.message()), f.retryable());
    };
  }

  boolean isOf(SessionView view) {
    return view.epoch() == epoch;
  }

  void attach(Connection connection, ReaderKind kind, long after) {
    serving.attach(connection, kind, after, true);
    if (serving.count() > 0) {
      serving.pin();
    }
  }

  void stop() {
    tell(
        new DeliveryFact.Leaving(
            world.time().nanos(),
            new Failure.Stopped(Failure.Stopped.Kind.DRAINING, "the process stops")));
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public void tell(DeliveryFact fact) {
    facts.add(fact);
    if (running) {
      return;
    }
    running = true;
    for (var next = facts.poll(); next != null; next = facts.poll()) {
      serving.accept(next);
    }
    running = false;
    if (serving.count() == 0) {
      serving.close();
      desk.forget(this);
    }
  }

  @Override
  public void cancel(String reason) {
    throw new IllegalStateException("expected no cancel of a session that is over");
  }

  @Override
  public void orphaned() {
    throw new IllegalStateException("expected no orphan of a session that is over");
  }

  @Override
  public void adopted() {}
}

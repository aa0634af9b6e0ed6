package dev.holdfast.relay.server;

import dev.holdfast.engine.delivery.Delivery;
import dev.holdfast.engine.delivery.DeliveryCommand;
import dev.holdfast.engine.delivery.DeliveryFact;
import dev.holdfast.engine.delivery.DeliverySettings;
import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.engine.dialect.ErrorNotice;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.journal.ReadResult;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.journal.Subscription;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Drives the readers' half of one session on its home event loop, live or long over: turns {@link
 * DeliveryCommand}s into responses. Connections may live on other loops.
 */
final class SessionReaders {
  /** What one read of the log brings into a reader's buffer. */
  private static final int READ_BYTES_MAX = 64 << 10;

  /** The session as its readers know it. */
  interface Session {
    SessionFace face();

    /** Headers of the attempt that committed are among them, if it is known. */
    Map<String, String> headHeaders();

    /** What was tried, in the words of an error. */
    List<String> strategies();

    /** Ends it, if it is live. */
    void cancel(String reason);

    /** Takes a fact that arose from a command; it waits in line. */
    void tell(DeliveryFact fact);
  }

  private final Session session;
  private final Worker worker;
  private final Delivery delivery;
  private final Context home = Objects.requireNonNull(Vertx.currentContext());
  private final Thread homeThread = Thread.currentThread();
  private final Map<Integer, ReaderConnection> connections = new HashMap<>(2);
  private int next;
  private long timer = -1;
  private @Nullable Subscription pin;

  SessionReaders(Session session, Worker worker, DeliverySettings settings) {
    this.session = session;
    this.worker = worker;
    this.delivery = new Delivery(settings);
  }

  /** How many read it. */
  int count() {
    return delivery.readers();
  }

  /**
   * Adds a reader. That it has gone is heard of in a turn of its own: it may have gone before, or
   * go in the midst of a command, and is then unknown to the delivery, or still told something.
   */
  void attach(ReaderConnection connection, ReaderKind kind, long after, boolean canComeBack) {
    int number = next++;
    connections.put(number, connection);
    connection.serve(
        session.face().history(),
        () -> onHome(() -> session.tell(new DeliveryFact.Drained(System.nanoTime(), number))),
        () -> home.runOnContext(nothing -> left(number)));
    session.tell(
        new DeliveryFact.ReaderAttached(System.nanoTime(), number, after, kind, canComeBack));
  }

  private void left(int number) {
    if (connections.remove(number) != null) {
      session.tell(new DeliveryFact.ReaderLeft(System.nanoTime(), number));
    }
  }

  /** Tells a fact and does what follows from it. Facts that arise meanwhile wait in line. */
  void accept(DeliveryFact fact) {
    delivery.accept(fact);
    for (var c = delivery.poll(); c != null; c = delivery.poll()) {
      execute(c);
    }
  }

  /** The log goes on being readable for those who are still here, if the session expires. */
  void pin() {
    if (pin == null && delivery.readers() > 0) {
      pin = worker.store().follow(session.face().id(), Long.MAX_VALUE, last -> {});
    }
  }

  /**
   * Cuts everybody: something of ours went wrong, and nobody may take what it has for the whole.
   */
  void cutAll() {
    for (var connection : List.copyOf(connections.values())) {
      connection.cut();
    }
    connections.clear();
  }

  /** Nobody reads it any more, and nobody will. */
  void close() {
    if (timer >= 0) {
      worker.vertx().cancelTimer(timer);
      timer = -1;
    }
    if (pin != null) {
      pin.close();
      pin = null;
    }
  }

  /** Whether this thread is that of its home. */
  boolean isHome() {
    return Thread.currentThread() == homeThread;
  }

  /**
   * Does something at home, at once if that is here. What it tells carries the time there, as time
   * never goes back.
   */
  void onHome(Runnable act) {
    if (isHome()) {
      act.run();
    } else {
      home.runOnContext(nothing -> act.run());
    }
  }

  private void execute(DeliveryCommand command) {
    switch (command) {
      case DeliveryCommand.CommitHead c -> reader(c.reader()).head(session.headHeaders());
      case DeliveryCommand.Send c -> send(c);
      case DeliveryCommand.Comment c -> reader(c.reader()).comment();
      case DeliveryCommand.SendBody c ->
          ended(c.reader()).body(200, session.headHeaders(), c.body());
      case DeliveryCommand.EndCleanly c -> ended(c.reader()).end();
      case DeliveryCommand.EndEmpty c -> ended(c.reader()).empty(204, session.headHeaders());
      case DeliveryCommand.RefuseCursor c ->
          Answers.restartFrom(ended(c.reader()), session.face(), c.restartFrom());
      case DeliveryCommand.TurnAway c ->
          ended(c.reader())
              .refuse(429, "too_many_readers", "this session has as many readers as it may have");
      case DeliveryCommand.Refuse c ->
          Answers.failed(
              ended(c.reader()), session.face(), c.failure(), c.retryable(), session.strategies());
      case DeliveryCommand.EndWithError c ->
          ended(c.reader())
              .cutAfter(session.face().dialect().errorEvent(notice(c.failure(), c.retryable())));
      case DeliveryCommand.Cut c -> ended(c.reader()).cut();
      case DeliveryCommand.CancelSession c -> session.cancel(c.reason());
      case DeliveryCommand.NoteOrphan c -> worker.orphaned(session.face());
      case DeliveryCommand.ForgetOrphan c -> worker.adopted(session.face());
      case DeliveryCommand.ArmDeadline c -> arm(c);
    }
  }

  private void arm(DeliveryCommand.ArmDeadline c) {
    if (timer >= 0) {
      worker.vertx().cancelTimer(timer);
    }
    timer =
        worker
            .vertx()
            .setTimer(
                GuardBoard.millisUntil(c.atNanos()),
                id -> {
                  timer = -1;
                  session.tell(new DeliveryFact.DeadlinePassed(System.nanoTime(), c.deadline()));
                });
  }

  private ErrorNotice notice(Failure failure, boolean retryable) {
    return new ErrorNotice(failure, retryable, session.strategies(), session.face().id());
  }

  private ReaderConnection reader(int number) {
    return Objects.requireNonNull(connections.get(number));
  }

  /** The reader, which is not told anything after this. */
  private ReaderConnection ended(int number) {
    return Objects.requireNonNull(connections.remove(number));
  }

  private void send(DeliveryCommand.Send c) {
    worker
        .store()
        .read(
            session.face().id(),
            c.after(),
            READ_BYTES_MAX,
            reader(c.reader()).batch(),
            new Reply<ReadResult>() {
              @Override
              public void ok(ReadResult result) {
                if (isHome()) {
                  read(c);
                } else {
                  onHome(() -> read(c));
                }
              }

              @Override
              public void failed(StoreFailure failure) {
                onHome(() -> lost(c.reader()));
              }
            });
  }

  private void read(DeliveryCommand.Send c) {
    var reader = connections.get(c.reader());
    if (reader == null) {
      return;
    }
    var batch = reader.batch();
    if (batch.count() == 0) {
      lost(c.reader());
      return;
    }
    long through = Math.min(batch.last(), c.upTo());
    var encoded = session.face().streamed() ? reader.encoded(batch, through) : reader.framed(batch);
    if (reader.isHere()) {
      sent(c.reader(), through, reader.write(encoded));
    } else {
      Consumer<Boolean> back = writable -> onHome(() -> sent(c.reader(), through, writable));
      reader.act(() -> back.accept(reader.write(encoded)));
    }
  }

  private void sent(int number, long through, boolean writable) {
    session.tell(new DeliveryFact.Sent(System.nanoTime(), number, through, writable));
  }

  /** The log can't be read: a reader must not take what it has for the whole. */
  private void lost(int number) {
    var reader = connections.remove(number);
    if (reader != null) {
      reader.cut();
      session.tell(new DeliveryFact.ReaderLeft(System.nanoTime(), number));
    }
  }
}

package dev.holdfast.simulator.world;

import dev.holdfast.engine.delivery.Delivery;
import dev.holdfast.engine.delivery.DeliveryCommand;
import dev.holdfast.engine.delivery.DeliveryFact;
import dev.holdfast.engine.delivery.DeliverySettings;
import dev.holdfast.engine.delivery.DeliverySettings.OnDisconnect;
import dev.holdfast.engine.delivery.ReaderKind;
import dev.holdfast.engine.dialect.ErrorNotice;
import dev.holdfast.engine.dialect.chat.ChatDialect;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.engine.sse.SseEncoder;
import dev.holdfast.engine.sse.WireBuffer;
import dev.holdfast.journal.ReadResult;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.journal.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The thin driver of a session's readers, live or long over, as the relay has one. Counts on its
 * own who reads, and so knows when the session may end for want of readers.
 */
final class Serving {
  static final String HISTORY = "worldworld";
  private static final int READ_BYTES_MAX = 64 << 10;
  private static final long LATE_NANOS = 1_000_000_000L;

  /** The session as its readers know it. */
  interface Host {
    String id();

    /** Takes a fact; if others are being worked on it waits in line. */
    void tell(DeliveryFact fact);

    /** Ends it, if it is live. */
    void cancel(String reason);

    /** It is live and nobody reads it, and yet it goes on. */
    void orphaned();

    /** It is read again, or over. */
    void adopted();
  }

  private final Scene world;
  private final Host host;
  private final DeliverySettings settings;
  private final Delivery delivery;
  private final Map<Integer, Connection> connections = new HashMap<>(2);
  private final WireBuffer wire = new WireBuffer(1 << 10);
  private int readers;
  private boolean refused;
  private boolean canComeBack;
  private long emptiedNanos = Long.MAX_VALUE;
  private int lateDeadlines;
  private long timer;
  private @Nullable Subscription pin;

  Serving(Scene world, Host host, DeliverySettings settings) {
    this.world = world;
    this.host = host;
    this.settings = settings;
    this.delivery = new Delivery(settings);
  }

  void attach(Connection connection, ReaderKind kind, long after, boolean comesBack) {
    int reader = ++readers;
    connections.put(reader, connection);
    connection.served(
        new Connection.Ours() {
          @Override
          public void drained() {
            host.tell(new DeliveryFact.Drained(now(), reader));
          }

          @Override
          public void left() {
            if (remove(reader) != null) {
              host.tell(new DeliveryFact.ReaderLeft(now(), reader));
            }
          }
        });
    refused = false;
    host.tell(new DeliveryFact.ReaderAttached(now(), reader, after, kind, comesBack));
    canComeBack |= comesBack && !refused;
  }

  /** How many read. */
  int count() {
    return connections.size();
  }

  /** The log goes on being readable for those who are here, if the session expires. */
  void pin() {
    if (pin == null && !connections.isEmpty()) {
      pin = world.store().follow(host.id(), Long.MAX_VALUE, last -> {});
    }
  }

  /** Nobody reads it any more, and nobody will. */
  void close() {
    timer++;
    if (pin != null) {
      pin.close();
      pin = null;
    }
  }

  /**
   * The latest moment at which a session that nobody reads is told to end; never if somebody reads
   * it. Each deadline that came late is void, and then we begin to count anew.
   */
  long endsForWantOfReaders() {
    return connections.isEmpty() && emptiedNanos != Long.MAX_VALUE
        ? emptiedNanos + patienceNanos() * (1 + lateDeadlines) + world.lateInAllNanos()
        : Long.MAX_VALUE;
  }

  /** Whether nobody reads it and it goes on all the same. */
  boolean isOrphan() {
    return connections.isEmpty() && emptiedNanos != Long.MAX_VALUE && goesOn();
  }

  private boolean goesOn() {
    return settings.onDisconnect() == OnDisconnect.CONTINUE
        || (settings.onDisconnect() == OnDisconnect.AUTO && canComeBack);
  }

  private long patienceNanos() {
    Duration patience = goesOn() ? settings.orphanAfter() : settings.goneAfter();
    return patience.toNanos();
  }

  private long now() {
    return world.time().nanos();
  }

  // ---- commands

  /** Tells a fact and does what follows. */
  void accept(DeliveryFact fact) {
    delivery.accept(fact);
    for (var command = delivery.poll(); command != null; command = delivery.poll()) {
      act(command);
    }
  }

  private void act(DeliveryCommand command) {
    switch (command) {
      case DeliveryCommand.CommitHead c -> connection(c.reader(), Connection::head);
      case DeliveryCommand.Send c -> send(c);
      case DeliveryCommand.Comment c ->
          connection(
              c.reader(),
              to -> {
                wire.clear();
                SseEncoder.comment(wire, "still here");
                to.write(wire.toByteArray());
              });
      case DeliveryCommand.SendBody c -> last(c.reader(), to -> to.body(200, c.body()));
      case DeliveryCommand.Refuse c ->
          last(
              c.reader(),
              to ->
                  to.body(
                      ChatDialect.INSTANCE.status(c.failure()),
                      ChatDialect.INSTANCE.errorBody(notice(c.failure(), c.retryable()))));
      case DeliveryCommand.EndCleanly c -> last(c.reader(), Connection::endCleanly);
      case DeliveryCommand.EndWithError c ->
          last(
              c.reader(),
              to -> {
                to.write(ChatDialect.INSTANCE.errorEvent(notice(c.failure(), c.retryable())));
                to.cut();
              });
      case DeliveryCommand.Cut c -> last(c.reader(), Connection::cut);
      case DeliveryCommand.EndEmpty c -> last(c.reader(), to -> to.body(204, new byte[0]));
      case DeliveryCommand.RefuseCursor c ->
          refuse(
              c.reader(), 412, Long.toString(c.restartFrom()).getBytes(StandardCharsets.US_ASCII));
      case DeliveryCommand.TurnAway c -> {
        int others = connections.size() - 1;
        world
            .verdicts()
            .expect(
                others >= settings.readersMax(),
                "nobody is turned away without need",
                () -> host.id() + " has " + others + " readers");
        refuse(c.reader(), 429, new byte[0]);
      }
      case DeliveryCommand.NoteOrphan c -> host.orphaned();
      case DeliveryCommand.ForgetOrphan c -> host.adopted();
      case DeliveryCommand.CancelSession c -> {
        checkAlone();
        host.cancel(c.reason());
      }
      case DeliveryCommand.ArmDeadline c -> arm(c);
    }
  }

  private void checkAlone() {
    world
        .verdicts()
        .expect(
            connections.isEmpty() && now() - emptiedNanos >= patienceNanos(),
            "a session ends for want of readers only",
            () -> host.id() + " has " + connections.size() + " readers");
  }

  private void arm(DeliveryCommand.ArmDeadline c) {
    long armed = ++timer;
    world
        .time()
        .timer(
            c.atNanos() - now() + world.lateNanos(),
            () -> {
              if (armed == timer) {
                lateDeadlines += now() - c.atNanos() > LATE_NANOS ? 1 : 0;
                host.tell(new DeliveryFact.DeadlinePassed(now(), c.deadline()));
              }
            });
  }

  private ErrorNotice notice(Failure failure, boolean retryable) {
    return new ErrorNotice(failure, retryable, List.of(), host.id());
  }

  private void connection(int reader, Consumer<Connection> act) {
    var connection = connections.get(reader);
    if (connection != null) {
      act.accept(connection);
    }
  }

  /** The last thing that is done to a connection. */
  private void last(int reader, Consumer<Connection> act) {
    var connection = remove(reader);
    if (connection != null) {
      act.accept(connection);
    }
  }

  private @Nullable Connection remove(int reader) {
    var connection = connections.remove(reader);
    if (connection != null && connections.isEmpty()) {
      emptiedNanos = now();
    }
    return connection;
  }

  /** Who is refused at once never read. */
  private void refuse(int reader, int status, byte[] body) {
    refused = true;
    var connection = connections.remove(reader);
    if (connection != null) {
      connection.body(status, body);
    }
  }

  // ---- events

  private void send(DeliveryCommand.Send c) {
    var connection = connections.get(c.reader());
    if (connection == null) {
      return;
    }
    var batch = new EventBatch();
    world
        .store()
        .read(
            host.id(),
            c.after(),
            Math.min(READ_BYTES_MAX, connection.room()),
            batch,
            new Reply<>() {
              @Override
              public void ok(ReadResult result) {
                written(c, batch);
              }

              @Override
              public void failed(StoreFailure failure) {
                lost(c.reader(), failure);
              }
            });
  }

  /** The log can't be read: a cut, and whoever follows cursors comes back. */
  private void lost(int reader, StoreFailure failure) {
    var connection = remove(reader);
    if (connection != null) {
      world.store().checkLost(host.id(), failure, connection.servedNanos());
      connection.cut();
      host.tell(new DeliveryFact.ReaderLeft(now(), reader));
    }
  }

  private void written(DeliveryCommand.Send c, EventBatch batch) {
    var connection = connections.get(c.reader());
    if (connection == null) {
      return;
    }
    wire.clear();
    long through = c.after();
    for (int i = 0; i < batch.count() && through < c.upTo(); i++) {
      SseEncoder.id(wire, HISTORY, ++through);
      wire.append(batch.array(i), batch.start(i), batch.end(i));
    }
    if (through == c.after()) {
      lost(c.reader(), new StoreFailure.Unknown());
      return;
    }
    world.store().shown(host.id(), through);
    boolean writable = connection.write(wire.toByteArray());
    host.tell(new DeliveryFact.Sent(now(), c.reader(), through, writable));
  }
}

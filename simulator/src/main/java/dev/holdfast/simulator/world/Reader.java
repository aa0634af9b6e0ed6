package dev.holdfast.simulator.world;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who reads one session over as many connections as it takes, following cursors. Checks
 * what it gets: each event once, in order, and no end that lies.
 */
final class Reader implements Connection.Theirs {
  /** How its last connection ended. */
  enum End {
    NOT_YET,
    CLEAN,
    CUT,
    /** A body with a status, instead of a stream. */
    BODY,
    LEFT
  }

  private final SessionSpec.ReaderSpec spec;
  private final SessionLog log;
  private final String name;
  private final VirtualTime time;
  private final Verdicts verdicts;

  /** Connects again, after this event. */
  private final BiConsumer<Connection, Long> connector;

  private Connection connection;
  private EventReader events = new EventReader(this::event);
  private long last;
  private boolean headSeen;
  private boolean errorSeen;
  private boolean left;
  private long leftNanos;
  private boolean deaf;
  private boolean connected;
  private End end = End.NOT_YET;
  private int status;
  private byte @Nullable [] body;

  Reader(
      SessionSpec.ReaderSpec spec,
      SessionLog log,
      String name,
      VirtualTime time,
      Verdicts verdicts,
      BiConsumer<Connection, Long> connector) {
    this.spec = spec;
    this.log = log;
    this.name = name;
    this.time = time;
    this.verdicts = verdicts;
    this.connector = connector;
    this.connection = new Connection(spec, time, this);
  }

  void connect() {
    connected = true;
    connector.accept(connection, last);
    maybeLeave();
  }

  private void maybeLeave() {
    if (left || deaf || last < spec.leaveAfter()) {
      return;
    }
    if (spec.deaf()) {
      deaf = true;
      verdicts.trace(() -> name + " goes deaf after " + last);
      connection.goDeaf();
      return;
    }
    left = true;
    leftNanos = time.nanos();
    verdicts.trace(() -> name + " leaves after " + last);
    end = End.LEFT;
    connection.leave();
    if (spec.backNanos() > 0) {
      time.world(spec.backNanos(), this::comeBack);
    }
  }

  private void comeBack() {
    verdicts.trace(() -> name + " comes back after " + last);
    connection = new Connection(spec, time, this);
    events = new EventReader(this::event);
    headSeen = false;
    end = End.NOT_YET;
    connect();
  }

  // ---- what comes

  @Override
  public void head() {
    verdicts.expect(!headSeen, "one head", () -> name + " got a second head");
    headSeen = true;
  }

  @Override
  public void bytes(byte[] bytes, int from, int to) {
    verdicts.expect(headSeen, "one head", () -> name + " got bytes before the head");
    events.feed(bytes, from, to);
  }

  private void event(String id, String eventName, byte[] data) {
    if (left && end == End.LEFT) {
      return;
    }
    verdicts.expect(!errorSeen, "error is last", () -> name + " got an event after the error");
    if (eventName.equals("error")) {
      errorSeen = true;
      verdicts.expect(
          id.isEmpty(), "error has no number", () -> name + " got the error as number " + id);
      return;
    }
    long number = number(id);
    verdicts.expect(
        number == last + 1,
        "each event once, in order",
        () -> name + " had " + last + " and got " + id);
    last = number;
    log.seen(number, data, name);
    maybeLeave();
  }

  private static long number(String id) {
    int dash = id.lastIndexOf('-');
    return dash < 0 ? -1 : Long.parseLong(id.substring(dash + 1));
  }

  @Override
  public void body(int newStatus, byte[] bytes) {
    verdicts.expect(!headSeen, "one head", () -> name + " got a status after the head");
    end = End.BODY;
    status = newStatus;
    body = bytes;
    verdicts.trace(() -> name + " got status " + newStatus);
  }

  @Override
  public void ended(boolean cleanly) {
    end = cleanly ? End.CLEAN : End.CUT;
    verdicts.trace(() -> name + (cleanly ? " ended cleanly" : " was cut") + " after " + last);
    if (cleanly) {
      verdicts.expect(
          !errorSeen, "error is followed by a cut", () -> name + " ended cleanly after the error");
      verdicts.expect(
          !events.halfWay(), "nothing ends half-way", () -> name + " ended inside an event");
    } else if (!errorSeen && spec.canComeBack()) {
      // A cut without an error: whoever follows cursors comes back for the rest.
      time.world(spec.backNanos(), this::comeBack);
    }
  }

  // ---- what it has

  End end() {
    return end;
  }

  /** When it left; 0 if it did not. */
  long leftNanos() {
    return leftNanos;
  }

  /** Whether it was told that the answer is whole. */
  boolean hasWhole() {
    return end == End.CLEAN || (end == End.BODY && status == 200);
  }

  boolean connected() {
    return connected;
  }

  boolean deaf() {
    return deaf;
  }

  int status() {
    return status;
  }

  long last() {
    return last;
  }

  byte @Nullable [] body() {
    return body;
  }

  boolean errorSeen() {
    return errorSeen;
  }

  String name() {
    return name;
  }
}

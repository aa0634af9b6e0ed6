package dev.holdfast.simulator.world;

import java.nio.charset.StandardCharsets;
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

  /** Where a connection goes. */
  interface Door {
    void request(Connection connection, boolean canComeBack);

    void events(Connection connection, long after);

    /** The last event that anybody was shown. */
    long shown();

    /** The last event that there is. */
    long kept();
  }

  private static final long RESTART_NANOS = 10_000_000L;
  private static final long PATIENCE_NANOS = 2_000_000_000L;
  private static final int RETURNS_MAX = 60;

  private final ReaderSpec spec;
  private final SessionLog log;
  private final String name;
  private final VirtualTime time;
  private final Verdicts verdicts;
  private final Door door;

  private Connection connection;
  private EventReader events = new EventReader(this::event);
  private long last;
  private long leaveAt;
  private int leaves;
  private int returns;
  private long shownBefore;
  private boolean headSeen;
  private boolean errorSeen;
  private long leftNanos;
  private long endedNanos;
  private boolean deaf;
  private boolean connected;
  private End end = End.NOT_YET;
  private int status;
  private byte @Nullable [] body;

  Reader(
      ReaderSpec spec,
      SessionLog log,
      String name,
      VirtualTime time,
      Verdicts verdicts,
      Door door) {
    this.spec = spec;
    this.log = log;
    this.name = name;
    this.time = time;
    this.verdicts = verdicts;
    this.door = door;
    this.connection = new Connection(spec, time, this);
  }

  void connect() {
    connected = true;
    last =
        switch (spec.opening()) {
          case REQUEST, FROM_START -> 0;
          case SOMEWHERE -> (long) (door.shown() * spec.share());
          case AT_END -> door.shown();
          case PAST_END -> door.kept() + 1 + (long) (spec.share() * 50);
        };
    if (spec.opening() == ReaderSpec.Opening.REQUEST) {
      door.request(connection, spec.canComeBack());
    } else {
      ask();
    }
    stayFor();
  }

  private void ask() {
    shownBefore = door.shown();
    verdicts.trace(() -> name + " asks for what follows " + last);
    door.events(connection, last);
  }

  private void stayFor() {
    leaveAt =
        leaves < spec.leaves() && spec.leaveAfter() < Integer.MAX_VALUE
            ? last + spec.leaveAfter()
            : Long.MAX_VALUE;
    maybeLeave();
  }

  private void maybeLeave() {
    if (deaf || end != End.NOT_YET || last < leaveAt) {
      return;
    }
    leaves++;
    if (spec.deaf()) {
      deaf = true;
      verdicts.trace(() -> name + " goes deaf after " + last);
      connection.goDeaf();
      return;
    }
    leftNanos = time.nanos();
    verdicts.trace(() -> name + " leaves after " + last);
    end = End.LEFT;
    connection.leave();
    comeBackIn(spec.backNanos());
  }

  private void comeBackIn(long nanos) {
    if (spec.canComeBack() && returns < RETURNS_MAX) {
      returns++;
      time.world(nanos, this::comeBack);
    }
  }

  private void comeBack() {
    if (spec.stale()) {
      last = (long) (last * spec.share());
    }
    connection = new Connection(spec, time, this);
    events = new EventReader(this::event);
    headSeen = false;
    end = End.NOT_YET;
    ask();
    stayFor();
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
    if (end == End.LEFT) {
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
    endedNanos = time.nanos();
    status = newStatus;
    body = bytes;
    verdicts.trace(() -> name + " got status " + newStatus);
    if (status == 412) {
      restart(Long.parseLong(new String(bytes, StandardCharsets.US_ASCII)));
    } else if (bytes.length == 0 && (status == 429 || status == 503)) {
      comeBackIn(spec.backNanos() + PATIENCE_NANOS);
    }
  }

  /** Its cursor names nothing. */
  private void restart(long from) {
    verdicts.expect(
        last > shownBefore && from >= shownBefore && from < last,
        "a cursor that was given out is served",
        () -> name + " may not follow " + last + " but " + from + ", shown was " + shownBefore);
    last = from;
    returns++;
    time.world(RESTART_NANOS, this::comeBack);
  }

  @Override
  public void ended(boolean cleanly) {
    end = cleanly ? End.CLEAN : End.CUT;
    endedNanos = time.nanos();
    verdicts.trace(() -> name + (cleanly ? " ended cleanly" : " was cut") + " after " + last);
    if (cleanly) {
      verdicts.expect(
          !errorSeen, "error is followed by a cut", () -> name + " ended cleanly after the error");
      verdicts.expect(
          !events.halfWay(), "nothing ends half-way", () -> name + " ended inside an event");
    } else if (!errorSeen) {
      // A cut without an error: whoever follows cursors comes back for the rest.
      comeBackIn(spec.backNanos());
    }
  }

  // ---- what it has

  End end() {
    return end;
  }

  /** How often it came back. */
  int returns() {
    return returns;
  }

  /** When it left; 0 if it did not. */
  long leftNanos() {
    return leftNanos;
  }

  /** Since when its last connection is served; 0 if it is not. */
  long servedNanos() {
    return connection.servedNanos();
  }

  /** When its last connection was ended for it; 0 if it was not. */
  long endedNanos() {
    return endedNanos;
  }

  /** Whether it was told that the answer is whole. */
  boolean hasWhole() {
    return end == End.CLEAN || (end == End.BODY && (status == 200 || status == 204));
  }

  boolean connected() {
    return connected;
  }

  boolean deaf() {
    return deaf;
  }

  /** Whether the session had as many readers as it may have, to the end. */
  boolean turnedAway() {
    return end == End.BODY && status == 429;
  }

  /** Whether the store could not say whether there is such a session, or keep it. */
  boolean cameInVain() {
    return end == End.BODY && status == 503 && body != null && body.length == 0;
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

package dev.holdfast.engine.delivery;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.Patience;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The readers' half of a session. Sans-IO, used like {@link
 * dev.holdfast.engine.session.SessionMachine}: tell a fact, then take commands until there is none.
 * A session that ended long ago has one without a machine: what its log holds is told as {@link
 * DeliveryFact.Emitted}, and how it ended as {@link DeliveryFact.SessionFinished}, before the first
 * reader attaches.
 *
 * <p>A reader is a cursor. It is sent what may be seen and it does not have yet, one piece at a
 * time; while its connection takes nothing it simply falls behind, and reads the log when it
 * drains. It ends only when the session is over <em>and</em> it has all events: cleanly if the
 * answer is whole, else with the error event and a cut. Readers never slow the session.
 *
 * <p>Head and preamble go out with the first event that may be seen, or after {@link
 * DeliverySettings#commitAfter}; until then a failure is a real status. Who comes back for the rest
 * gets its head at once, unless there is nothing left to say to it.
 */
public final class Delivery {
  private static final long NEVER = Long.MAX_VALUE;

  private static final class Reader {
    final int number;
    final ReaderKind kind;
    final boolean streaming;
    final long attachedNanos;
    long cursor;
    boolean headSent;
    boolean sending;
    long wroteNanos;

    /** For its connection to take more. */
    final Patience blocked = new Patience();

    Reader(DeliveryFact.ReaderAttached fact) {
      this.number = fact.reader();
      this.kind = fact.kind();
      this.streaming = kind != ReaderKind.BODY;
      this.attachedNanos = fact.atNanos();
      this.cursor = streaming ? fact.after() : 0;
    }

    boolean isWritable() {
      return !blocked.waits();
    }
  }

  private final DeliverySettings settings;

  /** In the order of their numbers. */
  private final List<Reader> readers = new ArrayList<>(1);

  private final ArrayDeque<DeliveryCommand> commands = new ArrayDeque<>();
  private long last;
  private int newest = Integer.MIN_VALUE;
  private byte @Nullable [] body;
  private @Nullable Outcome outcome;
  private @Nullable Failure leaving;
  private boolean canComeBack;
  private boolean orphan;

  /** For a reader to come. */
  private final Patience alone = new Patience();

  private boolean cancelled;
  private long now;
  private long armedId;
  private long armedNanos = NEVER;

  public Delivery(DeliverySettings settings) {
    this.settings = settings;
  }

  /**
   * Tells a fact.
   *
   * @throws IllegalArgumentException if a reader's number was used before
   */
  public void accept(DeliveryFact fact) {
    now = fact.atNanos();
    switch (fact) {
      case DeliveryFact.Emitted f -> {
        last = Math.max(last, f.upTo());
        for (int i = 0; i < readers.size(); i++) {
          serve(readers.get(i));
        }
      }
      case DeliveryFact.Sent f -> sent(f);
      case DeliveryFact.Drained f -> {
        var reader = find(f.reader());
        if (reader != null) {
          reader.blocked.end();
          serve(reader);
          look(reader);
        }
      }
      case DeliveryFact.ReaderAttached f -> attached(f);
      case DeliveryFact.ReaderLeft f -> {
        var reader = find(f.reader());
        if (reader != null) {
          remove(reader);
        }
      }
      case DeliveryFact.BodyReady f -> body = f.body();
      case DeliveryFact.SessionFinished f -> {
        outcome = f.outcome();
        noOrphan();
      }
      case DeliveryFact.Leaving f -> leaving = f.failure();
      case DeliveryFact.DeadlinePassed f -> deadlinePassed(f.deadline());
    }
    endThoseWhoHaveAll();
  }

  /** The next command; null when there is none until the next fact. */
  public @Nullable DeliveryCommand poll() {
    return commands.poll();
  }

  /** How many connections read. */
  public int readers() {
    return readers.size();
  }

  // ---- one reader

  private void attached(DeliveryFact.ReaderAttached fact) {
    if (fact.reader() <= newest) {
      throw new IllegalArgumentException(
          "expected a reader's number above " + newest + ", got " + fact.reader());
    }
    newest = fact.reader();
    if (readers.size() >= settings.readersMax()) {
      commands.add(new DeliveryCommand.TurnAway(fact.reader()));
      return;
    }
    if (fact.kind() != ReaderKind.BODY && fact.after() > last && outcome == null) {
      commands.add(new DeliveryCommand.RefuseCursor(fact.reader(), last));
      return;
    }
    var reader = new Reader(fact);
    readers.add(reader);
    canComeBack |= fact.canComeBack();
    alone.end();
    noOrphan();
    if (reader.kind == ReaderKind.REST && !(isComplete() && reader.cursor >= last)) {
      commitHead(reader);
    }
    serve(reader);
    look(reader);
  }

  private boolean isComplete() {
    return outcome instanceof Outcome.Complete;
  }

  private void sent(DeliveryFact.Sent fact) {
    var reader = find(fact.reader());
    if (reader == null) {
      return;
    }
    reader.sending = false;
    reader.cursor = fact.through();
    reader.wroteNanos = now;
    if (!fact.writable()) {
      reader.blocked.begin(now, settings.stuckAfter().toNanos());
    }
    serve(reader);
    look(reader);
  }

  private void serve(Reader reader) {
    boolean takes = reader.streaming && !reader.sending && reader.isWritable() && leaving == null;
    if (!takes || reader.cursor >= last) {
      return;
    }
    commitHead(reader);
    reader.sending = true;
    commands.add(new DeliveryCommand.Send(reader.number, reader.cursor, last));
  }

  private void commitHead(Reader reader) {
    if (!reader.headSent) {
      reader.headSent = true;
      reader.wroteNanos = now;
      commands.add(new DeliveryCommand.CommitHead(reader.number));
    }
  }

  // ---- how reading ends

  private void endThoseWhoHaveAll() {
    if (outcome == null && leaving == null) {
      return;
    }
    for (int i = readers.size() - 1; i >= 0; i--) {
      var reader = readers.get(i);
      if (reader.sending) {
        continue;
      }
      if (outcome != null && (!reader.streaming || reader.cursor >= last)) {
        readers.remove(i);
        end(reader, outcome);
      } else if (leaving != null) {
        readers.remove(i);
        fail(reader, leaving, true);
      }
    }
  }

  private void end(Reader reader, Outcome how) {
    switch (how) {
      case Outcome.Complete complete -> {
        if (!reader.streaming && body != null) {
          commands.add(new DeliveryCommand.SendBody(reader.number, body));
        } else if (reader.kind == ReaderKind.REST && !reader.headSent) {
          commands.add(new DeliveryCommand.EndEmpty(reader.number));
        } else {
          commitHead(reader);
          commands.add(new DeliveryCommand.EndCleanly(reader.number));
        }
      }
      case Outcome.Failed failed -> {
        if (reader.streaming && last > 0) {
          // Who comes when all has been read is told as those were who read it.
          commitHead(reader);
        }
        fail(reader, failed.failure(), failed.retryable());
      }
    }
  }

  private void fail(Reader reader, Failure failure, boolean retryable) {
    commands.add(
        reader.headSent
            ? new DeliveryCommand.EndWithError(reader.number, failure, retryable)
            : new DeliveryCommand.Refuse(reader.number, failure, retryable));
  }

  private void remove(Reader reader) {
    readers.remove(reader);
    if (readers.isEmpty() && outcome == null) {
      alone.begin(now, settings.patience(canComeBack).toNanos());
      if (settings.goesOn(canComeBack)) {
        orphan = true;
        commands.add(new DeliveryCommand.NoteOrphan());
      }
      arm(alone.lookNanos());
    }
  }

  private void noOrphan() {
    if (orphan) {
      orphan = false;
      commands.add(new DeliveryCommand.ForgetOrphan());
    }
  }

  /** Readers come in the order of their numbers and leave in any. */
  private @Nullable Reader find(int number) {
    int low = 0;
    int high = readers.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      var reader = readers.get(middle);
      if (reader.number == number) {
        return reader;
      }
      if (reader.number < number) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  // ---- time

  private void deadlinePassed(long deadline) {
    if (deadline != armedId || armedNanos == NEVER) {
      return;
    }
    boolean late = now - armedNanos > Clocks.LATE.toNanos();
    armedNanos = NEVER;
    if (late) {
      measureAnew();
    }
    for (var reader : List.copyOf(readers)) {
      if (reader.blocked.hasRunOut(now)) {
        commands.add(new DeliveryCommand.Cut(reader.number));
        remove(reader);
      } else if (reader.streaming && !reader.headSent) {
        if (now - reader.attachedNanos >= settings.commitAfter().toNanos()) {
          commitHead(reader);
          commands.add(new DeliveryCommand.Comment(reader.number));
        }
      } else if (reader.streaming
          && reader.isWritable()
          && now - reader.wroteNanos >= settings.commentEvery().toNanos()) {
        reader.wroteNanos = now;
        commands.add(new DeliveryCommand.Comment(reader.number));
      }
    }
    if (!cancelled && outcome == null && alone.hasRunOut(now)) {
      cancelled = true;
      commands.add(new DeliveryCommand.CancelSession("nobody reads it any more"));
    }
    rearm();
  }

  /** We were stopped ourselves: who drained or came back in that time is heard of only now. */
  private void measureAnew() {
    for (int i = 0; i < readers.size(); i++) {
      readers.get(i).blocked.restart(now);
    }
    alone.restart(now);
  }

  /** Arms for all. */
  private void rearm() {
    if (outcome == null && !cancelled) {
      arm(alone.lookNanos());
    }
    for (int i = 0; i < readers.size(); i++) {
      look(readers.get(i));
    }
  }

  /** Nothing is armed anew for a token: an early deadline looks again and arms the next. */
  private void look(Reader reader) {
    if (!reader.isWritable()) {
      arm(reader.blocked.lookNanos());
    } else if (reader.streaming) {
      arm(
          reader.headSent
              ? reader.wroteNanos + settings.commentEvery().toNanos()
              : reader.attachedNanos + settings.commitAfter().toNanos());
    }
  }

  private void arm(long atNanos) {
    if (atNanos < armedNanos) {
      armedNanos = atNanos;
      commands.add(new DeliveryCommand.ArmDeadline(++armedId, atNanos));
    }
  }
}

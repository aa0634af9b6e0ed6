package dev.holdfast.engine.delivery;

import dev.holdfast.engine.session.Clocks;
import dev.holdfast.engine.session.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The readers' half of a session. Sans-IO, used like {@link
 * dev.holdfast.engine.session.SessionMachine}: tell a fact, then take commands until there is none.
 *
 * <p>A reader is a cursor. It is sent what may be seen and it does not have yet, one piece at a
 * time; while its connection takes nothing it simply falls behind, and reads the log when it
 * drains. It ends only when the session is over <em>and</em> it has all events: cleanly if the
 * answer is whole, else with the error event and a cut. Readers never slow the session.
 *
 * <p>Head and preamble go out with the first event that may be seen, or after {@link
 * DeliverySettings#commitAfter}; until then a failure is a real status.
 */
public final class Delivery {
  private static final long NEVER = Long.MAX_VALUE;

  private static final class Reader {
    final int number;
    final boolean streaming;
    final long attachedNanos;
    long cursor;
    boolean headSent;
    boolean writable = true;
    boolean sending;
    long wroteNanos;
    long blockedNanos;

    Reader(DeliveryFact.ReaderAttached fact) {
      this.number = fact.reader();
      this.streaming = fact.streaming();
      this.attachedNanos = fact.atNanos();
      this.cursor = fact.after();
    }
  }

  private final DeliverySettings settings;
  private final List<Reader> readers = new ArrayList<>(1);
  private final ArrayDeque<DeliveryCommand> commands = new ArrayDeque<>();
  private long last;
  private byte @Nullable [] body;
  private @Nullable Outcome outcome;
  private boolean canComeBack;
  private long aloneSince = NEVER;
  private boolean cancelled;
  private long now;
  private long armedId;
  private long armedNanos = NEVER;

  public Delivery(DeliverySettings settings) {
    this.settings = settings;
  }

  /** Tells a fact. */
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
          reader.writable = true;
          serve(reader);
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
        for (var reader : List.copyOf(readers)) {
          serve(reader);
        }
      }
      case DeliveryFact.DeadlinePassed f -> deadlinePassed(f.deadline());
    }
    endThoseWhoHaveAll();
    rearm();
  }

  /** The next command; null when there is none until the next fact. */
  public @Nullable DeliveryCommand poll() {
    return commands.poll();
  }

  /** How many connections read. */
  public int readers() {
    return readers.size();
  }

  private void attached(DeliveryFact.ReaderAttached fact) {
    var reader = new Reader(fact);
    readers.add(reader);
    canComeBack |= fact.canComeBack();
    aloneSince = NEVER;
    serve(reader);
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
      reader.writable = false;
      reader.blockedNanos = now;
    }
    serve(reader);
  }

  private void serve(Reader reader) {
    if (!reader.streaming || reader.sending || !reader.writable || reader.cursor >= last) {
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

  private void endThoseWhoHaveAll() {
    if (outcome == null) {
      return;
    }
    for (int i = readers.size() - 1; i >= 0; i--) {
      var reader = readers.get(i);
      if (!reader.streaming || (reader.cursor >= last && !reader.sending)) {
        end(reader, outcome);
        readers.remove(i);
      }
    }
  }

  private void end(Reader reader, Outcome how) {
    switch (how) {
      case Outcome.Complete complete -> {
        if (!reader.streaming && body != null) {
          commands.add(new DeliveryCommand.SendBody(reader.number, body));
          return;
        }
        commitHead(reader);
        commands.add(new DeliveryCommand.EndCleanly(reader.number));
      }
      case Outcome.Failed failed -> {
        if (reader.streaming && last > 0) {
          // Who comes when all has been read is told as those were who read it.
          commitHead(reader);
        }
        commands.add(
            reader.headSent
                ? new DeliveryCommand.EndWithError(
                    reader.number, failed.failure(), failed.retryable())
                : new DeliveryCommand.Refuse(reader.number, failed.failure(), failed.retryable()));
      }
    }
  }

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
      if (!reader.writable && now - reader.blockedNanos >= settings.stuckAfter().toNanos()) {
        commands.add(new DeliveryCommand.Cut(reader.number));
        remove(reader);
      } else if (reader.streaming && !reader.headSent) {
        if (now - reader.attachedNanos >= settings.commitAfter().toNanos()) {
          commitHead(reader);
          commands.add(new DeliveryCommand.Comment(reader.number));
        }
      } else if (reader.streaming
          && reader.writable
          && now - reader.wroteNanos >= settings.commentEvery().toNanos()) {
        reader.wroteNanos = now;
        commands.add(new DeliveryCommand.Comment(reader.number));
      }
    }
    if (!cancelled
        && outcome == null
        && aloneSince != NEVER
        && now - aloneSince >= settings.patience(canComeBack).toNanos()) {
      cancelled = true;
      commands.add(new DeliveryCommand.CancelSession("nobody reads it any more"));
    }
  }

  /** We were stopped ourselves: who drained or came back in that time is heard of only now. */
  private void measureAnew() {
    for (int i = 0; i < readers.size(); i++) {
      readers.get(i).blockedNanos = now;
    }
    if (aloneSince != NEVER) {
      aloneSince = now;
    }
  }

  private void remove(Reader reader) {
    readers.remove(reader);
    if (readers.isEmpty()) {
      aloneSince = now;
    }
  }

  private @Nullable Reader find(int number) {
    for (int i = 0; i < readers.size(); i++) {
      if (readers.get(i).number == number) {
        return readers.get(i);
      }
    }
    return null;
  }

  /** Nothing is armed anew for a token: an early deadline looks again and arms the next. */
  private void rearm() {
    long earliest = NEVER;
    if (outcome == null && aloneSince != NEVER && !cancelled) {
      earliest = aloneSince + settings.patience(canComeBack).toNanos();
    }
    for (int i = 0; i < readers.size(); i++) {
      var reader = readers.get(i);
      if (!reader.writable) {
        earliest = Math.min(earliest, reader.blockedNanos + settings.stuckAfter().toNanos());
      } else if (reader.streaming) {
        earliest =
            Math.min(
                earliest,
                reader.headSent
                    ? reader.wroteNanos + settings.commentEvery().toNanos()
                    : reader.attachedNanos + settings.commitAfter().toNanos());
      }
    }
    if (earliest < armedNanos) {
      armedNanos = earliest;
      commands.add(new DeliveryCommand.ArmDeadline(++armedId, earliest));
    }
  }
}

package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.DialectRequest.Mode;
import dev.holdfast.engine.dialect.Signals;
import dev.holdfast.engine.dialect.Splice;
import dev.holdfast.engine.dialect.Way;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Deadlines.Clock;
import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.engine.sse.SseBlock;
import dev.holdfast.engine.sse.SseDecoder;
import dev.holdfast.engine.sse.SseSink;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The path of a token: reads the events of one attempt and commits, holds or drops each. Whether
 * the attempt is over by them is told to the machine after the read, not in the middle of it, so
 * that what else came in the same bytes can never reach the next attempt.
 */
final class TokenPath implements SseSink {
  /** How an attempt is over by what it sent. */
  sealed interface Over {
    /** The answer is whole. */
    record Whole() implements Over {}

    /** The attempt broke. */
    record Broken(Failure failure) implements Over {}

    /** What it sent can't be told apart from a repetition, however well it ended. */
    record Unproven(Failure failure) implements Over {}

    /** The known answer came to its end. */
    record Probed() implements Over {}
  }

  private final SessionPlan plan;
  private final DialectRequest request;
  private final Committed committed;
  private final Deadlines deadlines;
  private final NextStep nextStep;
  private final EventBatch batch;
  private final EventBatch rewritten = new EventBatch();
  private final List<Seam> seams;
  private final ArrayDeque<SessionCommand> commands;

  private @Nullable Attempt attempt;
  private @Nullable Over over;
  private long now;

  TokenPath(
      SessionPlan plan,
      Committed committed,
      Deadlines deadlines,
      NextStep nextStep,
      EventBatch batch,
      List<Seam> seams,
      ArrayDeque<SessionCommand> commands) {
    this.plan = plan;
    this.request = plan.request();
    this.committed = committed;
    this.deadlines = deadlines;
    this.nextStep = nextStep;
    this.batch = batch;
    this.seams = seams;
    this.commands = commands;
  }

  /** Takes the next bytes of an attempt; null if it goes on. */
  @Nullable Over feed(Attempt a, byte[] bytes, int from, int to, long nowNanos) {
    begin(a, nowNanos);
    var fed = Objects.requireNonNull(a.decoder).feed(bytes, from, to, this);
    if (fed == SseDecoder.Feed.TOO_LARGE && over == null) {
      broken(
          Failure.Broken.Kind.MALFORMED_STREAM,
          "one event is longer than " + plan.blockBytesMax() + " bytes");
    }
    return over;
  }

  /** The attempt's bytes are over. */
  Over end(Attempt a, long nowNanos) {
    begin(a, nowNanos);
    var decoder = Objects.requireNonNull(a.decoder);
    decoder.end(this);
    if (over == null && decoder.unfinished()) {
      Objects.requireNonNull(a.reader)
          .behindTheEvents(decoder.rest())
          .ifPresent(said -> over = new Over.Broken(said));
    }
    if (over == null) {
      broken(Failure.Broken.Kind.TRUNCATION, "the stream ended after event " + committed.last());
    }
    return Objects.requireNonNull(over);
  }

  private void begin(Attempt a, long nowNanos) {
    attempt = a;
    over = null;
    now = nowNanos;
  }

  private void broken(Failure.Broken.Kind kind, String detail) {
    over = new Over.Broken(new Failure.Broken(kind, detail));
  }

  @Override
  public void block(SseBlock block) {
    if (over != null) {
      return;
    }
    var a = Objects.requireNonNull(attempt);
    var reader = Objects.requireNonNull(a.reader);
    int signals = reader.read(block);
    if (Signals.any(signals, Signals.FAILED)) {
      var said = reader.failure();
      over = new Over.Broken(a.kept == null ? said : new Failure.Relayed(said));
      return;
    }
    if (a.kept != null) {
      a.kept.read();
    }
    if (Signals.any(signals, Signals.PROGRESS)) {
      generated(a, signals);
    }
    if (Signals.any(signals, Signals.DONE) && !reader.finished() && !endsWithoutReason(a)) {
      broken(
          Failure.Broken.Kind.NO_FINISH_REASON,
          "the terminator came without a finish reason (if this upstream never sends one, set"
              + " finish: done)");
      return;
    }
    if (a.purpose == Attempt.Purpose.PROBE) {
      probeEvent(a, block, signals);
      return;
    }
    if (a.assembler != null) {
      a.assembledBytes += block.end() - block.start();
      if (a.assembledBytes > Attempt.ANSWER_BYTES_MAX) {
        broken(
            Failure.Broken.Kind.MALFORMED_STREAM,
            "it has more than " + Attempt.ANSWER_BYTES_MAX + " bytes");
        return;
      }
      a.assembler.add(block);
      if (Signals.any(signals, Signals.PROGRESS)) {
        progressed(a);
      }
    } else if (!commit(a, block, signals)) {
      return;
    }
    if (Signals.any(signals, Signals.DONE)) {
      over = new Over.Whole();
    } else if (Signals.any(signals, Signals.FINISHED)) {
      grace();
    }
  }

  /** All has been said; what may still come is usage and terminator. */
  private void grace() {
    deadlines.clear(Clock.IDLE);
    deadlines.clear(Clock.FIRST_PROGRESS);
    deadlines.set(Clock.FINISH_GRACE, now, plan.clocks().finishGrace().toNanos());
  }

  private static boolean endsWithoutReason(Attempt a) {
    return a.generated && a.target.profile().doneWithoutReason();
  }

  private void generated(Attempt a, int signals) {
    a.generated = true;
    a.events++;
    a.generatedNanos = now;
    a.toolOpen |= Signals.any(signals, Signals.TOOL);
    var clocks = plan.clocks();
    boolean quiet =
        a.toolOpen
            || (Signals.any(signals, Signals.REASONING) && !Signals.any(signals, Signals.TEXT));
    deadlines.clear(Clock.FIRST_PROGRESS);
    deadlines.set(
        Clock.IDLE, now, (quiet ? clocks.idleProgressQuiet() : clocks.idleProgress()).toNanos());
  }

  /** Gives the event a number, holds it, or drops it; false if the attempt is over by that. */
  private boolean commit(Attempt a, SseBlock block, int signals) {
    var splice = a.splice;
    if (splice == null) {
      if (Signals.any(signals, Signals.USAGE) && a.takesUsageOut) {
        return true;
      }
      int before = batch.count();
      committed.add(block, signals, batch);
      if (!a.progressed && batch.count() > before && committed.seen().content()) {
        progressed(a);
      }
      holdClock();
      return true;
    }
    boolean holds = committed.holdsTool(signals);
    rewritten.reset(1);
    int written = splice.splice(block, signals, holds ? rewritten : batch);
    if (Signals.any(written, Signals.UNPROVEN)) {
      over = unproven(splice);
      return false;
    }
    if (!Signals.any(written, Signals.PROGRESS) && Signals.any(signals, Signals.REASONING)) {
      a.unseen++;
    }
    int before = batch.count();
    if (holds) {
      committed.holdTool(rewritten, written, batch);
      holdClock();
    } else {
      committed.spliced(written);
    }
    boolean stopped = Signals.any(written, Signals.DONE) && !Signals.any(signals, Signals.DONE);
    if (written != 0 && a.way != null && !a.joined) {
      a.joined = true;
      seams.add(
          new Seam(
              a.number,
              a.target.name(),
              committed.last(),
              a.way.rung(),
              verdict(a.way, stopped, splice.accepted())));
    }
    if (holds ? batch.count() > before : Signals.any(written, Signals.PROGRESS)) {
      if (!a.progressed) {
        progressed(a);
      }
      if (Signals.any(written, Signals.TEXT)
          && !Signals.any(written, Signals.FINISHED | Signals.DONE)
          && a.ask != null
          && ++a.spliced >= a.ask.tokensLeft()) {
        request.endByLength(Objects.requireNonNull(a.transcript), batch);
        committed.terminated();
        over = new Over.Whole();
        return false;
      }
    }
    if (stopped) {
      over = new Over.Whole();
      return false;
    }
    return true;
  }

  private static Over unproven(Splice splice) {
    return new Over.Unproven(
        new Failure.Stopped(Failure.Stopped.Kind.UNPROVEN_SEAM, splice.doubt()));
  }

  private static Seam.Verdict verdict(Way way, boolean stopped, boolean accepted) {
    if (accepted) {
      return Seam.Verdict.UNPROVEN;
    }
    return switch (way.rung()) {
      case NATIVE, REPLAY -> Seam.Verdict.EXACT;
      case ANCHOR -> Seam.Verdict.MATCHED;
      case PREFILL -> {
        if (way.accepting()) {
          yield Seam.Verdict.UNPROVEN;
        }
        yield stopped ? Seam.Verdict.MATCHED : Seam.Verdict.EXACT;
      }
    };
  }

  private void holdClock() {
    if (committed.toolHeld() && !deadlines.running(Clock.TOOL_HOLD)) {
      deadlines.set(Clock.TOOL_HOLD, now, Clocks.TOOL_HOLD.toNanos());
    }
  }

  /** What was held goes out, so there is content now. */
  void progressed(Attempt a, long nowNanos) {
    begin(a, nowNanos);
    progressed(a);
  }

  /** The first new delta of this attempt that counts. */
  private void progressed(Attempt a) {
    if (a.progressed) {
      return;
    }
    a.progressed = true;
    deadlines.clear(Clock.COMMIT);
    if (request.mode() == Mode.STREAMED) {
      // A caller who waits for one body has no content before the end.
      deadlines.clear(Clock.CALLER);
    }
    nextStep.progressed(a, now);
    commands.add(new SessionCommand.ReportProgress(a.number));
  }

  private void probeEvent(Attempt a, SseBlock block, int signals) {
    if (Signals.any(signals, Signals.TEXT)) {
      a.keep(block.bytes(), block.start(), block.end(), Attempt.BODY_BYTES_MAX);
    }
    if (Signals.any(signals, Signals.DONE)) {
      over = new Over.Probed();
    } else if (Signals.any(signals, Signals.FINISHED)) {
      grace();
    }
  }
}

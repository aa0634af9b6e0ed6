package dev.holdfast.cli.demo;

import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.Seam;
import dev.holdfast.relay.server.SessionReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One answer as it stands while the demo runs. Belongs to the thread that takes the events. */
final class Watched {
  /** Where an answer is. */
  enum Phase {
    /** Asked, nothing came yet. */
    WAITING,
    /** Text comes. */
    STREAMING,
    /** Broken, the wait before the next attempt. */
    BROKEN,
    /** Called again, no text yet. */
    CALLED_AGAIN,
    /** The reader's own connection broke; what becomes of the answer is not seen. */
    READER_AWAY,
    /** Over. */
    CLOSED
  }

  /** What an event means to who watches. */
  enum Change {
    NOTHING,
    CALLED,
    BROKE,
    TEXT,
    /** The first text after a break, or after failures before any text. */
    HEALED,
    READER_LOST,
    READER_BACK,
    /** Reader and relay have both come to the end. */
    OVER
  }

  private final DemoAnswer answer;
  private final List<Integer> pieceStarts = new ArrayList<>();
  private final List<Long> pieceEvents = new ArrayList<>();
  private final StringBuilder shown = new StringBuilder();
  private Phase phase = Phase.WAITING;
  private int attempts;
  private int breaks;
  private String why = "";
  private long brokeNanos;
  private long calledNanos;
  private long healedNanos;
  private long recoveredNanos;
  private long lastNanos;
  private @Nullable SessionReport report;
  private @Nullable Reading reading;
  private @Nullable List<String> differences;

  Watched(DemoAnswer answer, long nowNanos) {
    this.answer = answer;
    this.lastNanos = nowNanos;
  }

  Change take(DemoEvent event) {
    lastNanos = event.atNanos();
    return switch (event) {
      case DemoEvent.Called e -> {
        attempts = Math.max(attempts, e.attempt());
        calledNanos = e.atNanos();
        if (phase == Phase.BROKEN) {
          phase = Phase.CALLED_AGAIN;
        }
        yield Change.CALLED;
      }
      case DemoEvent.Broke e -> {
        breaks++;
        why = e.attempt().why().replace('_', ' ');
        if (phase == Phase.WAITING || phase == Phase.STREAMING) {
          brokeNanos = e.atNanos();
        }
        if (phase != Phase.READER_AWAY) {
          phase = Phase.BROKEN;
        }
        yield Change.BROKE;
      }
      case DemoEvent.ReaderLost e -> {
        phase = Phase.READER_AWAY;
        why = "reader lost";
        brokeNanos = e.atNanos();
        yield Change.READER_LOST;
      }
      case DemoEvent.ReaderBack e -> {
        phase = Phase.CALLED_AGAIN;
        calledNanos = e.atNanos();
        yield Change.READER_BACK;
      }
      case DemoEvent.Heard e -> {
        pieceStarts.add(shown.length());
        pieceEvents.add(e.event());
        shown.append(e.text());
        // Text of the attempt that broke may reach its reader a moment after the break is known.
        boolean heals = phase == Phase.CALLED_AGAIN && e.atNanos() > calledNanos;
        if (heals) {
          healedNanos = e.atNanos() - brokeNanos;
          recoveredNanos += healedNanos;
        }
        if (heals || phase == Phase.WAITING) {
          phase = Phase.STREAMING;
        }
        yield heals ? Change.HEALED : Change.TEXT;
      }
      case DemoEvent.Reported e -> {
        report = e.report();
        attempts = report.attempts().size();
        yield over();
      }
      case DemoEvent.Closed e -> {
        reading = e.reading();
        differences = e.reading().differences(answer.unbroken(), answer.finish());
        yield over();
      }
    };
  }

  private Change over() {
    boolean over = isOver();
    phase = over ? Phase.CLOSED : phase;
    return over ? Change.OVER : Change.NOTHING;
  }

  DemoAnswer answer() {
    return answer;
  }

  Phase phase() {
    return phase;
  }

  /** Calls to the provider so far. */
  int attempts() {
    return attempts;
  }

  /** Attempts that failed so far. */
  int breaks() {
    return breaks;
  }

  /** Whether its reader came back for the rest. */
  boolean isResumed() {
    return answer.kind().dropsReader();
  }

  /** The word for the last break; empty if there was none. */
  String why() {
    return why;
  }

  /** When something was last seen of it. */
  long lastNanos() {
    return lastNanos;
  }

  /** From the last break to the next text at the reader. */
  long healedNanos() {
    return healedNanos;
  }

  /** The same, of all breaks together. */
  long recoveredNanos() {
    return recoveredNanos;
  }

  /** Everything that the reader was shown. */
  String shown() {
    return shown.toString();
  }

  /** Where in {@link #shown} continuations joined, by the relay's word; empty until the end. */
  List<Integer> seams() {
    var found = new ArrayList<Integer>();
    if (report != null) {
      for (Seam seam : report.seams()) {
        int at = 0;
        while (at < pieceEvents.size() && pieceEvents.get(at) <= seam.after()) {
          at++;
        }
        found.add(at < pieceStarts.size() ? pieceStarts.get(at) : shown.length());
      }
    }
    return found;
  }

  /** Whether reader and relay have both come to the end. */
  boolean isOver() {
    return reading != null && report != null;
  }

  /** Whether the reader has come to the end. */
  boolean isRead() {
    return reading != null;
  }

  /** What the relay says of the answer and its seams. */
  String verdict() {
    if (report == null) {
      return "no session";
    }
    return switch (report.outcome()) {
      case Outcome.Failed f -> f.failure().why().replace('_', ' ');
      case Outcome.Complete c -> seamVerdict(report.seams());
    };
  }

  /** The weakest of the seams. */
  private static String seamVerdict(List<Seam> seams) {
    String verdict = "whole";
    for (Seam seam : seams) {
      verdict =
          switch (seam.verdict()) {
            case UNPROVEN -> "unproven";
            case MATCHED -> verdict.equals("unproven") ? verdict : "matched";
            case EXACT -> verdict.equals("whole") ? "exact" : verdict;
          };
    }
    return verdict;
  }

  /** Whether the reader got exactly the unbroken answer. */
  boolean isEqual() {
    return isRead() && differences().isEmpty();
  }

  /** What tells the reader's answer from the unbroken one. */
  List<String> differences() {
    return differences == null ? List.of("its reader did not come to an end") : differences;
  }
}

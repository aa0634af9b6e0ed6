package dev.holdfast.cli.demo;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** A line for each event of note, for pipes and logs. */
final class PlainView implements DemoView {
  private final PrintWriter out;
  private long beganNanos;

  PlainView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void began(List<Watched> answers, long nowNanos) {
    beganNanos = nowNanos;
    for (Watched one : answers) {
      DemoAnswer answer = one.answer();
      line(
          nowNanos,
          answer,
          "start",
          "%s, %d tokens of %s; plan: %s"
              .formatted(
                  answer.kind().label(),
                  answer.unbroken().tokens(),
                  answer.content(),
                  answer.faults()));
    }
    out.flush();
  }

  @Override
  public void changed(Watched one, Watched.Change change, DemoEvent event) {
    DemoAnswer answer = one.answer();
    long at = event.atNanos();
    switch (change) {
      case CALLED -> {
        if (one.attempts() > 1) {
          line(at, answer, "again", "attempt " + one.attempts());
        }
      }
      case BROKE -> line(at, answer, "fault", one.why());
      case HEALED ->
          line(
              at,
              answer,
              event instanceof DemoEvent.Heard e && one.shown().length() > e.text().length()
                  ? "seam"
                  : "text",
              "text again %d ms after the break".formatted(one.healedNanos() / 1_000_000));
      case OVER ->
          line(
              at,
              answer,
              one.isEqual() ? "whole" : "NOT",
              one.isEqual()
                  ? "equal to the unbroken answer, %s".formatted(one.verdict())
                  : String.join("; ", one.differences()));
      case READER_LOST ->
          line(at, answer, "lost", "the reader's own connection broke after " + lost(event));
      case READER_BACK -> line(at, answer, "back", "the reader asks for the rest");
      case NOTHING, TEXT -> {}
    }
    if (change != Watched.Change.TEXT) {
      out.flush();
    }
  }

  @Override
  public void passed(long nowNanos) {}

  @Override
  public void ended() {}

  private static String lost(DemoEvent event) {
    return event instanceof DemoEvent.ReaderLost e ? "event " + e.event() : "some events";
  }

  private void line(long atNanos, DemoAnswer answer, String word, String text) {
    out.printf(
        Locale.ROOT,
        "%6.2f s  #%-2d  %-5s  %s%n",
        (atNanos - beganNanos) / 1e9,
        answer.number(),
        word,
        text);
  }
}

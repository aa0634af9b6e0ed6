package dev.holdfast.cli;

import dev.holdfast.client.Answer;
import dev.holdfast.client.Notice;
import dev.holdfast.client.StreamOutcome;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What goes on beside an answer, on the standard error: on a terminal one line under the text, gone
 * when the text goes on; elsewhere a line for each thing. Safe for two threads.
 */
final class StatusLine {
  /**
   * Makes room below, which may scroll, comes back, saves the place, goes below, clears the line.
   */
  private static final String BELOW = "\033D\033[A\0337\033[B\r\033[K";

  private static final String BACK = "\0338";
  private static final int COLUMNS_MAX = 78;

  private final PrintWriter err;
  private final boolean live;
  private boolean shown;

  StatusLine(PrintWriter err, boolean live) {
    this.err = err;
    this.live = live;
  }

  void retry(Notice.Retry retry) {
    show(
        "%s; %s at %s in %.1f s"
            .formatted(
                retry.failure().why(),
                switch (retry.purpose()) {
                  case "begin" -> "asking again";
                  case "probe" -> "asking for a known answer";
                  default -> "going on";
                },
                retry.target(),
                retry.delay().toMillis() / 1000.0));
  }

  void queued(Notice.Queued queued) {
    show("waiting for " + queued.target() + ", place " + queued.position());
  }

  private synchronized void show(String what) {
    var line = "holdfast: " + what;
    if (live) {
      var cut = line.length() <= COLUMNS_MAX ? line : line.substring(0, COLUMNS_MAX - 1) + "…";
      err.print(BELOW + cut + BACK);
      shown = true;
    } else {
      err.println(line);
    }
    err.flush();
  }

  /** The text goes on, or is over. */
  synchronized void clear() {
    if (shown) {
      shown = false;
      err.print(BELOW + BACK);
      err.flush();
    }
  }

  /** Says what was mended; nothing if nothing was. */
  void whole(Answer answer) {
    if (answer.attempts().size() > 1) {
      err.println("holdfast: whole, after " + came(answer));
      err.flush();
    }
  }

  void broken(StreamOutcome.Incomplete how) {
    err.println(
        "holdfast: expected a whole answer, got %s after %s: %s%s"
            .formatted(
                how.failure().why(),
                came(how.partial()),
                how.failure().message(),
                how.retryable() ? "; asking again later may help" : ""));
    err.flush();
  }

  /** Nobody takes the answer any more. */
  void unread() {
    err.println("holdfast: expected somebody to read the answer, the standard output was closed");
    err.flush();
  }

  private static String came(Answer answer) {
    var seams =
        answer.seams().stream()
            .map(seam -> (seam.rung() + " " + seam.verdict()).toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    int attempts = answer.attempts().size();
    return attempts
        + (attempts == 1 ? " attempt" : " attempts")
        + (seams.isEmpty() ? "" : ", joined by " + seams);
  }
}

package dev.holdfast.cli.demo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The answers side by side while they stream.
 *
 * <p>Each line of each pane is put at its own place and written only if it has changed, so that
 * whatever a terminal makes of a strange character stays inside that line of that pane.
 */
final class LiveView implements DemoView {
  private static final String ESCAPE = "\u001b[";
  private static final String HIDE_CURSOR = ESCAPE + "?25l";
  private static final String SHOW_CURSOR = ESCAPE + "?25h";

  /** Some terminals turn lines with Arabic or Hebrew around as a whole, panes and all. */
  private static final String KEEP_ORDER = ESCAPE + "8l";

  private static final String USUAL_ORDER = ESCAPE + "8h";

  /** For how long a break is shown even if the answer has gone on. */
  private static final long ALARM_NANOS = 1_300_000_000L;

  /** A silence that a person notices. */
  private static final long SILENCE_NANOS = 1_000_000_000L;

  private final PrintWriter out;
  private final Paint paint;
  private final Supplier<Terminal.Size> sizes;
  private final String heading;
  private final Map<Integer, String> drawn = new HashMap<>();
  private final Map<Integer, Long> brokeAt = new HashMap<>();
  private final List<Pane> panes = new ArrayList<>();
  private List<Watched> answers = List.of();
  private Terminal.Size size = Terminal.Size.USUAL;
  private Grid grid = Grid.of(size, 1);
  private long beganNanos;
  private volatile boolean resized;

  /** Guarded by this: the thread that shows, and the one that ends the process. */
  private boolean onScreen;

  /**
   * @param sizes asked at the start and after each {@link #resized}
   */
  LiveView(PrintWriter out, Paint paint, Supplier<Terminal.Size> sizes, String heading) {
    this.out = out;
    this.paint = paint;
    this.sizes = sizes;
    this.heading = heading;
  }

  /** The window has another size; the next frame is drawn anew. May be called by any thread. */
  void resized() {
    resized = true;
  }

  @Override
  public synchronized void began(List<Watched> watched, long nowNanos) {
    answers = watched;
    beganNanos = nowNanos;
    measure();
    // What stood on the screen goes up into the history of the window.
    out.print("\n".repeat(size.rows() - 1));
    out.print(HIDE_CURSOR + KEEP_ORDER);
    onScreen = true;
  }

  @Override
  public void changed(Watched answer, Watched.Change change, DemoEvent event) {
    Pane pane = panes.get(answer.answer().number() - 1);
    if (event instanceof DemoEvent.Heard heard) {
      boolean seam =
          change == Watched.Change.HEALED && answer.shown().length() > heard.text().length();
      pane.add((seam ? Pane.SEAM : "") + heard.text());
    } else if (change == Watched.Change.BROKE || change == Watched.Change.READER_LOST) {
      brokeAt.put(answer.answer().number(), event.atNanos());
    } else if (change == Watched.Change.OVER) {
      // Now it is known on which event each continuation joined.
      layOut(answer);
    }
  }

  @Override
  public synchronized void passed(long nowNanos) {
    if (!onScreen) {
      return;
    }
    if (resized) {
      resized = false;
      measure();
      out.print(ESCAPE + "2J");
    }
    draw(1, 1, size.columns(), heading(nowNanos));
    for (int i = 0; i < Math.min(grid.places(), answers.size()); i++) {
      drawPane(i, nowNanos);
    }
    draw(size.rows(), 1, size.columns(), footer());
    out.flush();
  }

  @Override
  public void ended() {
    passed(System.nanoTime());
    restore();
  }

  /** Gives the terminal back, once; to be called also when the process is told to end. */
  synchronized void restore() {
    if (onScreen) {
      onScreen = false;
      out.print(ESCAPE + size.rows() + ";1H" + ESCAPE + "0m" + USUAL_ORDER + SHOW_CURSOR + "\n");
      out.flush();
    }
  }

  private void measure() {
    size = sizes.get();
    grid = Grid.of(size, answers.size());
    drawn.clear();
    panes.clear();
    answers.forEach(answer -> panes.add(new Pane(grid.width())));
    answers.forEach(this::layOut);
  }

  private void layOut(Watched answer) {
    var pane = new Pane(grid.width());
    pane.add(Pane.withSeams(answer.shown(), answer.seams()));
    panes.set(answer.answer().number() - 1, pane);
  }

  private String heading(long nowNanos) {
    String time = String.format(Locale.ROOT, "%.0f s", (nowNanos - beganNanos) / 1e9);
    int room = size.columns() - time.length() - 2;
    return paint.bold(Columns.pad(Columns.clip(heading, room), room)) + "  " + time;
  }

  private String footer() {
    int breaks = answers.stream().mapToInt(Watched::breaks).sum();
    long whole = answers.stream().filter(Watched::isEqual).count();
    int hidden = answers.size() - grid.places();
    String counts =
        "%s %d %s   %s a continuation joined   %s %d of %d equal to the unbroken answer"
            .formatted(
                paint.red("✂"),
                breaks,
                breaks == 1 ? "break" : "breaks",
                paint.seam(Pane.SEAM),
                paint.green("✔"),
                whole,
                answers.size());
    return hidden > 0 ? counts + paint.faint("   " + hidden + " not shown") : counts;
  }

  private void drawPane(int i, long nowNanos) {
    Watched answer = answers.get(i);
    draw(grid.top(i), grid.left(i), grid.width(), title(answer, nowNanos));
    List<String> lines = panes.get(i).tail(grid.textLines(i));
    for (int line = 0; line < grid.textLines(i); line++) {
      String text = line < lines.size() ? lines.get(line) : "";
      String shown = text.replace(Pane.SEAM, paint.seam(Pane.SEAM));
      boolean end = line == lines.size() - 1 && Columns.of(text) < grid.width();
      draw(grid.top(i) + 1 + line, grid.left(i), grid.width(), shown + (end ? end(answer) : ""));
    }
  }

  /** What stands behind the last character. */
  private String end(Watched answer) {
    return switch (answer.phase()) {
      case WAITING -> "";
      case STREAMING -> paint.cyan("▌");
      case BROKEN, CALLED_AGAIN, READER_AWAY -> paint.red("✂");
      case CLOSED -> "";
    };
  }

  private String title(Watched answer, long nowNanos) {
    long since = nowNanos - brokeAt.getOrDefault(answer.answer().number(), nowNanos - ALARM_NANOS);
    boolean alarm = since < ALARM_NANOS;
    String name = answer.answer().number() + " " + answer.answer().kind().label();
    int room = grid.width() - Columns.of(name) - 3;
    Status status = status(answer, alarm, nowNanos);
    boolean fits = Columns.of(status.text()) <= room;
    String right = fits ? status.text() : Columns.clip(status.brief(), room);
    String fill = " " + paint.filler().repeat(Math.max(0, room - Columns.of(right))) + " ";
    return alarm
        ? paint.alarm(name + fill + right + " ")
        : paint.bar(Paint.Tone.PLAIN, name)
            + paint.bar(Paint.Tone.FAINT, fill)
            + paint.bar(status.tone(), right + " ");
  }

  private record Status(Paint.Tone tone, String text, String brief) {}

  private static Status status(Watched answer, boolean alarm, long nowNanos) {
    String breaks = answer.breaks() == 0 ? "" : "✂" + answer.breaks();
    if (alarm && answer.phase() != Watched.Phase.CLOSED) {
      return new Status(Paint.Tone.RED, "✂ " + answer.why(), breaks);
    }
    long silent = nowNanos - answer.lastNanos();
    boolean silence = silent > SILENCE_NANOS;
    String seconds = String.format(Locale.ROOT, "silent %.0f s", silent / 1e9);
    return switch (answer.phase()) {
      case WAITING -> {
        String waiting = answer.attempts() == 0 ? "starting" : silence ? seconds : "waiting";
        yield new Status(Paint.Tone.FAINT, waiting, "…");
      }
      case STREAMING ->
          new Status(
              silence ? Paint.Tone.YELLOW : Paint.Tone.CYAN,
              silence ? seconds : answer.attempts() > 1 ? "attempt " + answer.attempts() : "▸",
              breaks + (silence ? "…" : "▸"));
      case READER_AWAY -> new Status(Paint.Tone.YELLOW, "reader is away", "…");
      case BROKEN -> new Status(Paint.Tone.YELLOW, "waits to call again", breaks + "…");
      case CALLED_AGAIN ->
          new Status(Paint.Tone.YELLOW, "attempt " + answer.attempts() + " …", breaks + "…");
      case CLOSED ->
          answer.isEqual()
              ? new Status(Paint.Tone.GREEN, (breaks + " ✔ equal").strip(), breaks + "✔")
              : new Status(Paint.Tone.RED, "✘ NOT equal", "✘");
    };
  }

  private void draw(int row, int column, int width, String text) {
    int place = row * 10_000 + column;
    if (!text.equals(drawn.put(place, text))) {
      String blank = ESCAPE + width + "X";
      out.print(ESCAPE + row + ";" + column + "H" + blank + text);
    }
  }
}

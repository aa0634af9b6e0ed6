package dev.holdfast.cli.demo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows that answers stay whole, and proves it. */
@Command(
    name = "demo",
    description = {
      "Shows answers that stay whole though their provider breaks, and compares each with the"
          + " unbroken one.",
      "",
      "In this one process run a provider that misbehaves, the relay, and plain HTTP readers that"
          + " know nothing of breaks. Each answer has a provider of its own with a fault of its own"
          + " (below); what strikes where is drawn from the seed. The unbroken answer is computed"
          + " apart from the relay. Equal means: the same text to the byte, the finish reason,"
          + " [DONE], event numbers without a gap, and a clean end of the body.",
      "",
      "On a terminal the answers stream side by side: the title turns red when a break is found,"
          + " ✂ counts them, and ┊ marks where a continuation joined; no reader sees that mark. In a"
          + " pipe there is a line for each event of note.",
      "",
      "At the end: attempts, the calls to the provider; recovered, the time from finding a break to"
          + " the next text at the reader, of all breaks together (a tool call is held until it is"
          + " whole); verdict, exact where every continuation went on from the last delivered"
          + " character, whole where none was needed.",
      "",
      "The exit code is 0 only if every answer is equal.",
      ""
    },
    footerHeading = "%nFaults:%n",
    usageHelpAutoWidth = true)
public final class DemoCommand implements Callable<Integer> {
  /** Fresh seeds are short enough to be read out. */
  private static final int SEEDS = 1_000_000;

  /** Nobody watches a row of demos. */
  private static final double SPEED_OF_ROW = 8;

  private static final int AT_ONCE = 3;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Which plan of faults and texts; a fresh one unless written.")
  private @Nullable Long seed;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "So many demos from that seed on, several at once, a line each.")
  private @Nullable Integer seeds;

  @Spec private CommandSpec spec;

  /** Made by the command line. */
  public DemoCommand() {}

  /** The faults stand in the help text, and are put together only when somebody reads it. */
  @Spec
  void describeFaults(CommandSpec described) {
    described
        .usageMessage()
        .sectionMap()
        .put(
            UsageMessageSpec.SECTION_KEY_FOOTER,
            new IHelpSectionRenderer() {
              @Override
              public String render(Help help) {
                var lines = new StringBuilder();
                for (FaultKind kind : FaultKind.values()) {
                  lines.append("  %-18s %s%n".formatted(kind.label(), kind.sentence()));
                }
                return lines.toString();
              }
            });
  }

  @Override
  public Integer call() throws InterruptedException {
    quieten();
    long from = seed == null ? 1 + ThreadLocalRandom.current().nextInt(SEEDS) : seed;
    var out = spec.commandLine().getOut();
    if (seeds == null) {
      return one(from, out);
    }
    if (seeds < 1) {
      throw new ParameterException(spec.commandLine(), "--seeds: expected 1 or more, got " + seeds);
    }
    return row(from, seeds, out);
  }

  private static int one(long seed, PrintWriter out) throws InterruptedException {
    Map<String, String> environment = System.getenv();
    var plan = DemoPlan.of(seed);
    List<Watched> answers;
    Paint paint = Paint.NONE;
    long began = System.nanoTime();
    if (Terminal.isLive(environment, Terminal::isTerminal, Terminal.OUTPUT)) {
      paint = Terminal.paint(environment);
      answers = live(plan, out, paint, environment);
    } else {
      out.println(heading(plan));
      answers = DemoRun.run(plan, 1, new PlainView(out));
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    out.println();
    ResultTable.lines(answers, paint).forEach(out::println);
    out.println();
    out.println(paint.bold(summary(answers, seconds)));
    out.println("replay with --seed " + seed);
    out.flush();
    return allEqual(answers) ? 0 : 1;
  }

  private static List<Watched> live(
      DemoPlan plan, PrintWriter out, Paint paint, Map<String, String> environment)
      throws InterruptedException {
    var view = new LiveView(out, paint, () -> Terminal.size(environment), heading(plan));
    // Also when told to stop: the cursor has to come back, and the seed is worth knowing.
    var restore =
        Thread.ofPlatform()
            .unstarted(() -> {
              view.restore();
              out.println("stopped; replay with --seed " + plan.seed());
              out.flush();
            });
    Runtime.getRuntime().addShutdownHook(restore);
    Terminal.onResize(view::resized);
    try {
      return DemoRun.run(plan, 1, view);
    } finally {
      view.restore();
      forget(restore);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and the hook runs.
      return;
    }
  }

  private static int row(long from, int count, PrintWriter out) throws InterruptedException {
    out.println("holdfast demo: %d seeds from %d".formatted(count, from));
    out.flush();
    boolean allEqual = true;
    try (var pool = Executors.newFixedThreadPool(AT_ONCE, Thread.ofPlatform().daemon().factory())) {
      var runs = new ArrayList<Future<List<String>>>();
      for (int i = 0; i < count; i++) {
        long each = from + i;
        runs.add(pool.submit(() -> oneOfRow(each)));
      }
      for (Future<List<String>> run : runs) {
        List<String> lines = run.get();
        lines.forEach(out::println);
        out.flush();
        allEqual &= lines.size() == 1;
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a demo did not run: " + e.getCause(), e);
    }
    out.println(allEqual ? "every answer is equal" : "not every answer is equal; see above");
    out.flush();
    return allEqual ? 0 : 1;
  }

  /** A line for the demo, and one for each answer that is not equal. */
  private static List<String> oneOfRow(long seed) throws InterruptedException {
    long began = System.nanoTime();
    List<Watched> answers = DemoRun.run(DemoPlan.of(seed), SPEED_OF_ROW, DemoView.NONE);
    var lines = new ArrayList<String>();
    double seconds = (System.nanoTime() - began) / 1e9;
    lines.add("seed %-8d %s".formatted(seed, summary(answers, seconds)));
    ResultTable.differences(answers).forEach(line -> lines.add("  " + line));
    return lines;
  }

  private static String heading(DemoPlan plan) {
    return "holdfast demo · seed %d · %d answers, each provider breaks in its own way"
        .formatted(plan.seed(), plan.answers().size());
  }

  private static String summary(List<Watched> answers, double seconds) {
    long equal = answers.stream().filter(Watched::isEqual).count();
    return String.format(
        Locale.ROOT,
        "%d of %d answers equal to the unbroken ones · %d breaks · %d calls · %.1f s",
        equal,
        answers.size(),
        answers.stream().mapToInt(Watched::breaks).sum(),
        answers.stream().mapToInt(Watched::attempts).sum(),
        seconds);
  }

  private static boolean allEqual(List<Watched> answers) {
    return answers.stream().allMatch(Watched::isEqual);
  }

  /** The relay's log of each session would tear the picture; its errors stay. */
  private static void quieten() {
    if (System.getenv("HOLDFAST_LOG") == null && System.getProperty("HOLDFAST_LOG") == null) {
      System.setProperty("HOLDFAST_LOG", "ERROR");
    }
  }
}

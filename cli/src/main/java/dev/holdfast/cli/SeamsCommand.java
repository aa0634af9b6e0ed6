package dev.holdfast.cli;

import dev.holdfast.simulator.seams.SeamCampaign;
import dev.holdfast.simulator.seams.SeamPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Breaks thousands of answers, joins them by every rung of the ladder, and judges what came out.
 */
@Command(
    name = "seams",
    description = {
      "Breaks answers of a simulated provider at drawn places, joins them by every rung of the"
          + " ladder, and judges what came out.",
      "Exit code 1 if an answer ended complete and was not right, or if a row was answered less"
          + " often than it must be."
    })
final class SeamsCommand implements Callable<Integer> {
  @Option(names = "--breaks", defaultValue = "5000", description = "Of each row; default 5,000.")
  private int breaks;

  @Option(names = "--seed", defaultValue = "1", description = "The first seed; default 1.")
  private long seed;

  @Option(
      names = "--row",
      paramLabel = "PART",
      defaultValue = "",
      description = "Only the rows whose name contains this.")
  private String row = "";

  @Option(names = "--write", paramLabel = "FILE", description = "Writes the table as a page.")
  private @Nullable Path write;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (breaks < 1) {
      throw new ParameterException(
          spec.commandLine(), "expected --breaks from 1 on, came " + breaks);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf("seams: %,d breaks a row from seed %d%n", breaks, seed);
    out.flush();
    long began = System.nanoTime();
    List<SeamCampaign.Line> lines = SeamCampaign.run(row, breaks, seed, line -> tell(line, out));
    if (lines.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "expected a part of a row's name ("
              + String.join("; ", SeamCampaign.names())
              + "), came "
              + row);
    }
    int answers = lines.stream().mapToInt(SeamCampaign.Line::answers).sum();
    int wrong = lines.stream().mapToInt(SeamCampaign.Line::wrong).sum();
    long failing = lines.stream().filter(line -> !line.holds()).count();
    out.printf(
        "seams: %d rows, %,d broken answers in %.1f s; silent wrong %d; %d rows are not as they"
            + " must be%n",
        lines.size(), answers, (System.nanoTime() - began) / 1e9, wrong, failing);
    out.flush();
    if (write != null) {
      String command =
          String.format(
              Locale.ROOT,
              "./holdfast seams --breaks %d --seed %d --write %s",
              breaks,
              seed,
              write);
      Files.writeString(write, SeamPage.of(lines, command));
    }
    return failing == 0 ? 0 : 1;
  }

  private static void tell(SeamCampaign.Line line, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%-4s %6.2f %%  %-72s %,6d breaks, %,5d but for white space, unanswered %s%n",
        line.holds() ? "ok" : "NOT",
        100 * line.answered(),
        line.row(),
        line.breaks(),
        line.spaced(),
        line.unanswered());
    line.wrongest()
        .ifPresent(wrong ->
            out.printf(
                "     SILENT WRONG %d times, first in seed %d: %s%n",
                line.wrong(), wrong.seed(), wrong.told()));
    out.flush();
  }
}

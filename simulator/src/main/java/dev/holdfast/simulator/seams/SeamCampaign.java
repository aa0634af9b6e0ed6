package dev.holdfast.simulator.seams;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * Thousands of broken answers a row, each a function of its seed alone, judged outside the engine.
 *
 * <p>An answer that ended complete must be right: with {@code Model} the unbroken answer, with
 * {@code DifferingModel} a text whose ordinals run from first to last; white space directly at a
 * seam may differ. One that is not is silently wrong, and there must be none, anywhere. An explicit
 * error is no answer, and each row says how many of its breaks must be answered.
 */
public final class SeamCampaign {
  private static final int BLOCK = 512;

  /** So that a row whose positions hardly occur ends too. */
  private static final int RUNS_PER_BREAK_MAX = 40;

  /**
   * What came of a row.
   *
   * @param row its name
   * @param answers that were broken, all together
   * @param breaks of them that counted
   * @param aside breaks at other positions than the row's, joined and judged all the same
   * @param lost breaks that counted and were not answered
   * @param spaced answers that are right but for white space directly at a seam
   * @param unanswered answers that ended at a break that counted, by the final failure's word
   * @param wrong answers that ended complete and are not right
   * @param wrongest the first of them; empty if there is none
   * @param least the share that must be answered
   * @param most the share that may be
   */
  public record Line(
      String row,
      int answers,
      int breaks,
      int aside,
      int lost,
      int spaced,
      Map<String, Integer> unanswered,
      int wrong,
      Optional<Wrong> wrongest,
      double least,
      double most) {
    public Line {
      unanswered = Map.copyOf(unanswered);
    }

    /** The share of the breaks after which the answer went on, and came out right. */
    public double answered() {
      return breaks == 0 ? 0 : (breaks - lost) / (double) breaks;
    }

    /** Whether it is as it must be. */
    public boolean holds() {
      return wrong == 0 && breaks > 0 && answered() >= least && answered() <= most;
    }
  }

  /**
   * An answer that ended complete and was not right.
   *
   * @param seed that shows it again
   * @param told the text around its seams
   */
  public record Wrong(long seed, String told) {}

  private SeamCampaign() {}

  /** The names of the rows, in order. */
  public static List<String> names() {
    return SeamRows.all().stream().map(SeamRow::name).toList();
  }

  /**
   * Runs every row whose name contains {@code part} on all processors.
   *
   * @param breaks of each row, at least
   * @param told each row as it is done
   */
  public static List<Line> run(String part, int breaks, long seed, Consumer<Line> told) {
    var lines = new ArrayList<Line>();
    for (SeamRow row : SeamRows.all()) {
      if (row.name().contains(part)) {
        Line line = run(row, breaks, seed);
        told.accept(line);
        lines.add(line);
      }
    }
    return lines;
  }

  private static Line run(SeamRow row, int breaks, long seed) {
    var tally = new Tally();
    int block = Math.min(BLOCK, breaks / 3 + 1);
    for (long from = seed; tally.breaks < breaks; from += block) {
      if (from - seed > (long) breaks * RUNS_PER_BREAK_MAX) {
        break;
      }
      LongStream.range(from, from + block)
          .parallel()
          .mapToObj(at -> SeamRun.of(row, at))
          .toList()
          .forEach(tally::add);
    }
    return tally.line(row);
  }

  private static final class Tally {
    private final Map<String, Integer> unanswered = new TreeMap<>();
    private int answers;
    private int breaks;
    private int aside;
    private int lost;
    private int spaced;
    private int wrong;
    private Optional<Wrong> wrongest = Optional.empty();

    void add(SeamRun.Result result) {
      answers++;
      breaks += result.breaks();
      aside += result.aside();
      lost += result.lost();
      switch (result.end()) {
        case EQUAL -> {}
        case SPACED -> spaced++;
        case UNANSWERED -> {
          if (result.lost() > 0) {
            unanswered.merge(result.why(), 1, Integer::sum);
          }
        }
        case SILENT_WRONG -> {
          wrong++;
          if (wrongest.isEmpty()) {
            wrongest = Optional.of(new Wrong(result.seed(), result.told()));
          }
        }
      }
    }

    Line line(SeamRow row) {
      return new Line(
          row.name(),
          answers,
          breaks,
          aside,
          lost,
          spaced,
          unanswered,
          wrong,
          wrongest,
          row.least(),
          row.most());
    }
  }

  /** A share as a table writes it. */
  static String share(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }
}

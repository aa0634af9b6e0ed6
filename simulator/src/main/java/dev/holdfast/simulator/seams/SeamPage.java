package dev.holdfast.simulator.seams;

import java.util.List;
import java.util.Locale;

/** Writes what a campaign found as a page of the documentation. */
public final class SeamPage {
  private static final String HEAD =
      """
      # Seams

      Answers broken at drawn places and joined by each rung of the ladder, in virtual time,
      against the simulated provider. Another seed gives another sample. Made by

      ```
      %s
      ```

      - *fixed*: the model gives the same answer each time, so the joined text must equal the
        unbroken one. *differing*: it chooses other words in each attempt and numbers every word,
        so the ordinals must run from the first to the last, each once and in order, and every
        mark between them must be there.
      - *breaks*: places in a text where an upstream was lost; an answer has one to three of them.
        *answered*: those after which the answer went on and came out right.
      - *but for white space*: whole answers whose white space directly at a seam is not the
        model's own.
      - *error*: answers that ended with an explicit error. Nothing wrong was shown; the text is
        kept.
      - *silent wrong*: answers that ended complete, and not right. It must be 0.
      - Rows with an anchor count the breaks where one exists; what broke elsewhere is judged too,
        and stands under *aside*. Where none exists the rows are of their own.
      - *must be*: the share that has to be answered; where an error is the right end, the share
        that is allowed at most.

      | row | breaks | aside | answered | must be | but for white space | error | silent wrong |
      |---|--:|--:|--:|--:|--:|--:|--:|
      """;

  private SeamPage() {}

  /** The whole page. */
  public static String of(List<SeamCampaign.Line> lines, String command) {
    var page = new StringBuilder(String.format(Locale.ROOT, HEAD, command));
    lines.forEach(line -> page.append(row(line)).append('\n'));
    return page.toString();
  }

  private static String row(SeamCampaign.Line line) {
    int errors = line.unanswered().values().stream().mapToInt(Integer::intValue).sum();
    return String.format(
        Locale.ROOT,
        "| %s | %,d | %,d | %s | %s | %,d | %,d | %,d |",
        line.row(),
        line.breaks(),
        line.aside(),
        SeamCampaign.share(line.answered()),
        mustBe(line),
        line.spaced(),
        errors,
        line.wrong());
  }

  private static String mustBe(SeamCampaign.Line line) {
    if (line.most() < 1) {
      return line.most() == 0 ? "0 %" : "≤ " + percent(line.most());
    }
    return line.least() == 0 ? "any" : "≥ " + percent(line.least());
  }

  private static String percent(double share) {
    double percent = 100 * share;
    return percent == Math.rint(percent)
        ? String.format(Locale.ROOT, "%.0f %%", percent)
        : String.format(Locale.ROOT, "%.1f %%", percent);
  }
}

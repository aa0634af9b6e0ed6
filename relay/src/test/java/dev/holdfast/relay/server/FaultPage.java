package dev.holdfast.relay.server;

import dev.holdfast.simulator.FaultCase;
import dev.holdfast.simulator.FaultCase.Expected;
import dev.holdfast.simulator.FaultCase.Manners;
import dev.holdfast.simulator.FaultCase.Phase;
import java.util.List;

/**
 * Writes {@code docs/FAULTS.md} from the fault table, so that the page can't promise anything else.
 */
final class FaultPage {
  private static final String HEAD =
      """
      # What happens when something breaks

      Generated from `faults.csv` of the simulator; `FaultPageTest` compares the two.
      `FaultMatrixTest` runs every row through a relay on real sockets, in each of its manners
      towards continuations, and fails on any difference. The settings are the default ones with
      short clocks, one route with one target on the `openai-chat` wire, whose way to continue
      is proven (`continuation: [prefill]`).

      - **plan**: what the upstream does, attempt by attempt, in the language of `./holdfast
        simulate --fault`; after the last entry every attempt is healthy, `*` repeats it for
        ever.
      - **manner**: *all*, the row is run against an upstream that goes on right after the text,
        one that repeats it first, and one that glues the repetition to the first new token;
        *any*, it does not matter.
      - **gets**: *equal*, exactly the unbroken answer; *error*, a part of it, `event: error`
        and a cut connection; a number, that status and nothing of an answer.
      - **why**: the word of the final error, in the body and in `X-Holdfast-Why`; where the
        answer is whole, the word under which the first break is booked.
      """;

  private FaultPage() {}

  static String of(List<FaultCase> rows) {
    var page = new StringBuilder(HEAD);
    for (var phase : Phase.values()) {
      page.append("\n## ").append(title(phase)).append("\n\n");
      page.append(
          "| fault | plan | request | manner | retry helps | gets | why | a reader sees |\n");
      page.append("|---|---|---|---|---|---|---|---|\n");
      rows.stream().filter(row -> row.phase() == phase).forEach(row -> row(row, page));
    }
    return page.toString();
  }

  private static String title(Phase phase) {
    return switch (phase) {
      case BEFORE_HEAD -> "Before the status line";
      case BEFORE_CONTENT -> "Before the first generated delta";
      case AFTER_CONTENT -> "In the middle of the answer";
      case AFTER_FINISH -> "After the finish reason";
    };
  }

  private static void row(FaultCase row, StringBuilder page) {
    page.append("| ")
        .append(
            String.join(
                " | ",
                row.name().replace('_', ' '),
                "`" + row.plan() + "`",
                row.request().text(),
                row.manners() == Manners.ANY ? "any" : "all",
                row.retryable() ? "yes" : "no",
                gets(row.expected()),
                row.why().equals("none") ? "" : "`" + row.why() + "`",
                row.readerSees()))
        .append(" |\n");
  }

  private static String gets(Expected expected) {
    return switch (expected) {
      case Expected.Equal e -> "equal";
      case Expected.Status e -> Integer.toString(e.status());
      case Expected.ErrorAndCut e -> "error";
    };
  }
}

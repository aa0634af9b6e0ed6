package dev.holdfast.relay.server;

import dev.holdfast.simulator.FaultCase;
import dev.holdfast.simulator.FaultCase.Expected;
import dev.holdfast.simulator.FaultCase.Manners;
import dev.holdfast.simulator.FaultCase.Phase;
import dev.holdfast.simulator.FaultStrategy;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes {@code docs/FAULTS.md} from the fault table, so that the page can't promise anything else.
 */
final class FaultPage {
  private static final String HEAD =
      """
      # What happens when something breaks

      Generated from `faults.csv` of the simulator; `FaultPageTest` compares the two.
      `FaultMatrixTest` runs the rows through a relay on real sockets and fails on any difference.
      `ClientFaultMatrixTest` runs those that are streamed through the Java library; there `reset`,
      `truncation` and `refused` are taken for each other, which the JDK's client does not always
      tell apart. The settings are the default ones with short clocks, and one route with one
      target on the `openai-chat` wire.

      - **plan**: what the upstream does, attempt by attempt, in the language of `./holdfast
        simulate --fault`; after the last entry every attempt is healthy, `*` repeats it for
        ever.
      - **manner**: towards a text that is handed back by a target whose way to continue is
        proven (`continuation: [prefill]`). *all*, the row is run against an upstream that goes
        on right after the text, one that repeats it first, and one that glues the repetition to
        the first new token; *any*, it does not matter.
      - **gets**: *equal*, exactly the unbroken answer; *error*, a part of it, `event: error`
        and a cut connection; a number, that status and nothing of an answer.
      - **why**: the word of the final error, in the body and in `X-Holdfast-Why`; where the
        answer is whole, the word under which the first break is booked.

      Where the answer had begun, four columns say what comes of it by another way to go on. A
      word is that of the final error, behind the text that was there already; nothing is
      promised where a dash stands. Everywhere else it does not matter which way it would be.

      - **anchor**: `continuation: [anchor, replay]`, where the text has an anchor (where it has
        none, see `SEAMS.md`), or is too short for one and asked for again. The model repeats the
        quotation: at once and as it is, behind an introduction, in quotation marks or a fence
        that is closed behind it or at the end of the answer, with white space changed inside or
        at the join (where it may be another in what the reader gets); or it first says it in
        other words or ignores the note, and obeys the second time. But for the first of these,
        one answer of twenty may end in `unproven_seam` instead.
      - **unheeded**: `continuation: [anchor]`, and the model says the quotation in other words,
        ignores the note, or begins another answer, however often it is asked.
      - **replay**: `continuation: [replay]`, at temperature 0 and a target that repeats itself
        (`deterministic: true`).
      - **differing**: the same, and the target says something else after all.
      """;

  private FaultPage() {}

  static String of(List<FaultCase> rows) {
    var page = new StringBuilder(HEAD);
    for (var phase : Phase.values()) {
      page.append("\n## ").append(title(phase)).append("\n\n");
      boolean begun = phase == Phase.AFTER_CONTENT;
      page.append("| fault | plan | request | manner | retry helps | gets | why |");
      page.append(begun ? " anchor | unheeded | replay | differing |" : "");
      page.append(" a reader sees |\n|---|---|---|---|---|---|---|");
      page.append(begun ? "---|---|---|---|" : "");
      page.append("---|\n");
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
    var cells =
        new ArrayList<>(
            List.of(
                row.name().replace('_', ' '),
                "`" + row.plan() + "`",
                row.request().text(),
                row.manners() == Manners.ANY ? "any" : "all",
                row.retryable() ? "yes" : "no",
                gets(row.expected()),
                row.why().equals("none") ? "" : "`" + row.why() + "`"));
    if (row.phase() == Phase.AFTER_CONTENT) {
      cells.add(way(row, FaultStrategy.ANCHOR_OBEYED));
      cells.add(way(row, FaultStrategy.ANCHOR_IGNORED));
      cells.add(way(row, FaultStrategy.REPLAY));
      cells.add(way(row, FaultStrategy.REPLAY_DIFFERING));
    }
    cells.add(row.readerSees());
    page.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static String way(FaultCase row, FaultStrategy strategy) {
    if (!row.judges(strategy)) {
      return "–";
    }
    var outcome = row.outcome(strategy);
    return outcome.expected() instanceof Expected.ErrorAndCut
        ? "`" + outcome.why() + "`"
        : gets(outcome.expected());
  }

  private static String gets(Expected expected) {
    return switch (expected) {
      case Expected.Equal e -> "equal";
      case Expected.Status e -> Integer.toString(e.status());
      case Expected.ErrorAndCut e -> "error";
    };
  }
}

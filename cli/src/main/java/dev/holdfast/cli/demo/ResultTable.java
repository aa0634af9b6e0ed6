package dev.holdfast.cli.demo;

import java.util.ArrayList;
import java.util.List;

/** The table at the end: a line an answer, and what went wrong if something did. */
final class ResultTable {
  private static final List<String> HEAD =
      List.of("#", "fault", "text", "attempts", "recovered", "verdict", "equal");

  /** Which columns are numbers, and stand at the right. */
  private static final List<Boolean> NUMBERS =
      List.of(true, false, false, true, true, false, false);

  private ResultTable() {}

  /** The table, then a sentence for each answer that is not equal. */
  static List<String> lines(List<Watched> answers, Paint paint) {
    var rows = new ArrayList<List<String>>();
    rows.add(HEAD);
    answers.forEach(answer -> rows.add(row(answer)));
    int[] widths = new int[HEAD.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], Columns.of(row.get(i)));
      }
    }
    var lines = new ArrayList<String>();
    for (int r = 0; r < rows.size(); r++) {
      boolean good = r == 0 || answers.get(r - 1).isEqual();
      lines.add(line(rows.get(r), widths, r == 0, good, paint));
    }
    differences(answers).forEach(line -> lines.add(paint.red(line)));
    return lines;
  }

  /** A sentence for each thing that tells an answer from the unbroken one. */
  static List<String> differences(List<Watched> answers) {
    var lines = new ArrayList<String>();
    for (Watched answer : answers) {
      for (String difference : answer.differences()) {
        lines.add(
            "#%d %s (%s): %s"
                .formatted(
                    answer.answer().number(),
                    answer.answer().kind().label(),
                    answer.answer().faults(),
                    difference));
      }
    }
    return lines;
  }

  private static String line(
      List<String> cells, int[] widths, boolean head, boolean good, Paint paint) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      boolean last = i == widths.length - 1;
      String cell = cells.get(i);
      String padded =
          last
              ? cell
              : NUMBERS.get(i) ? Columns.padLeft(cell, widths[i]) : Columns.pad(cell, widths[i]);
      line.append(i == 0 ? "" : "  ");
      line.append(last && !head ? good ? paint.green(padded) : paint.red(padded) : padded);
    }
    return head ? paint.bold(line.toString()) : line.toString();
  }

  private static List<String> row(Watched answer) {
    return List.of(
        Integer.toString(answer.answer().number()),
        answer.answer().kind().label(),
        answer.answer().content(),
        Integer.toString(answer.attempts()),
        answer.breaks() == 0 ? "–" : answer.recoveredNanos() / 1_000_000 + " ms",
        answer.verdict(),
        answer.isEqual() ? "equal" : "NOT");
  }
}

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Prints the branch coverage of one module from JaCoCo's CSV report: {@code NAME CSV}. */
final class Coverage {
  public static void main(String[] args) throws IOException {
    String module = args[0];
    Path report = Path.of(args[1]);
    if (!Files.exists(report)) {
      System.out.println(module + " branch coverage: not measured (no test left any data)");
      return;
    }
    List<String> rows = Files.readAllLines(report);
    List<String> columns = List.of(rows.get(0).split(","));
    int missedColumn = columns.indexOf("BRANCH_MISSED");
    int coveredColumn = columns.indexOf("BRANCH_COVERED");
    if (missedColumn < 0 || coveredColumn < 0) {
      throw new IOException(
          report + ": expected columns BRANCH_MISSED and BRANCH_COVERED, came " + columns);
    }
    long missed = 0;
    long covered = 0;
    for (String row : rows.subList(1, rows.size())) {
      String[] cells = row.split(",");
      missed += Long.parseLong(cells[missedColumn]);
      covered += Long.parseLong(cells[coveredColumn]);
    }
    if (missed + covered == 0) {
      System.out.println(module + " branch coverage: not measured (it has no branches)");
      return;
    }
    System.out.printf(
        Locale.ROOT,
        "%s branch coverage: %.1f %%%n",
        module,
        100.0 * covered / (missed + covered));
  }
}

package dev.holdfast.cli.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * A growing text in lines of some width, broken at blanks where there are any. Only the last line
 * is laid out again when text is added, since it alone can change.
 */
final class Pane {
  /** Stands in the text where a continuation joins; no text of the simulator has it. */
  static final String SEAM = "┊";

  private final int width;
  private final List<String> lines = new ArrayList<>();
  private String open = "";

  Pane(int width) {
    if (width < 2) {
      throw new IllegalArgumentException("expected room for a wide character, got " + width);
    }
    this.width = width;
  }

  void add(String text) {
    List<String> laidOut = layOut(open + text, width);
    lines.addAll(laidOut.subList(0, laidOut.size() - 1));
    open = laidOut.getLast();
  }

  /** The last lines, at most so many; at least one, which may be empty. */
  List<String> tail(int most) {
    int from = Math.max(0, lines.size() - (most - 1));
    var tail = new ArrayList<String>(lines.subList(from, lines.size()));
    tail.add(open);
    return tail;
  }

  /** The text with its seams marked. */
  static String withSeams(String text, List<Integer> seams) {
    var marked = new StringBuilder(text);
    for (int i = seams.size() - 1; i >= 0; i--) {
      marked.insert(seams.get(i), SEAM);
    }
    return marked.toString();
  }

  static List<String> layOut(String text, int width) {
    var lines = new ArrayList<String>();
    var line = new StringBuilder();
    int columns = 0;
    for (String cluster : Columns.clusters(text)) {
      if (cluster.equals("\n")) {
        lines.add(line.toString());
        line.setLength(0);
        columns = 0;
        continue;
      }
      int wide = Columns.of(cluster);
      if (columns + wide > width) {
        if (cluster.equals(" ")) {
          // Hangs over the edge, unseen; the next word begins a line.
          lines.add(line.toString());
          line.setLength(0);
          columns = 0;
          continue;
        }
        String word = lastWord(line);
        line.setLength(line.length() - word.length());
        lines.add(line.toString());
        line.setLength(0);
        line.append(word);
        columns = Columns.of(word);
      }
      // A single cluster may be wider than the pane: a family of joined emoji in a narrow one.
      line.append(wide > width ? "?" : cluster);
      columns += wide > width ? 1 : wide;
    }
    lines.add(line.toString());
    return lines;
  }

  /** What stands behind the last blank, to move to the next line; empty if that gains nothing. */
  private static String lastWord(StringBuilder line) {
    int blank = line.lastIndexOf(" ");
    return line.substring(0, Math.max(0, blank)).isBlank() ? "" : line.substring(blank + 1);
  }
}

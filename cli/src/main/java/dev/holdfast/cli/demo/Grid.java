package dev.holdfast.cli.demo;

/**
 * How panes stand on a screen, between a line above and a line below.
 *
 * @param across panes beside each other
 * @param down rows of panes
 * @param width columns of a pane
 * @param height lines of a pane, its title included
 * @param spare lines left over; each of the first rows of panes gets one of them
 */
record Grid(int across, int down, int width, int height, int spare) {
  static final int GAP = 2;

  /** Number, the longest name, and the sign of a break with its count. */
  private static final int WIDTH_MIN = 25;

  private static final int HEIGHT_MIN = 3;
  private static final int HEIGHT_GOOD = 6;
  private static final int BARS = 2;

  /** The grid for so many panes; on a small screen it has places for fewer. */
  static Grid of(Terminal.Size size, int panes) {
    int acrossMax = Math.max(1, (size.columns() + GAP) / (WIDTH_MIN + GAP));
    int lines = Math.max(HEIGHT_MIN, size.rows() - BARS);
    int across = 1;
    while (across < acrossMax && lines / Math.ceilDiv(panes, across) < HEIGHT_GOOD) {
      across++;
    }
    int down = Math.min(Math.ceilDiv(panes, across), lines / HEIGHT_MIN);
    int width = Math.max(2, (size.columns() - GAP * (across - 1)) / across);
    return new Grid(across, down, width, lines / down, lines % down);
  }

  /** How many panes have a place. */
  int places() {
    return across * down;
  }

  /** The line of a pane's title, from 1; line 1 is above the panes. */
  int top(int pane) {
    int row = pane / across;
    return 2 + row * height + Math.min(row, spare);
  }

  /** The first column of a pane, from 1. */
  int left(int pane) {
    return 1 + pane % across * (width + GAP);
  }

  /** The lines of a pane's text. */
  int textLines(int pane) {
    return height - 1 + (pane / across < spare ? 1 : 0);
  }
}

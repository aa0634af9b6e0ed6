package dev.holdfast.engine.guard;

import java.time.Duration;
import java.util.Arrays;

/**
 * How many things happened in the last so many seconds. A ring of {@value #CELLS} cells, so an
 * entry leaves at the latest one hundredth of the window early, never late. Not safe for threads.
 */
final class SlidingCount {
  private static final int CELLS = 100;

  private final long cellNanos;
  private final int[] cells = new int[CELLS];
  private long newestCell;
  private int sum;

  SlidingCount(Duration window) {
    cellNanos = Math.max(1, window.toNanos() / CELLS);
  }

  void add(long nowNanos) {
    advance(nowNanos);
    cells[Math.floorMod(newestCell, CELLS)]++;
    sum++;
  }

  int sum(long nowNanos) {
    advance(nowNanos);
    return sum;
  }

  void clear() {
    Arrays.fill(cells, 0);
    sum = 0;
  }

  private void advance(long nowNanos) {
    var cell = Math.floorDiv(nowNanos, cellNanos);
    if (sum == 0) {
      newestCell = cell;
      return;
    }
    if (cell - newestCell >= CELLS) {
      clear();
      newestCell = cell;
      return;
    }
    while (newestCell < cell) {
      newestCell++;
      var index = Math.floorMod(newestCell, CELLS);
      sum -= cells[index];
      cells[index] = 0;
    }
  }
}

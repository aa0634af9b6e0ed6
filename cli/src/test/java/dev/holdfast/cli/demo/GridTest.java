package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GridTest {
  private static final int ANSWERS = FaultKind.values().length;

  @Test
  void usualTerminal_hasAPlaceForEveryAnswer() {
    assertThat(Grid.of(new Terminal.Size(24, 80), ANSWERS).places())
        .isGreaterThanOrEqualTo(ANSWERS);
  }

  @Test
  void panes_stayOnTheScreen_andApart_whateverItsSize() {
    for (int rows = 5; rows <= 80; rows++) {
      for (int columns = 20; columns <= 250; columns += 7) {
        var grid = Grid.of(new Terminal.Size(rows, columns), ANSWERS);
        boolean[][] taken = new boolean[rows + 1][columns + 1];
        for (int pane = 0; pane < Math.min(ANSWERS, grid.places()); pane++) {
          for (int row = grid.top(pane); row <= grid.top(pane) + grid.textLines(pane); row++) {
            for (int column = grid.left(pane); column < grid.left(pane) + grid.width(); column++) {
              assertThat(row).isBetween(2, rows - 1);
              assertThat(column).isBetween(1, columns);
              assertThat(taken[row][column]).isFalse();
              taken[row][column] = true;
            }
          }
        }
      }
    }
  }

  @Test
  void size_isReadFromWhatSttyPrints() {
    assertThat(Terminal.Size.parse("45 140\n")).isEqualTo(new Terminal.Size(45, 140));
    assertThat(Terminal.Size.parse("0 0")).isNull();
    assertThat(Terminal.Size.parse("")).isNull();
    assertThat(Terminal.Size.parse("stty: not a terminal")).isNull();
  }
}

package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnsTest {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          abc, 3
          第47号, 6
          ロウソク, 8
          ｶﾞ, 2
          “sợi dây”, 9
          e\u0301te\u0301, 3
          שָׁלוֹם, 4
          🚢, 2
          🇻🇳, 4
          ✂ ✔ ┊, 5
          ，。, 4
          """)
  void text_hasTheColumnsThatTerminalsGiveIt(String text, int columns) {
    assertThat(Columns.of(text)).isEqualTo(columns);
  }

  @Test
  void joinedEmoji_areTakenForWhatTheWidestTerminalDraws() {
    assertThat(Columns.of("👨‍👩‍👧‍👦")).isEqualTo(8);
    assertThat(Columns.of("❤️")).isEqualTo(2);
  }

  @Test
  void clusters_areNeverTorn() {
    assertThat(Columns.clusters("e\u0301👩🏽‍🚀🇻🇳🇯🇵x"))
        .containsExactly("e\u0301", "👩🏽‍🚀", "🇻🇳", "🇯🇵", "x");
  }

  @Test
  void clippedText_neverExceedsItsRoom() {
    String text = "第47号灯塔 cafe\u0301 🚢👩🏽‍🚀 end";
    for (int room = 0; room <= Columns.of(text) + 1; room++) {
      assertThat(Columns.of(Columns.clip(text, room))).isLessThanOrEqualTo(room);
    }
    assertThat(Columns.clip(text, Columns.of(text))).isEqualTo(text);
  }

  @Test
  void padding_countsColumns() {
    assertThat(Columns.pad("狐", 4)).isEqualTo("狐  ");
    assertThat(Columns.padLeft("狐", 4)).isEqualTo("  狐");
  }
}

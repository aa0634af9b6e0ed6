package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.model.Style;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PaneTest {
  @ParameterizedTest
  @EnumSource
  void linesOfAnyText_fitThePane_andLoseNothing(Style style) {
    String text = new Model(7).answer(Prompt.of(style.tag())).text();
    for (int width : List.of(12, 25, 46)) {
      List<String> lines = Pane.layOut(text, width);

      assertThat(lines).allSatisfy(line -> assertThat(Columns.of(line)).isLessThanOrEqualTo(width));
      assertThat(String.join("", lines).replace(" ", ""))
          .isEqualTo(text.replace(" ", "").replace("\n", ""));
    }
  }

  @ParameterizedTest
  @EnumSource
  void textInTokens_isLaidOutAsInOnePiece(Style style) {
    var answer = new Model(7).answer(Prompt.of(style.tag()));
    var pane = new Pane(25);

    answer.textTokens().forEach(pane::add);

    assertThat(pane.tail(Integer.MAX_VALUE)).isEqualTo(Pane.layOut(answer.text(), 25));
  }

  @Test
  void words_areNotTorn_unlessAloneInALine() {
    assertThat(Pane.layOut("one two three extraordinarily", 8))
        .containsExactly("one two ", "three ", "extraord", "inarily");
  }

  @Test
  void tail_isTheEnd() {
    var pane = new Pane(10);
    pane.add("1\n2\n3\n4");

    assertThat(pane.tail(2)).containsExactly("3", "4");
    assertThat(pane.tail(9)).containsExactly("1", "2", "3", "4");
  }

  @Test
  void seams_areMarkedWhereTheyAre() {
    assertThat(Pane.withSeams("abcdef", List.of(2, 4))).isEqualTo("ab┊cd┊ef");
  }
}

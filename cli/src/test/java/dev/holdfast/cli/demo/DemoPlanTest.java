package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.model.Style;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DemoPlanTest {
  @Test
  void sameSeed_givesTheSamePlan() {
    assertThat(DemoPlan.of(42)).isEqualTo(DemoPlan.of(42));
  }

  @Test
  void otherSeeds_giveOtherOrdersTextsAndPlaces() {
    List<DemoPlan> plans = LongStream.range(0, 8).mapToObj(DemoPlan::of).toList();

    assertThat(plans.stream().map(plan -> kinds(plan)).distinct()).hasSize(8);
    assertThat(plans.stream().map(plan -> styles(plan)).distinct()).hasSize(8);
    assertThat(plans.stream().map(plan -> of(plan, FaultKind.RESET).faults()).distinct())
        .hasSizeGreaterThan(4);
  }

  @Test
  void everyPlan_hasEachKindOnce_numberedInOrder() {
    for (long seed = 0; seed < 50; seed++) {
      var plan = DemoPlan.of(seed);

      assertThat(kinds(plan)).containsExactlyInAnyOrder(FaultKind.values());
      for (int i = 0; i < plan.answers().size(); i++) {
        assertThat(plan.answers().get(i).number()).isEqualTo(i + 1);
      }
    }
  }

  @Test
  void rightToLeft_isThereOnceAtMost() {
    for (long seed = 0; seed < 50; seed++) {
      assertThat(styles(DemoPlan.of(seed)))
          .filteredOn(style -> style == Style.ARABIC || style == Style.HEBREW)
          .hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  void cutInCharacter_isOfATextOfWideOnes() {
    for (long seed = 0; seed < 50; seed++) {
      assertThat(of(DemoPlan.of(seed), FaultKind.CUT_CHARACTER).style())
          .isIn(Style.CHINESE, Style.JAPANESE, Style.EMOJI);
    }
  }

  @Test
  void names_fitTheNarrowestPane() {
    assertThat(FaultKind.values())
        .allSatisfy(kind -> assertThat(Columns.of(kind.label())).isLessThanOrEqualTo(17));
  }

  private static List<FaultKind> kinds(DemoPlan plan) {
    return plan.answers().stream().map(DemoAnswer::kind).toList();
  }

  private static List<Style> styles(DemoPlan plan) {
    return plan.answers().stream().map(DemoAnswer::style).toList();
  }

  private static DemoAnswer of(DemoPlan plan, FaultKind kind) {
    return plan.answers().stream()
        .filter(answer -> answer.kind() == kind)
        .findFirst()
        .orElseThrow(() -> new AssertionError(Arrays.toString(FaultKind.values())));
  }
}

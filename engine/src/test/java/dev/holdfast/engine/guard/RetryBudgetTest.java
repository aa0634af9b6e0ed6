package dev.holdfast.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {
  private static final long SECOND = 1_000_000_000L;

  private final RetryBudget budget = new RetryBudget(GuardSettings.Budget.DEFAULTS);

  @Test
  void take_withoutTraffic_floorOfThreeASecond() {
    assertThat(takeAll(0)).isEqualTo(30);
  }

  @Test
  void take_withTraffic_aFifthOfTheFirstCalls() {
    for (var call = 0; call < 1_000; call++) {
      budget.first(call * SECOND / 100);
    }

    assertThat(takeAll(9_990_000_000L)).isEqualTo(200);
  }

  @Test
  void take_anyWindowOfTenSeconds_neverAboveTheBudget() {
    var taken = new ArrayList<Long>();
    for (var now = 0L; now < 60 * SECOND; now += SECOND / 50) {
      if (budget.available(now)) {
        budget.take(now);
        taken.add(now);
      } else {
        budget.missed(now);
      }
    }

    for (var from : taken) {
      var within = taken.stream().filter(t -> t >= from && t < from + 10 * SECOND).count();
      assertThat(within).isLessThanOrEqualTo(30);
    }
    assertThat(taken).hasSizeBetween(170, 180);
  }

  @Test
  void take_afterItRanDry_sharesComeBackOneByOne() {
    takeAll(0);
    budget.missed(0);
    assertThat(budget.wakeAtNanos(0)).isEqualTo(10 * SECOND);

    assertThat(budget.available(10 * SECOND)).isTrue();
    assertThat(budget.used(10 * SECOND)).isZero();
  }

  @Test
  void giveBack_shareOut_isThereAgainAtOnceAndOnce() {
    takeAll(0);
    var later = new RetryBudget(GuardSettings.Budget.DEFAULTS);
    var share = later.take(0);
    for (var n = 1; n < 30; n++) {
      later.take(0);
    }
    later.missed(0);
    assertThat(later.available(0)).isFalse();

    later.giveBack(share, 0);
    later.giveBack(share, 0);

    assertThat(later.used(0)).isEqualTo(29);
    later.take(0);
    assertThat(later.available(0)).isFalse();
  }

  private int takeAll(long now) {
    var count = 0;
    for (; budget.available(now); count++) {
      budget.take(now);
    }
    return count;
  }
}

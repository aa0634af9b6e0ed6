package dev.holdfast.engine.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SpendBoundTest {
  private static final RetryPolicy POLICY = RetryPolicy.DEFAULTS;

  @Test
  void allows_firstAttempt_whateverItsSize() {
    assertThat(SpendBound.NOTHING_SPENT.allows(1_000_000, 0, POLICY)).isTrue();
  }

  @Test
  void allows_largeInput_fourTimesTheFirstAndCommitted() {
    var spent = SpendBound.NOTHING_SPENT.spent(100_000).spent(100_000).spent(100_000);

    assertThat(spent.allows(100_000, 0, POLICY)).isTrue();
    assertThat(spent.spent(100_000).allows(1, 0, POLICY)).isFalse();
    assertThat(spent.spent(100_000).allows(4_000, 1_000, POLICY)).isTrue();
  }

  @Test
  void allows_smallInput_untilTheFloor() {
    var spent = SpendBound.NOTHING_SPENT;
    for (var attempt = 0; attempt < 200; attempt++) {
      spent = spent.spent(100);
    }

    assertThat(spent.spentInputTokens()).isEqualTo(20_000);
    assertThat(spent.allows(1, 0, POLICY)).isFalse();
  }

  @Test
  void spent_negative_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> SpendBound.NOTHING_SPENT.spent(-1));
  }
}

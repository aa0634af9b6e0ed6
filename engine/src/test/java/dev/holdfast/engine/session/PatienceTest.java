package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A sign is looked for twice before its absence is believed. */
class PatienceTest {
  private static final long SPAN = Duration.ofSeconds(60).toNanos();
  private static final long LATE = Clocks.LATE.toNanos();

  private final Patience patience = new Patience();

  @Test
  void patience_thatHasNotBegun_neverRunsOut() {
    assertThat(patience.waits()).isFalse();
    assertThat(patience.lookNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(patience.hasRunOut(Long.MAX_VALUE - 1)).isFalse();

    patience.restart(7);

    assertThat(patience.waits()).isFalse();
  }

  @Test
  void patience_isLookedAtASecondBeforeItsEndAndAtIt() {
    patience.begin(100, SPAN);

    assertThat(patience.lookNanos()).isEqualTo(100 + SPAN - LATE);
    assertThat(patience.hasRunOut(100 + SPAN - LATE - 1)).isFalse();
    assertThat(patience.hasRunOut(100 + SPAN - LATE)).isFalse();
    assertThat(patience.lookNanos()).isEqualTo(100 + SPAN);
    assertThat(patience.hasRunOut(100 + SPAN - 1)).isFalse();
    assertThat(patience.hasRunOut(100 + SPAN)).isTrue();
  }

  @Test
  void patience_forLessThanTwoSeconds_isLookedAtInItsMiddle() {
    patience.begin(100, 1_000);

    assertThat(patience.lookNanos()).isEqualTo(600);
    assertThat(patience.hasRunOut(600)).isFalse();
    assertThat(patience.lookNanos()).isEqualTo(1_100);
  }

  @Test
  void restart_afterTheFirstLook_looksTwiceAgain() {
    patience.begin(0, SPAN);
    assertThat(patience.hasRunOut(SPAN)).isFalse();

    patience.restart(SPAN);

    assertThat(patience.lookNanos()).isEqualTo(2 * SPAN - LATE);
    assertThat(patience.hasRunOut(2 * SPAN)).isFalse();
    assertThat(patience.hasRunOut(2 * SPAN + LATE)).isTrue();
  }

  @Test
  void end_beforeItRanOut_waitsNoLonger() {
    patience.begin(0, SPAN);

    patience.end();

    assertThat(patience.waits()).isFalse();
    assertThat(patience.hasRunOut(3 * SPAN)).isFalse();
  }
}

package dev.holdfast.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class RecoverySlotsTest {
  private static final long SECOND = 1_000_000_000L;

  private final RecoverySlots slots = new RecoverySlots(GuardSettings.Recovery.DEFAULTS);

  @Test
  void take_eight_thenNone() {
    for (var n = 0; n < 8; n++) {
      slots.take(0);
    }

    assertThat(slots.available(0)).isFalse();
    assertThatIllegalStateException().isThrownBy(() -> slots.take(0));
  }

  @Test
  void progressed_asManyInARowAsSlots_doubles() {
    for (var n = 0; n < 8; n++) {
      slots.take(0);
      slots.progressed();
    }
    assertThat(slots.slots()).isEqualTo(16);

    for (var n = 0; n < 16; n++) {
      slots.take(0);
      slots.progressed();
    }
    assertThat(slots.slots()).isEqualTo(32);
  }

  @Test
  void failed_afterDoubling_fallsBackAndStaysTakenForItsWait() {
    for (var n = 0; n < 8; n++) {
      slots.take(0);
      slots.progressed();
    }
    slots.take(0);

    slots.failed(2 * SECOND, 0);

    assertThat(slots.slots()).isEqualTo(8);
    assertThat(slots.taken(2 * SECOND - 1)).isEqualTo(1);
    assertThat(slots.wakeAtNanos()).isEqualTo(2 * SECOND);
    assertThat(slots.taken(2 * SECOND)).isZero();
  }

  @Test
  void nobodyWaits_withNothingTaken_fallsBack() {
    for (var n = 0; n < 8; n++) {
      slots.take(0);
      slots.progressed();
    }
    slots.take(0);
    slots.nobodyWaits(0);
    assertThat(slots.slots()).as("one is under way").isEqualTo(16);

    slots.released();
    slots.nobodyWaits(0);

    assertThat(slots.slots()).isEqualTo(8);
  }
}

package dev.holdfast.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MassBreakTest {
  private static final long SECOND = 1_000_000_000L;

  private final MassBreak massBreak = new MassBreak(8);

  @Test
  void broke_eightWithinASecond_lastsUntilAContinuationProgresses() {
    for (var n = 0; n < 7; n++) {
      massBreak.broke(n * SECOND / 10);
    }
    assertThat(massBreak.lasting()).isFalse();

    massBreak.broke(SECOND);

    assertThat(massBreak.lasting()).isTrue();
    massBreak.broke(100 * SECOND);
    assertThat(massBreak.lasting()).isTrue();
    massBreak.recovered();
    assertThat(massBreak.lasting()).isFalse();
  }

  @Test
  void broke_eightInMoreThanASecond_isNone() {
    for (var n = 0; n < 20; n++) {
      massBreak.broke(n * SECOND / 6);
    }

    assertThat(massBreak.lasting()).isFalse();
  }
}

package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Target;
import org.junit.jupiter.api.Test;

class TargetMemoryTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int MADE_UP = 2_000;

  private final TargetMemory memory =
      new TargetMemory() {
        @Override
        public boolean broke(Target target, long nowNanos) {
          return false;
        }

        @Override
        public boolean massBreak(Target target, long nowNanos) {
          return false;
        }
      };

  private static Target target(int number) {
    return TargetSpec.at("a" + number).build();
  }

  @Test
  void rejectedKey_isTriedAgainByOneAfterAMinute() {
    var target = target(1);
    assertThat(memory.skipped(target, 0)).isFalse();
    memory.keyRejected(target, 0);

    assertThat(memory.skipped(target, 60 * SECOND - 1)).isTrue();
    assertThat(memory.skipped(target, 60 * SECOND)).isFalse();
    assertThat(memory.skipped(target, 60 * SECOND)).isTrue();

    memory.keyAccepted(target);
    assertThat(memory.skipped(target, 60 * SECOND)).isFalse();
  }

  @Test
  void knowledge_ofNothing_isLetGoAmongMany() {
    var learnt = memory.knowledge(target(1));
    learnt.learnPrefillRefused();
    var blank = memory.knowledge(target(2));
    assertThat(memory.knowledge(target(2))).isSameAs(blank);

    for (int made = 3; made < MADE_UP; made++) {
      assertThat(memory.knowledge(target(made)).isBlank()).isTrue();
    }

    assertThat(memory.knowledge(target(1))).isSameAs(learnt);
    assertThat(memory.knowledge(target(2))).isNotSameAs(blank);
  }

  @Test
  void rejectedKeys_thatMayBeTriedAgain_areLetGoAmongMany() {
    var old = target(1);
    memory.keyRejected(old, 0);
    var recent = target(2);
    memory.keyRejected(recent, 30 * SECOND);

    for (int made = 3; made < MADE_UP; made++) {
      memory.keyRejected(target(made), 70 * SECOND);
    }

    // Whoever let it go has nothing to skip for, and renews nothing.
    assertThat(memory.skipped(old, 70 * SECOND)).isFalse();
    assertThat(memory.skipped(old, 70 * SECOND)).isFalse();
    assertThat(memory.skipped(recent, 70 * SECOND)).isTrue();
  }
}

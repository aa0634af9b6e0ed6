package dev.holdfast.engine.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

class EventBatchTest {
  private final EventBatch batch = new EventBatch();

  @Test
  void batch_withoutEvents_endsBeforeItsFirstNumber() {
    batch.reset(8);

    assertThat(batch.count()).isZero();
    assertThat(batch.bytes()).isZero();
    assertThat(batch.first()).isEqualTo(8);
    assertThat(batch.last()).isEqualTo(7);
  }

  @Test
  void add_numbersTheSlicesAndCountsTheirBytes() {
    byte[] array = new byte[20];

    batch.reset(8);
    batch.add(array, 3, 7);
    batch.add(array, 7, 20);

    assertThat(batch.last()).isEqualTo(9);
    assertThat(batch.bytes()).isEqualTo(17);
    assertThat(batch.array(1)).isSameAs(array);
    assertThat(batch.start(1)).isEqualTo(7);
    assertThat(batch.end(1)).isEqualTo(20);
  }

  @Test
  void add_moreThanThereIsRoomFor_keepsThemAll() {
    byte[] array = new byte[100];

    for (int i = 0; i < 100; i++) {
      batch.add(array, i, i + 1);
    }

    assertThat(batch.last()).isEqualTo(100);
    for (int i = 0; i < 100; i++) {
      assertThat(batch.start(i)).isEqualTo(i);
      assertThat(batch.end(i)).isEqualTo(i + 1);
    }
  }

  @Test
  void array_behindTheLastEvent_isRefused() {
    batch.add(new byte[1], 0, 1);

    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.array(1));
    batch.reset(2);
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.end(0));
  }
}

package dev.holdfast.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;

/** Remembers a reply, and insists that there is one and only one. */
final class Recorded<T> implements Reply<T>, AppendReply {
  private int answers;
  private @Nullable T value;
  private @Nullable StoreFailure failure;
  private long upTo;

  @Override
  public synchronized void ok(T ok) {
    answers++;
    value = ok;
  }

  @Override
  public synchronized void appended(long last) {
    answers++;
    upTo = last;
  }

  @Override
  public synchronized void failed(StoreFailure why) {
    answers++;
    failure = why;
  }

  synchronized T value() {
    assertThat(answers).as("answers").isEqualTo(1);
    assertThat(failure).as("failure").isNull();
    if (value == null) {
      throw new AssertionError("expected a value, got appended(" + upTo + ")");
    }
    return value;
  }

  synchronized long upTo() {
    assertThat(answers).as("answers").isEqualTo(1);
    assertThat(failure).as("failure").isNull();
    return upTo;
  }

  synchronized boolean failed() {
    assertThat(answers).as("answers").isEqualTo(1);
    return failure != null;
  }

  synchronized StoreFailure failure() {
    assertThat(answers).as("answers").isEqualTo(1);
    if (failure == null) {
      throw new AssertionError("expected a failure, got " + value + " or " + upTo);
    }
    return failure;
  }
}

package dev.holdfast.journal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test moves by hand. It begins near the end of the longs, where sums overflow. */
final class ManualTime implements TimeSource, StoreUnderTest.Clock {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);

  @Override
  public long nanos() {
    return now.get();
  }

  @Override
  public void advance(Duration by) {
    now.addAndGet(by.toNanos());
  }
}

package dev.holdfast.journal;

import java.time.Duration;

/**
 * A store as {@link SessionStoreContract} sees it.
 *
 * @param store fresh and empty
 * @param clock moves the store's time on
 * @param settle lets everything that is on its way arrive
 * @param safeForThreads whether calls may come from many threads
 */
public record StoreUnderTest(
    SessionStore store, Clock clock, Runnable settle, boolean safeForThreads) {
  /** The hand that moves a store's clock. */
  public interface Clock {
    void advance(Duration by);
  }
}

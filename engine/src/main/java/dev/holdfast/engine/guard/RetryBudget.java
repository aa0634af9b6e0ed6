package dev.holdfast.engine.guard;

import java.util.ArrayDeque;

/**
 * How many retries before content an upstream gets: a share of its first calls over a window, and
 * never less than a floor.
 *
 * <p><b>Why.</b> Five attempts a session make an outage five times the load, just when the upstream
 * can bear it least. With a budget it is 1.2 times, however many sessions there are.
 *
 * <p><b>Giving back.</b> A retry that reaches content shows that the upstream answers again, and
 * its share returns at once. So after an outage the waiting line drains at the speed of the
 * upstream: each success lets the next one go.
 *
 * <p><b>Pace.</b> Once the budget has run dry, shares that come back by time are handed out evenly
 * over the window instead of all at the end of it; shares given back are handed out at once. It
 * ends when half the budget is free.
 *
 * <p>Not safe for threads; time is an argument and never goes back.
 */
final class RetryBudget {
  private final GuardSettings.Budget settings;
  private final long windowNanos;
  private final SlidingCount firsts;
  private final ArrayDeque<Share> taken = new ArrayDeque<>();
  private int used;
  private boolean paced;
  private int returned;
  private long nextNanos;

  RetryBudget(GuardSettings.Budget settings) {
    this.settings = settings;
    windowNanos = settings.window().toNanos();
    firsts = new SlidingCount(settings.window());
  }

  /** One retry's part of the budget. */
  static final class Share {
    private final long atNanos;
    private boolean out = true;

    private Share(long atNanos) {
      this.atNanos = atNanos;
    }
  }

  /** A first call went out, and with it comes a part of a retry. */
  void first(long nowNanos) {
    firsts.add(nowNanos);
  }

  boolean available(long nowNanos) {
    expire(nowNanos);
    return used < allowed(nowNanos) && (!paced || returned > 0 || nowNanos >= nextNanos);
  }

  /** Takes a share; {@link #available} must have said so. */
  Share take(long nowNanos) {
    if (!available(nowNanos)) {
      throw new IllegalStateException("expected a budget with a share left, none is");
    }
    if (paced && returned > 0) {
      returned--;
    } else if (paced) {
      nextNanos = nowNanos + windowNanos / allowed(nowNanos);
    }
    var share = new Share(nowNanos);
    taken.add(share);
    used++;
    return share;
  }

  /** Somebody wanted a share and there was none. */
  void missed(long nowNanos) {
    if (!paced) {
      paced = true;
      nextNanos = nowNanos;
    }
  }

  /** The retry reached content. */
  void giveBack(Share share, long nowNanos) {
    expire(nowNanos);
    if (!share.out) {
      return;
    }
    share.out = false;
    used--;
    if (paced) {
      returned++;
    }
  }

  /**
   * When a share becomes available without anything happening but time; {@link Long#MAX_VALUE} if
   * never. Meant for a budget that has none.
   */
  long wakeAtNanos(long nowNanos) {
    expire(nowNanos);
    if (used < allowed(nowNanos)) {
      return paced && returned == 0 ? nextNanos : nowNanos;
    }
    return taken.isEmpty() ? Long.MAX_VALUE : taken.peek().atNanos + windowNanos;
  }

  int used(long nowNanos) {
    expire(nowNanos);
    return used;
  }

  int allowed(long nowNanos) {
    var floor = settings.floorPerSecond() * windowNanos / 1e9;
    return (int) Math.max(floor, settings.extra() * firsts.sum(nowNanos));
  }

  private void expire(long nowNanos) {
    while (!taken.isEmpty() && gone(taken.peek(), nowNanos)) {
      var share = taken.remove();
      if (share.out) {
        share.out = false;
        used--;
      }
    }
    if (paced && used * 2 <= allowed(nowNanos)) {
      paced = false;
      returned = 0;
    }
  }

  private boolean gone(Share share, long nowNanos) {
    return !share.out || share.atNanos + windowNanos <= nowNanos;
  }
}

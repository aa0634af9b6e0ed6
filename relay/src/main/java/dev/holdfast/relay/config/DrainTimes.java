package dev.holdfast.relay.config;

import java.time.Duration;

/**
 * How a relay that was told to stop goes, counted from the signal.
 *
 * @param accept until then new requests are still taken, so that a load balancer can notice;
 *     default 5 s
 * @param readers then readers are cut and upstreams closed; default 25 s
 */
public record DrainTimes(Duration accept, Duration readers) {
  public static final DrainTimes DEFAULTS =
      new DrainTimes(Duration.ofSeconds(5), Duration.ofSeconds(25));

  public DrainTimes {
    if (accept.isNegative() || readers.compareTo(accept) < 0) {
      throw new IllegalArgumentException(
          "expected 0 <= accept <= readers, got " + accept + " and " + readers);
    }
  }
}

package dev.holdfast.relay.config;

import java.time.Duration;

/**
 * What sessions and their readers may take.
 *
 * @param stuckAfter a reader that takes nothing for so long is cut; default 60 s
 * @param goneAfter a session whose last reader left and can't come back is cancelled after this;
 *     default 15 s, because official clients know no other way to stop
 * @param orphanAfter the same when it can come back; default 5 min, in which the provider is paid
 * @param orphansMax sessions of one owner that go on without a reader; default 10,000, the oldest
 *     is cancelled first
 * @param readersMax connections that read one session; default 1,000
 * @param ownerReadersMax connections that read sessions of one owner; default 10,000
 * @param pin how long a reader that came in time may read a session that has expired; default 10
 *     min
 * @param bytesMax events of one session; default 64 MB, beyond it the session fails
 */
public record SessionLimits(
    Duration stuckAfter,
    Duration goneAfter,
    Duration orphanAfter,
    int orphansMax,
    int readersMax,
    int ownerReadersMax,
    Duration pin,
    long bytesMax) {
  public static final SessionLimits DEFAULTS =
      new SessionLimits(
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          Duration.ofMinutes(5),
          10_000,
          1_000,
          10_000,
          Duration.ofMinutes(10),
          64L << 20);
}

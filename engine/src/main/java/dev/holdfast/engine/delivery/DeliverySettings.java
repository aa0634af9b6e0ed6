package dev.holdfast.engine.delivery;

import java.time.Duration;

/**
 * How readers are served.
 *
 * @param commitAfter until the head goes out though nothing was generated; default 10 s
 * @param commentEvery silence after which a comment keeps the line alive, once the head is out;
 *     default 15 s
 * @param stuckAfter a reader that takes nothing for so long is cut; default 60 s
 * @param goneAfter a session whose last reader left and can't come back is cancelled after this;
 *     default 15 s, because official clients know no other way to stop
 * @param orphanAfter the same when it can come back; default 5 min
 * @param onDisconnect which of the two rules holds
 * @param readersMax connections that may read one session at a time; default 1,000. Each costs a
 *     buffer and a turn with every event
 */
public record DeliverySettings(
    Duration commitAfter,
    Duration commentEvery,
    Duration stuckAfter,
    Duration goneAfter,
    Duration orphanAfter,
    OnDisconnect onDisconnect,
    int readersMax) {

  /** The values of the parameters' documentation. */
  public static final DeliverySettings DEFAULTS =
      new DeliverySettings(
          Duration.ofSeconds(10),
          Duration.ofSeconds(15),
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          Duration.ofMinutes(5),
          OnDisconnect.AUTO,
          1_000);

  /** What becomes of a session when nobody reads it. */
  public enum OnDisconnect {
    /** Depends on whether its reader showed that it can come back. */
    AUTO,
    /** It goes on as if every reader could. */
    CONTINUE,
    /** It ends as if none could. */
    CANCEL
  }

  /** Whether a session without readers is waited for as one that is come back to. */
  boolean goesOn(boolean canComeBack) {
    return switch (onDisconnect) {
      case AUTO -> canComeBack;
      case CONTINUE -> true;
      case CANCEL -> false;
    };
  }

  /** How long a session without readers goes on. */
  Duration patience(boolean canComeBack) {
    return goesOn(canComeBack) ? orphanAfter : goneAfter;
  }
}

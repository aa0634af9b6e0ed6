package dev.holdfast.relay.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How long sessions are kept. Only {@code keep} and {@code sizeBytesMax} have an effect while the
 * journal is in memory.
 *
 * @param dir where it will be on disk; default {@code $XDG_STATE_HOME/holdfast}, or {@code
 *     ~/.local/state/holdfast}
 * @param keep how long a session can be read again after it ended; default 1 h
 * @param sizeBytesMax beyond it the oldest finished sessions go; default 10 GB, in memory never
 *     more than a quarter of the heap
 * @param sync what a write waits for; default {@link Sync#OS}
 */
public record JournalSettings(Path dir, Duration keep, long sizeBytesMax, Sync sync) {

  /** What a write waits for. */
  public enum Sync {
    /** The page cache: outlives the process, not a power loss. */
    OS,
    /** The disk, for a group of writes together. */
    ALWAYS
  }

  public static final Duration KEEP_DEFAULT = Duration.ofHours(1);
  public static final long SIZE_BYTES_DEFAULT = 10L << 30;

  public JournalSettings {
    if (!keep.isPositive() || sizeBytesMax < 1) {
      throw new IllegalArgumentException(
          "expected a positive keep and size, got " + keep + " and " + sizeBytesMax + " bytes");
    }
  }
}

package dev.holdfast.journal;

import org.jspecify.annotations.Nullable;

/**
 * Which of an owner's sessions to list.
 *
 * @param label null for any
 * @param state null for any
 * @param sessionsMax how many at most
 */
public record SessionQuery(
    String owner, @Nullable String label, @Nullable SessionState state, int sessionsMax) {
  /**
   * @throws IllegalArgumentException if {@code sessionsMax} is below 1
   */
  public SessionQuery {
    if (sessionsMax < 1) {
      throw new IllegalArgumentException("expected sessionsMax above 0, got " + sessionsMax);
    }
  }
}

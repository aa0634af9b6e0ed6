package dev.holdfast.journal;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a session when it begins; it never changes.
 *
 * @param id unguessable and never used twice; at least 128 random bits
 * @param history names the numbering that begins with event 1: {@code [0-9a-z]{8,32}}, random
 * @param owner the only one who can see the session
 * @param label the owner's own grouping; null if the request had none
 * @param dialect the wire format of its events, by name
 * @param route the model name that was asked for
 * @param key null if the request had none
 * @param streamed whether its log holds the answer's events; otherwise it holds one event, the body
 *     that the caller got, or none
 */
public record SessionHead(
    String id,
    String history,
    String owner,
    @Nullable String label,
    String dialect,
    String route,
    @Nullable IdempotencyKey key,
    boolean streamed) {
  private static final Pattern HISTORY = Pattern.compile("[0-9a-z]{8,32}");

  /**
   * @throws IllegalArgumentException if id or owner is empty or the history is out of its form
   */
  public SessionHead {
    if (id.isEmpty() || owner.isEmpty()) {
      throw new IllegalArgumentException("expected an id and an owner, got an empty one");
    }
    if (!HISTORY.matcher(history).matches()) {
      throw new IllegalArgumentException("expected a history like " + HISTORY + ", got " + history);
    }
  }

  /** The head of a session that streams. */
  public SessionHead(
      String id,
      String history,
      String owner,
      @Nullable String label,
      String dialect,
      String route,
      @Nullable IdempotencyKey key) {
    this(id, history, owner, label, dialect, route, key, true);
  }
}

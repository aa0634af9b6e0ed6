package dev.holdfast.client;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Seam;
import java.time.Duration;

/** Something that a caller may want to hear of while an answer is under way. */
public sealed interface Notice {
  /** The session it is about, as {@link Answer#session} names it. */
  String session();

  /**
   * A call is followed by another.
   *
   * @param session as {@link Answer#session} names it
   * @param attempt the number of the call to come, from 2
   * @param target where it goes, as {@code upstream/model}
   * @param purpose {@code begin}, {@code continue} or {@code probe}
   * @param failure why the call before was not enough
   * @param delay how long is waited before it
   */
  record Retry(
      String session, int attempt, String target, String purpose, Failure failure, Duration delay)
      implements Notice {
    @Override
    public String toString() {
      return "attempt %d (%s) at %s in %d ms, after %s: %s"
          .formatted(attempt, purpose, target, delay.toMillis(), failure.why(), failure.message());
    }
  }

  /** A target failed so often that it is left alone for a while; by whose call, says session. */
  record CircuitOpen(String session, String target) implements Notice {}

  /**
   * A call waits for its turn.
   *
   * @param session as {@link Answer#session} names it
   * @param target where it wants to go
   * @param position its place in the line; 1 is next
   */
  record Queued(String session, String target, int position) implements Notice {}

  /** One attempt went on with the text of another. */
  record Joined(String session, Seam seam) implements Notice {}
}

package dev.holdfast.client;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.AttemptRecord;
import dev.holdfast.engine.session.Seam;
import java.io.Serial;
import java.util.List;

/**
 * The one exception for an answer that did not become whole; {@link #outcome} says all that is
 * known. Wrong use is an {@link IllegalArgumentException} or {@link IllegalStateException} instead.
 */
public final class StreamException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final transient StreamOutcome.Incomplete outcome;

  StreamException(StreamOutcome.Incomplete outcome) {
    super(
        outcome.failure().why()
            + " after "
            + outcome.partial().text().length()
            + " characters and "
            + outcome.partial().attempts().size()
            + " attempts: "
            + outcome.failure().message(),
        outcome.cause());
    this.outcome = outcome;
  }

  /** How the call ended. */
  public StreamOutcome.Incomplete outcome() {
    return outcome;
  }

  /** What went wrong. */
  public Failure failure() {
    return outcome.failure();
  }

  /** The text that came before. */
  public String partialText() {
    return outcome.partial().text();
  }

  /** The calls that were made, in order. */
  public List<AttemptRecord> attempts() {
    return outcome.partial().attempts();
  }

  /** Where one attempt went on with the text of another. */
  public List<Seam> seams() {
    return outcome.partial().seams();
  }
}

package dev.holdfast.engine.dialect;

import dev.holdfast.engine.failure.Failure;

/**
 * A wire format: how a request is read, what the events of an answer mean, how to ask for more, and
 * what an error looks like. A new one is a package beside {@code chat} and a line in the table of
 * the driver.
 *
 * <p>The lines drawn here leave room for formats with named events, blocks and signatures: what an
 * event means is said in {@link Signals}, what is committed is a {@link Transcript} of the
 * dialect's own making, and the join is a {@link Splice} that may add, rewrite, hold and drop
 * events.
 */
public interface Dialect {
  /** As configuration names it. */
  String name();

  /** Where calls go, appended to an upstream's base URL. */
  String path();

  /**
   * Reads a caller's request.
   *
   * @param body the JSON as it was sent; kept, not copied
   */
  Reading read(byte[] body);

  /** The body of an error before the head is committed. */
  byte[] errorBody(ErrorNotice notice);

  /** The one event that tells a reader of a failure after it; without number, not in the log. */
  byte[] errorEvent(ErrorNotice notice);

  /** The status of a failure before the head is committed. */
  int status(Failure failure);

  /** What became of reading a request. */
  sealed interface Reading {
    record Read(DialectRequest request) implements Reading {}

    /** It is not a request of this dialect; the sentence tells the caller what was expected. */
    record Unreadable(String message) implements Reading {}
  }
}

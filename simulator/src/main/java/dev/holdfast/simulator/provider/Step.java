package dev.holdfast.simulator.provider;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One thing that a provider does to a connection.
 *
 * <p>A script ends with exactly one of {@link Refuse}, {@link Reset}, {@link Cut}, {@link End} and
 * {@link Hang}, or never. {@link Head} comes before any {@link Send}. Whoever carries the steps out
 * waits only at {@link Wait}, and stops when the peer is gone.
 */
public sealed interface Step {
  /** The connection is reset before anything was answered; where it can be, it is not accepted. */
  record Refuse() implements Step {}

  /**
   * The status line and the headers; framing headers are the carrier's business.
   *
   * @param headers in order, names as they go out
   */
  record Head(int status, List<Map.Entry<String, String>> headers) implements Step {
    public Head {
      headers = List.copyOf(headers);
    }

    /** The value of a header, or an empty text if there is none. */
    public String header(String name) {
      for (Map.Entry<String, String> header : headers) {
        if (header.getKey().equalsIgnoreCase(name)) {
          return header.getValue();
        }
      }
      return "";
    }
  }

  /**
   * Bytes of the body, to be flushed by themselves. Several steps may share one array, so nobody
   * writes to it.
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody; a copy of each token costs more.
  record Send(byte[] bytes) implements Step {}

  /** A silence. */
  record Wait(Duration time) implements Step {}

  /** RST. */
  record Reset() implements Step {}

  /** FIN without the last chunk of the body, or before the head. */
  record Cut() implements Step {}

  /** The clean end of the body; the connection may be used again. */
  record End() implements Step {}

  /** Nothing more until the peer goes. */
  record Hang() implements Step {}
}

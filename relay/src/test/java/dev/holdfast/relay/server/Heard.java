package dev.holdfast.relay.server;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A response as it came over the wire, and how it ended.
 *
 * @param status 0 if not even a status line came
 * @param headers names in lower case, in order
 * @param body after transfer coding, as far as it came
 * @param ending whether it is whole
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Heard(int status, List<Map.Entry<String, String>> headers, byte[] body, Ending ending) {
  /** How a response ended, as a client that hides nothing sees it. */
  enum Ending {
    /** By its own framing: the last chunk, or the announced length. */
    WHOLE,
    /** FIN before that. */
    FIN,
    /** RST before that. */
    RST
  }

  /** The first header of that name; empty if there is none. */
  String header(String name) {
    return headers.stream()
        .filter(h -> h.getKey().equals(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    var text = text();
    return status
        + " "
        + headers
        + " "
        + ending
        + " "
        + (text.length() > 600
            ? text.substring(0, 300) + " … " + text.substring(text.length() - 300)
            : text);
  }
}

package dev.holdfast.journal;

import java.util.Map;

/**
 * The request of a session, kept until the session is finished so that an attempt after a break, or
 * another node, can ask again. Never holds a credential.
 */
public final class StoredRequest {
  private final Map<String, String> headers;
  private final byte[] body;

  /**
   * Takes the body over: nobody writes to it from now on.
   *
   * @param headers those that go up, by lower-case name
   */
  public StoredRequest(Map<String, String> headers, byte[] body) {
    this.headers = Map.copyOf(headers);
    this.body = body;
  }

  public Map<String, String> headers() {
    return headers;
  }

  /** Not to be written to. */
  public byte[] body() {
    return body;
  }
}

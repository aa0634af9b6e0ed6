package dev.holdfast.engine.dialect;

/**
 * One request to an upstream, without host and credentials, which only the driver knows.
 *
 * @param method of HTTP
 * @param path appended to the upstream's base URL; the dialect's own, or the one that the profile
 *     names for a continuation
 * @param body the JSON; empty for {@link Method#GET}
 * @param streamed whether an event stream is asked for
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on once and never compared.
public record UpstreamCall(Method method, String path, byte[] body, boolean streamed) {
  private static final byte[] NOTHING = new byte[0];

  /** The methods that are used. */
  public enum Method {
    GET,
    POST
  }

  /** A request with a body. */
  public static UpstreamCall post(String path, byte[] body, boolean streamed) {
    return new UpstreamCall(Method.POST, path, body, streamed);
  }

  /** A request for an event stream. */
  public static UpstreamCall follow(String path) {
    return new UpstreamCall(Method.GET, path, NOTHING, true);
  }
}

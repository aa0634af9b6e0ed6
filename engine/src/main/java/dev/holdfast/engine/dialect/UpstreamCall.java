package dev.holdfast.engine.dialect;

/**
 * One request to an upstream, without host and credentials, which only the driver knows.
 *
 * @param path appended to the upstream's base URL, or, where a profile names another path, to its
 *     host
 * @param body the JSON
 * @param streamed whether an event stream is asked for
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on once and never compared.
public record UpstreamCall(String path, byte[] body, boolean streamed) {}

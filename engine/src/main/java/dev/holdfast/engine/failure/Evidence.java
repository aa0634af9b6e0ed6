package dev.holdfast.engine.failure;

import java.util.Locale;

/**
 * What an upstream said when it refused.
 *
 * @param status of the response, or the one an in-band error claims; 0 if it claims none
 * @param code the provider's own code or type; empty if it gave none
 * @param text the provider's own words, shortened; empty if it gave none
 * @param body the response body as it came, shortened to 64 KB, so that a 4xx can be passed on;
 *     empty for an in-band error
 * @param contentType of that body; empty if none
 * @param requestId the provider's name for the request; empty if it gave none
 * @param inBand whether it came inside a stream that began with 200
 */
public record Evidence(
    int status,
    String code,
    String text,
    String body,
    String contentType,
    String requestId,
    boolean inBand) {

  /** An error inside a stream that began with 200. */
  public static Evidence inBand(int status, String code, String text) {
    return new Evidence(status, code, text, "", "", "", true);
  }

  /** Whether it knows not even the path, as far as its words tell. */
  boolean namesNoModel() {
    return status == 404 && !inBand && !(code + text).toLowerCase(Locale.ROOT).contains("model");
  }

  String sentence() {
    var said = text.isEmpty() ? code : text;
    var where = inBand ? "an error inside the stream" : "status " + status;
    return "expected an answer, the upstream sent " + where + (said.isEmpty() ? "" : ": " + said);
  }
}

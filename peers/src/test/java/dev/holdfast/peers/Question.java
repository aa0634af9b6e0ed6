package dev.holdfast.peers;

import tools.jackson.databind.JsonNode;

/**
 * One call that a client is to make.
 *
 * @param name unique in a run
 * @param baseUrl with the path of the version, as clients take it
 * @param body of the request, {@code stream} included
 */
record Question(String name, String baseUrl, JsonNode body) {
  boolean streams() {
    return body.get("stream").booleanValue();
  }
}

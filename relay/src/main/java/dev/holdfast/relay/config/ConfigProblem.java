package dev.holdfast.relay.config;

/**
 * One thing that is wrong with a configuration file: the key, the value where it is no secret, and
 * the rule.
 *
 * @param path the key as a path, such as {@code upstreams.deepseek.url}; empty for the whole file
 * @param line where it stands, from 1; 0 if the problem has no place
 * @param message what was expected, what came, what to do
 */
public record ConfigProblem(String path, int line, String message) {
  @Override
  public String toString() {
    String place = line > 0 ? "line " + line : "";
    if (path.isEmpty()) {
      return place.isEmpty() ? message : place + ": " + message;
    }
    return place.isEmpty() ? path + ": " + message : path + " (" + place + "): " + message;
  }
}

package dev.holdfast.relay.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Files of the tests. */
final class Fixtures {
  private Fixtures() {}

  /** The whole example, with the keys that nothing serves yet. */
  static String full() {
    return resource("full.yaml");
  }

  /** The same without them. */
  static String built() {
    return full()
        .replace("admin: 127.0.0.1:9090\n", "")
        .replace(", bucket: { capacity: 100, per-second: 10 }", "")
        .replace(", credit: \"5 USD\"", "");
  }

  static String resource(String name) {
    try (InputStream stream = Fixtures.class.getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

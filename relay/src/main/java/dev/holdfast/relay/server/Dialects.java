package dev.holdfast.relay.server;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.dialect.chat.ChatDialect;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table of dialects: a new one is a line here. */
final class Dialects {
  /** By endpoint. A path is compared as it was sent, so that gate and router read it alike. */
  private static final Map<String, Dialect> BY_PATH =
      Map.of("/v1/chat/completions", ChatDialect.INSTANCE);

  private Dialects() {}

  /** The dialect spoken at this path; null if none is. */
  static @Nullable Dialect at(String path) {
    return BY_PATH.get(path);
  }

  static List<String> paths() {
    return BY_PATH.keySet().stream().sorted().toList();
  }

  /**
   * The dialect of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Dialect named(String name) {
    Collection<Dialect> all = BY_PATH.values();
    return all.stream()
        .filter(d -> d.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("expected a dialect, got " + name));
  }
}

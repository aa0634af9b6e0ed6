package dev.holdfast.relay.server;

import dev.holdfast.engine.json.JsonStrings;
import java.nio.charset.StandardCharsets;

/** Writes one JSON text, member by member. */
final class JsonOut {
  private final StringBuilder text = new StringBuilder(512);
  private boolean needsComma;

  /** Begins an object or a list, by its bracket. */
  JsonOut open(char bracket) {
    value(String.valueOf(bracket));
    needsComma = false;
    return this;
  }

  /** Ends it. */
  JsonOut close(char bracket) {
    text.append(bracket);
    needsComma = true;
    return this;
  }

  JsonOut name(String name) {
    value(JsonStrings.quote(name));
    text.append(':');
    needsComma = false;
    return this;
  }

  JsonOut text(String value) {
    return value(JsonStrings.quote(value));
  }

  JsonOut number(long value) {
    return value(Long.toString(value));
  }

  JsonOut flag(boolean value) {
    return value(Boolean.toString(value));
  }

  private JsonOut value(String written) {
    if (needsComma) {
      text.append(',');
    }
    text.append(written);
    needsComma = true;
    return this;
  }

  byte[] toByteArray() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}

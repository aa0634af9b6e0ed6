package dev.holdfast.engine.dialect.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** Events as the providers send them, one a line. */
final class ChatCorpus {
  private ChatCorpus() {}

  static List<byte[]> events() {
    try (InputStream file = ChatCorpus.class.getResourceAsStream("chunks.jsonl")) {
      String lines = new String(Objects.requireNonNull(file).readAllBytes(), UTF_8);
      return lines.lines().map(line -> line.getBytes(UTF_8)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.holdfast.relay.server;

import dev.holdfast.journal.IdempotencyKey;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes of a request's {@code Idempotency-Key} what the store keeps: hashes alone. */
final class IdempotencyKeys {
  /** Headers that change what the same body asks for. */
  private static final List<String> VERSIONS =
      List.of("openai-version", "openai-beta", "anthropic-version", "anthropic-beta");

  private IdempotencyKeys() {}

  /** The key and the fingerprint of its request; null if it has none, or an empty one. */
  static @Nullable IdempotencyKey of(
      HttpServerRequest request, String path, String owner, byte[] body) {
    var key = request.getHeader("idempotency-key");
    if (key == null || key.isEmpty()) {
      return null;
    }
    var fingerprint = sha256();
    add(fingerprint, owner);
    add(fingerprint, path);
    for (var name : VERSIONS) {
      var value = request.getHeader(name);
      add(fingerprint, value == null ? "" : value);
    }
    fingerprint.update(body);
    var named = sha256();
    add(named, path);
    add(named, key);
    return new IdempotencyKey(hex(named), hex(fingerprint));
  }

  /** With its length before it, so that two texts can't be taken for two others. */
  private static void add(MessageDigest digest, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
    digest.update(bytes);
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("expected every JDK to have SHA-256", e);
    }
  }
}

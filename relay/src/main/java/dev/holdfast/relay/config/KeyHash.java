package dev.holdfast.relay.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** The SHA-256 of a key. Two are compared in a time that does not depend on where they differ. */
public final class KeyHash {
  private static final KeyHash OF_NOTHING = of("");

  /** The value is never shown: where a hash is expected, a key itself is easily written. */
  static final Form<KeyHash> FORM =
      new Form<>("64 hexadecimal digits, the SHA-256 of a key that is not empty", KeyHash::parse)
          .hidden();

  private final byte[] digest;

  private KeyHash(byte[] digest) {
    this.digest = digest;
  }

  /** Hashes a presented key. */
  public static KeyHash of(String key) {
    try {
      return new KeyHash(
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static Optional<KeyHash> parse(String hex) {
    if (!hex.matches("[0-9a-fA-F]{64}")) {
      return Optional.empty();
    }
    var hash = new KeyHash(HexFormat.of().parseHex(hex.toLowerCase(Locale.ROOT)));
    return hash.equals(OF_NOTHING) ? Optional.empty() : Optional.of(hash);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyHash hash && MessageDigest.isEqual(digest, hash.digest);
  }

  @Override
  public int hashCode() {
    return (digest[0] & 0xff) << 24
        | (digest[1] & 0xff) << 16
        | (digest[2] & 0xff) << 8
        | (digest[3] & 0xff);
  }

  /** The first bytes, enough to find it in a file. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(digest, 0, 4) + "…";
  }
}

package dev.holdfast.relay.config;

import java.util.List;

/**
 * Who may call. The owner of sessions is the name; a key is rotated by listing two hashes for a
 * while.
 *
 * @param name the owner
 * @param hashes of the keys, each the SHA-256 of the whole key
 * @param models the names that may be asked for, patterns allowed; {@code *} alone for all
 */
public record ClientKey(String name, List<KeyHash> hashes, List<ModelPattern> models) {
  public ClientKey {
    hashes = List.copyOf(hashes);
    models = List.copyOf(models);
    if (hashes.isEmpty() || models.isEmpty()) {
      throw new IllegalArgumentException("expected at least one hash and one model for " + name);
    }
  }
}

package dev.holdfast.relay.owner;

import dev.holdfast.relay.config.ClientKey;
import dev.holdfast.relay.config.KeyHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the owner of a presented key. A key is hashed before it is compared, every configured hash
 * is compared whichever matches, and each comparison takes the same time, so that nothing about the
 * keys can be learnt from how long the answer takes. Safe for many threads.
 */
public final class Owners {
  private static final String BEARER = "Bearer ";

  private record Entry(KeyHash hash, Owner owner) {}

  private final List<Entry> entries;

  private Owners(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /**
   * @param keys as configured; if there are none, everyone is {@link Owner#LOCAL}
   */
  public static Owners of(List<ClientKey> keys) {
    var entries = new ArrayList<Entry>();
    for (ClientKey key : keys) {
      var owner = new Owner(key.name(), key.models());
      key.hashes().forEach(hash -> entries.add(new Entry(hash, owner)));
    }
    return new Owners(entries);
  }

  /** Whether a key is asked for at all. */
  public boolean areKeyed() {
    return !entries.isEmpty();
  }

  /**
   * Who calls; empty is a 401. A key may be presented in either header or, as the same key, in
   * both. A second scheme or a second key is refused: whoever sends two identities could be taken
   * for one here and for the other elsewhere. Without configured keys a presented one is ignored.
   *
   * @param authorization the value of {@code Authorization}; null if there is none
   * @param apiKey the value of {@code x-api-key}; null if there is none
   */
  public Optional<Owner> identify(@Nullable String authorization, @Nullable String apiKey) {
    if (entries.isEmpty()) {
      return Optional.of(Owner.LOCAL);
    }
    KeyHash presented;
    if (authorization != null) {
      Optional<String> bearer = bearer(authorization);
      if (bearer.isEmpty()) {
        return Optional.empty();
      }
      presented = KeyHash.of(bearer.get());
      if (apiKey != null && !KeyHash.of(apiKey.strip()).equals(presented)) {
        return Optional.empty();
      }
    } else if (apiKey != null) {
      presented = KeyHash.of(apiKey.strip());
    } else {
      return Optional.empty();
    }
    return find(presented);
  }

  private Optional<Owner> find(KeyHash presented) {
    Owner found = null;
    for (Entry entry : entries) {
      if (entry.hash().equals(presented)) {
        found = entry.owner();
      }
    }
    return Optional.ofNullable(found);
  }

  private static Optional<String> bearer(String authorization) {
    String value = authorization.strip();
    return value.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? Optional.of(value.substring(BEARER.length()).strip())
        : Optional.empty();
  }
}

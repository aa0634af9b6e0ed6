package dev.holdfast.relay.config;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Profiles;
import org.jspecify.annotations.Nullable;

/**
 * A provider account at a base URL.
 *
 * @param name as configuration calls it; no slash, because {@code name/model} is a target
 * @param profile what is known of the provider, with what the configuration overrides
 * @param dialect the wire format it speaks
 * @param url the base URL without a slash at the end; empty for the built-in simulator, whose
 *     address is known only once it listens
 * @param key sent as Bearer; null if the upstream asks for none
 * @param concurrencyMax calls at once; default {@link #CONCURRENCY_UNBOUNDED}
 */
public record Upstream(
    String name,
    Profile profile,
    DialectName dialect,
    String url,
    @Nullable Secret key,
    int concurrencyMax) {

  /** More calls at once than a process has files for. */
  public static final int CONCURRENCY_UNBOUNDED = 1_000_000;

  public Upstream {
    if (name.isEmpty() || name.contains("/")) {
      throw new IllegalArgumentException("expected a name without a slash, got " + name);
    }
    if (concurrencyMax < 1) {
      throw new IllegalArgumentException("expected a concurrency from 1, got " + concurrencyMax);
    }
  }

  /** The same upstream at another address: for one that listens only after the start. */
  public Upstream withUrl(String newUrl) {
    return new Upstream(name, profile, dialect, newUrl, key, concurrencyMax);
  }

  /** Whether what it answers is invented, so that no bare model name may end there. */
  public boolean isSimulator() {
    return profile.name().equals(Profiles.SIMULATOR);
  }
}

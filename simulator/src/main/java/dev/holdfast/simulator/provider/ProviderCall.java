package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.fault.FaultPlan;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One request to a provider.
 *
 * @param method such as {@code POST}
 * @param path without the upstream's base, beginning with {@code /}: {@code /chat/completions}
 * @param headers names in any case, one value each
 * @param body the raw body
 * @param fault what goes wrong in this attempt
 * @param attempt counted from 1; ids differ with it
 * @param now the wall clock, for {@code created} and for hints that name a time
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record ProviderCall(
    String method,
    String path,
    Map<String, String> headers,
    byte[] body,
    FaultPlan.Entry fault,
    int attempt,
    Instant now) {
  public ProviderCall {
    var byName = new TreeMap<String, String>();
    headers.forEach((name, value) -> byName.put(name.toLowerCase(Locale.ROOT), value));
    headers = Map.copyOf(byName);
  }

  /** A header, or an empty text if there is none. */
  public String header(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }
}

package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.model.LanguageModel;
import dev.holdfast.simulator.model.Model;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a provider is like when nothing goes wrong.
 *
 * @param model what answers
 * @param manner towards a trailing assistant message; default {@link Manner#PREFILL}
 * @param notes the manner towards a note behind one; default {@link NoteManner#OBEYED}
 * @param tokensPerSecond the pace of an answer; default 0, which means as fast as it can be taken
 * @param apiKey the key that a request must bear; default null, which means that none is asked for
 * @param models the names in {@code GET /models}; any other is answered to as well
 */
public record ProviderConfig(
    LanguageModel model,
    Manner manner,
    NoteManner notes,
    double tokensPerSecond,
    @Nullable String apiKey,
    List<String> models) {
  /** A fast provider of the model with seed 1 that asks for no key. */
  public static final ProviderConfig DEFAULTS =
      new ProviderConfig(
          new Model(1), Manner.PREFILL, NoteManner.OBEYED, 0, null, List.of("simulator/text"));

  public ProviderConfig {
    if (!(tokensPerSecond >= 0 && tokensPerSecond < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "expected tokens per second of 0 or more, got " + tokensPerSecond);
    }
    models = List.copyOf(models);
  }

  /** The same with another model. */
  public ProviderConfig withModel(LanguageModel other) {
    return new ProviderConfig(other, manner, notes, tokensPerSecond, apiKey, models);
  }

  /** The same with another manner. */
  public ProviderConfig withManner(Manner other) {
    return new ProviderConfig(model, other, notes, tokensPerSecond, apiKey, models);
  }

  /** The same with another manner towards notes. */
  public ProviderConfig withNotes(NoteManner other) {
    return new ProviderConfig(model, manner, other, tokensPerSecond, apiKey, models);
  }

  /** The same at another pace. */
  public ProviderConfig withTokensPerSecond(double other) {
    return new ProviderConfig(model, manner, notes, other, apiKey, models);
  }

  /** The same with a key that requests must bear. */
  public ProviderConfig withApiKey(String other) {
    return new ProviderConfig(model, manner, notes, tokensPerSecond, other, models);
  }
}

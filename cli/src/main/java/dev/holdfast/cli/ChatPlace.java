package dev.holdfast.cli;

import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastBuilder;
import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Profiles;
import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.relay.config.Resolution;
import dev.holdfast.relay.config.Upstream;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where {@code chat} asks: the provider that a name and the environment lead to, an address, or the
 * simulator in this process.
 */
final class ChatPlace implements AutoCloseable {
  /** What people ask there who have no wish of their own. */
  private static final Map<String, String> USUAL =
      Map.of(
          "holysheep", "gpt-4.1",
          "openai", "gpt-4.1",
          "deepseek", "deepseek-chat",
          "mistral", "mistral-large-latest",
          "openrouter", "openai/gpt-4.1");

  private static final int READABLE_TOKENS_A_SECOND = 50;

  private final String model;
  private final HoldfastBuilder client;
  private final @Nullable SimulatorServer simulator;

  private ChatPlace(String model, HoldfastBuilder client, @Nullable SimulatorServer simulator) {
    this.model = model;
    this.client = client;
    this.simulator = simulator;
  }

  /**
   * Finds the place.
   *
   * @param plan of the simulator, if that is asked
   * @throws IllegalArgumentException if the name leads nowhere; the message says what to set
   */
  static ChatPlace find(
      Map<String, String> environment,
      @Nullable String model,
      @Nullable String baseUrl,
      FaultPlan plan) {
    var config = RelayConfig.fromEnvironment(environment);
    if (baseUrl != null) {
      return at(baseUrl, model, environment, config);
    }
    var first = config.upstreams().getFirst();
    var asked =
        model != null
            ? model
            : first.isSimulator()
                ? "gpt-4.1"
                : first.name() + "/" + USUAL.getOrDefault(first.name(), "gpt-4.1");
    if (asked.startsWith(Profiles.SIMULATOR + "/")) {
      return simulated(asked, plan);
    }
    return switch (config.router().resolve(asked)) {
      case Resolution.NotFound no -> throw new IllegalArgumentException(no.message());
      case Resolution.Found found -> {
        var target = found.targets().getFirst();
        var upstream = config.upstream(target.upstream()).orElseThrow();
        var client = Holdfast.builder().baseUrl(upstream.url()).profile(upstream.profile());
        yield new ChatPlace(target.model(), withKey(client, upstream), null);
      }
    };
  }

  private static ChatPlace at(
      String baseUrl, @Nullable String model, Map<String, String> environment, RelayConfig config) {
    if (model == null) {
      throw new IllegalArgumentException("expected --model beside --base-url");
    }
    var client = Holdfast.builder().baseUrl(baseUrl);
    var host = URI.create(baseUrl).getHost();
    for (var upstream : config.upstreams()) {
      if (!upstream.url().isEmpty() && host.equals(URI.create(upstream.url()).getHost())) {
        return new ChatPlace(model, withKey(client, upstream), null);
      }
    }
    var key = environment.getOrDefault("HOLDFAST_API_KEY", "");
    return new ChatPlace(model, key.isBlank() ? client : client.apiKey(key), null);
  }

  private static HoldfastBuilder withKey(HoldfastBuilder client, Upstream upstream) {
    var key = upstream.key();
    return key == null ? client : client.apiKey(key.reveal());
  }

  /** Whoever starts the simulator knows that it goes on from a partial answer. */
  private static ChatPlace simulated(String model, FaultPlan plan) {
    var pace = ProviderConfig.DEFAULTS.withTokensPerSecond(READABLE_TOKENS_A_SECOND);
    var server = SimulatorServer.start(0, plan, pace);
    var client =
        Holdfast.builder()
            .baseUrl(server.baseUrl())
            .profile(Profiles.SIMULATOR)
            .continuation(Profile.Rung.PREFILL);
    return new ChatPlace(model, client, server);
  }

  /** The name of the model there. */
  String model() {
    return model;
  }

  /** A client that asks there, to be built. */
  HoldfastBuilder client() {
    return client;
  }

  @Override
  public void close() {
    if (simulator != null) {
      simulator.close();
    }
  }
}

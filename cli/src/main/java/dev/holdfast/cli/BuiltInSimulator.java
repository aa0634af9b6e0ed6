package dev.holdfast.cli;

import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.relay.config.Upstream;
import dev.holdfast.simulator.SimulatorServer;
import org.jspecify.annotations.Nullable;

/**
 * The simulator inside this process, when a configuration names one without an address: so the
 * first minute works without an account.
 */
final class BuiltInSimulator implements AutoCloseable {
  private final RelayConfig config;
  private final @Nullable SimulatorServer server;

  private BuiltInSimulator(RelayConfig config, @Nullable SimulatorServer server) {
    this.config = config;
    this.server = server;
  }

  static BuiltInSimulator startIfNeeded(RelayConfig config) {
    for (Upstream upstream : config.upstreams()) {
      if (upstream.isSimulator() && upstream.url().isEmpty()) {
        var server = SimulatorServer.start();
        return new BuiltInSimulator(
            config.withUpstreamUrl(upstream.name(), server.baseUrl()), server);
      }
    }
    return new BuiltInSimulator(config, null);
  }

  /** The configuration with the simulator's address. */
  RelayConfig config() {
    return config;
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}

package dev.holdfast.cli;

import dev.holdfast.relay.config.ConfigException;
import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.relay.server.Relay;
import dev.holdfast.relay.server.RelayListener;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** Runs the relay until it is told to stop. */
@Command(
    name = "relay",
    description = {
      "Runs the relay: an OpenAI-compatible endpoint in front of your providers.",
      "Without --config it listens on 127.0.0.1:8080 and uses every provider whose key is in the"
          + " environment (OPENAI_API_KEY, DEEPSEEK_API_KEY, …)."
    })
final class RelayCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A YAML file; docs/OPERATING.md lists its keys.")
  private @Nullable Path config;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Listens there; 0 takes a free port.")
  private @Nullable Integer port;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    var out = spec.commandLine().getOut();
    var err = spec.commandLine().getErr();
    RelayConfig read;
    try {
      read =
          config == null
              ? RelayConfig.fromEnvironment(System.getenv())
              : RelayConfig.read(config, System.getenv());
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return 2;
    }
    if (port != null) {
      read = read.withPort(Ports.checked(spec, port));
    }
    try (var simulator = BuiltInSimulator.startIfNeeded(read)) {
      var effective = simulator.config();
      effective.notices().forEach(n -> err.println("holdfast: " + n));
      Relay relay;
      try {
        relay =
            Relay.start(effective, RelayListener.NONE)
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        var cause = e.getCause() == null ? e : e.getCause();
        err.println(
            "holdfast: expected to listen on "
                + effective.listen()
                + ", got: "
                + cause.getMessage()
                + "; choose another port with --port or listen:");
        return 1;
      }
      out.println(
          "holdfast: listening on http://" + effective.listen().host() + ":" + relay.port());
      out.flush();
      return untilStopped(relay, err);
    }
  }

  /** SIGTERM drains, SIGINT stops at once, a second signal of either kind ends the process. */
  private static int untilStopped(Relay relay, PrintWriter err) throws InterruptedException {
    var stopped = new CountDownLatch(1);
    var signals = new AtomicInteger();
    Signal.handle(
        new Signal("TERM"),
        s -> {
          if (signals.getAndIncrement() > 0) {
            Runtime.getRuntime().halt(143);
          }
          err.println("holdfast: draining " + relay.liveSessions() + " sessions");
          err.flush();
          relay.drain().onComplete(done -> stopped.countDown());
        });
    Signal.handle(
        new Signal("INT"),
        s -> {
          if (signals.getAndIncrement() > 0) {
            Runtime.getRuntime().halt(130);
          }
          relay.close().onComplete(done -> stopped.countDown());
        });
    stopped.await();
    return 0;
  }
}

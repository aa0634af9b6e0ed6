package dev.holdfast.cli;

import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.DifferingModel;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.provider.Manner;
import dev.holdfast.simulator.provider.NoteManner;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a provider that misbehaves as told. */
@Command(
    name = "simulate",
    description = {
      "Runs an OpenAI-compatible provider that misbehaves as told, to try a client or a relay"
          + " against.",
      "A plan can also come with a request, as X-Simulator-Plan: KEY; PLAN, counted for each key."
    },
    footer = {"", "Plans:", FaultPlan.GRAMMAR})
final class SimulateCommand implements Callable<Integer> {
  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Listens there; 0, the default, takes a free port.")
  private int port;

  @Option(
      names = "--fault",
      paramLabel = "PLAN",
      defaultValue = "ok",
      description = "What goes wrong, an entry an attempt; default: nothing.")
  private String fault = "ok";

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the model's texts; default 1.")
  private long seed;

  @Option(
      names = "--rate",
      paramLabel = "TOKENS_PER_S",
      defaultValue = "50",
      description = "Tokens a second; 0 is as fast as it goes. Default 50.")
  private double rate;

  @Option(
      names = "--manner",
      paramLabel = "MANNER",
      defaultValue = "PREFILL",
      description = "What it does with a trailing assistant message: ${COMPLETION-CANDIDATES}.")
  private Manner manner = Manner.PREFILL;

  @Option(
      names = "--notes",
      paramLabel = "MANNER",
      defaultValue = "OBEYED",
      description = {
        "What it does with a note behind an assistant message that quotes its end and asks for it"
            + " to be repeated and continued: ${COMPLETION-CANDIDATES}."
      })
  private NoteManner notes = NoteManner.OBEYED;

  @Option(
      names = "--differing",
      description =
          "Answers in other words each time, with a number in every word, so that a text tells"
              + " whether it is whole.")
  private boolean differing;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    FaultPlan plan;
    try {
      plan = FaultPlan.parse(fault);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--fault: " + e.getMessage());
    }
    if (!(rate >= 0)) {
      throw new ParameterException(
          spec.commandLine(), "--rate: expected tokens per second of 0 or more, got " + rate);
    }
    var config =
        ProviderConfig.DEFAULTS
            .withModel(differing ? new DifferingModel(seed) : new Model(seed))
            .withManner(manner)
            .withNotes(notes)
            .withTokensPerSecond(rate);
    var out = spec.commandLine().getOut();
    try (var server = SimulatorServer.start(Ports.checked(spec, port), plan, config)) {
      out.println("holdfast: simulating at " + server.baseUrl() + ", plan: " + plan);
      out.flush();
      var stopped = new CountDownLatch(1);
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stopped::countDown));
      stopped.await();
      return 0;
    } catch (UncheckedIOException e) {
      spec.commandLine()
          .getErr()
          .println("holdfast: expected a free port, got " + port + ": " + e.getMessage());
      return 1;
    }
  }
}

package dev.holdfast.cli;

import dev.holdfast.simulator.world.Campaign;
import dev.holdfast.simulator.world.Scenario;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the engine in a world of virtual time, faults and checkers. */
@Command(
    name = "world",
    description = {
      "Runs sessions, guards, a store, upstreams and readers in virtual time under faults drawn"
          + " from a seed, and checks that nothing happens that never should.",
      "With --seed alone it prints that run's plan and its trace. Exit code 1 if a run shows"
          + " something wrong."
    })
final class WorldCommand implements Callable<Integer> {
  private static final long SEEDS = 20_000;

  @Option(names = "--seeds", description = "How many runs; default 20,000, and 1 for a scenario.")
  private @Nullable Long seeds;

  @Option(names = "--seed", description = "The first seed; drawn and printed if it is not given.")
  private @Nullable Long seed;

  @Option(names = "--scenario", description = "A named history instead of drawn ones, or all.")
  private @Nullable String scenario;

  @Option(names = "--threads", description = "How many drawn runs at a time; default: all cores.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    var commandLine = Objects.requireNonNull(spec).commandLine();
    var out = commandLine.getOut();
    if (threads < 1 || (seeds != null && seeds < 1)) {
      throw new ParameterException(
          commandLine, "expected --threads and --seeds from 1 on, came " + threads + ", " + seeds);
    }
    long first = seed == null ? new SplittableRandom().nextLong(Long.MAX_VALUE / 2) : seed;
    if (scenario != null) {
      return scenarios(scenario, first, seeds == null ? 1 : seeds, out);
    }
    if (seed != null && (seeds == null || seeds == 1)) {
      var told = Campaign.told(first);
      out.print(told);
      out.flush();
      return told.contains("; VIOLATION") ? 1 : 0;
    }
    return campaign(first, seeds == null ? SEEDS : seeds, out);
  }

  private int campaign(long first, long count, PrintWriter out) {
    out.printf("world: %,d runs from seed %d on %d threads%n", count, first, threads);
    out.flush();
    long began = System.nanoTime();
    var result =
        Campaign.run(
            first,
            count,
            threads,
            runs -> {
              out.printf("world: %,d runs%n", runs);
              out.flush();
            });
    out.printf(
        "world: %,d runs in %.1f s; %,d steps (at least %d a run), %,d faults (at least %d),"
            + " %,d calls, %,d sessions complete, %,d failed, %,d seams%n",
        result.runs(),
        (System.nanoTime() - began) / 1e9,
        result.steps(),
        result.stepsLeast(),
        result.faults(),
        result.faultsLeast(),
        result.calls(),
        result.complete(),
        result.failed(),
        result.seams());
    if (result.failure().isEmpty()) {
      out.println("world: 0 violations");
      out.flush();
      return 0;
    }
    var failure = result.failure().get();
    out.print(Campaign.told(failure.seed()));
    out.printf("world: seed %d shows: %s%n", failure.seed(), failure.violation());
    out.flush();
    return 1;
  }

  private int scenarios(String named, long first, long count, PrintWriter out) {
    var chosen =
        Stream.of(Scenario.values())
            .filter(s -> named.equals("all") || s.title().equals(named))
            .toList();
    if (chosen.isEmpty()) {
      var known =
          Stream.of(Scenario.values()).map(Scenario::title).collect(Collectors.joining(", "));
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "expected a scenario (all, " + known + "), came " + named);
    }
    long problems = 0;
    for (var one : chosen) {
      var measured =
          LongStream.range(first, first + count).parallel().mapToObj(one::measure).toList();
      for (int i = 0; i < measured.size(); i++) {
        var said = measured.get(i).problem().orElse("well");
        out.printf(
            "%s, seed %d: %s: %s%n", one.title(), first + i, said, measured.get(i).figures());
      }
      out.flush();
      problems += measured.stream().filter(m -> m.problem().isPresent()).count();
    }
    return problems == 0 ? 0 : 1;
  }
}

package dev.holdfast.benchmarks;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the benchmarks with the garbage profiler; takes JMH's own arguments. */
public final class Benchmarks {
  private Benchmarks() {}

  /** Runs what the arguments select; without any, all of it. */
  public static void main(String[] args) throws RunnerException, CommandLineOptionException {
    CommandLineOptions chosen = new CommandLineOptions(args);
    new Runner(new OptionsBuilder().parent(chosen).addProfiler(GCProfiler.class).build()).run();
  }
}

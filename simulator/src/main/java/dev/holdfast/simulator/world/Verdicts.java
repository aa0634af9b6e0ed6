package dev.holdfast.simulator.world;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the checkers found, and a trace of the run if one is wanted. */
final class Verdicts {
  private final VirtualTime time;
  private final @Nullable List<String> trace;
  private @Nullable String violation;

  Verdicts(VirtualTime time, boolean traced) {
    this.time = time;
    this.trace = traced ? new ArrayList<>() : null;
  }

  /** Something that must never be. The first one counts; the run ends there. */
  void violated(String rule, String what) {
    if (violation == null) {
      violation = rule + ": " + what + " (at " + Plan.seconds(time.sinceNanos()) + ")";
      trace(() -> "VIOLATION " + violation);
    }
  }

  void expect(boolean holds, String rule, Supplier<String> what) {
    if (!holds) {
      violated(rule, what.get());
    }
  }

  boolean failed() {
    return violation != null;
  }

  Optional<String> violation() {
    return Optional.ofNullable(violation);
  }

  void trace(Supplier<String> line) {
    if (trace != null) {
      trace.add(Plan.seconds(time.sinceNanos()) + " " + line.get());
    }
  }

  List<String> lines() {
    return trace == null ? List.of() : List.copyOf(trace);
  }
}

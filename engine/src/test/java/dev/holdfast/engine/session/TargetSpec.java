package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.Profile.Prefill;
import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.dialect.Target;
import java.util.List;
import java.util.regex.Pattern;

/** A target for tests: prefill proven and without echo unless told otherwise. */
final class TargetSpec {
  private final String upstream;
  private Prefill prefill = Prefill.PLAIN.withProven(true);
  private Echo echo = Echo.NEVER;
  private List<Rung> rungs = List.of(Rung.PREFILL);
  private boolean doneWithoutReason;
  private boolean keepAlives;
  private boolean includeUsage;
  private boolean deterministic;
  private int outputTokensMin = 1;
  private List<Pattern> reasoning = List.of();
  private boolean mayStart = true;
  private boolean mayBreak = true;

  private TargetSpec(String upstream) {
    this.upstream = upstream;
  }

  static TargetSpec at(String upstream) {
    return new TargetSpec(upstream);
  }

  TargetSpec unproven() {
    prefill = prefill.withProven(false);
    return this;
  }

  TargetSpec prefill(Prefill value) {
    prefill = value;
    return this;
  }

  TargetSpec echo(Echo value) {
    echo = value;
    return this;
  }

  TargetSpec rungs(Rung... values) {
    rungs = List.of(values);
    return this;
  }

  TargetSpec doneWithoutReason() {
    doneWithoutReason = true;
    return this;
  }

  TargetSpec keepAlives() {
    keepAlives = true;
    return this;
  }

  TargetSpec includeUsage() {
    includeUsage = true;
    return this;
  }

  TargetSpec deterministic() {
    deterministic = true;
    return this;
  }

  TargetSpec outputTokensMin(int value) {
    outputTokensMin = value;
    return this;
  }

  TargetSpec reasoningModels(String regex) {
    reasoning = List.of(Pattern.compile(regex));
    return this;
  }

  TargetSpec onlyAfterBreaks() {
    mayStart = false;
    return this;
  }

  TargetSpec onlyToStart() {
    mayBreak = false;
    return this;
  }

  Target build() {
    return new Target(
        upstream,
        "m",
        new Profile(
            upstream,
            "",
            prefill,
            echo,
            rungs,
            doneWithoutReason,
            keepAlives,
            includeUsage,
            false,
            false,
            false,
            deterministic,
            outputTokensMin,
            reasoning,
            List.of(),
            "test"),
        mayStart,
        mayBreak);
  }
}

package dev.holdfast.client;

import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.dialect.Profiles;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.AttemptRecord;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.engine.session.Seam;
import dev.holdfast.simulator.FaultCase;
import dev.holdfast.simulator.FaultCase.Expected;
import dev.holdfast.simulator.FaultRun;
import dev.holdfast.simulator.FaultStrategy;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.Fault;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.fault.Quirk;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One row of {@code faults.csv} through a client of its own, by one strategy. What the table says
 * of a reader at a relay is said of the client's outcome here: equal is whole, a status is a
 * failure without text, an error one with a part of the text.
 *
 * @param run the row, the strategy, and the text that is asked for
 */
record ClientFaultCell(FaultRun run) {
  /** {@code java.net.http} tells these apart by chance alone. */
  private static final Set<String> LOST = Set.of("reset", "truncation", "refused");

  private static final RetryPolicy RETRY =
      new RetryPolicy(
          5,
          20,
          Duration.ofMillis(50),
          Duration.ofMillis(200),
          RetryPolicy.Jitter.FULL,
          Duration.ofSeconds(60),
          Duration.ofSeconds(120),
          Duration.ofMillis(300),
          Duration.ofMillis(100),
          20_000,
          4);

  private static final String UNPROVEN = "unproven_seam";

  /**
   * How a cell ended.
   *
   * @param differences everything in which the outcome differs from what the row promises
   * @param gaveUp whether it was given up at a seam, where that is allowed now and then
   */
  record Result(List<String> differences, boolean gaveUp) {}

  FaultCase row() {
    return run.row();
  }

  FaultStrategy strategy() {
    return run.strategy();
  }

  FaultCase.Outcome promised() {
    return row().outcome(run.strategy());
  }

  private String upstream() {
    return "cell-" + run.number();
  }

  private dev.holdfast.simulator.model.Answer unbroken() {
    return run.unbroken(0, 1);
  }

  private static Clocks clocks(Duration patience) {
    var all = Clocks.DEFAULTS.withProgress(patience);
    var twice = patience.multipliedBy(2);
    return new Clocks(
        patience,
        all.firstProgress(),
        twice,
        all.idleProgress(),
        twice,
        all.liveness(),
        all.recovery(),
        all.answer(),
        all.finishGrace(),
        all.commitAfter(),
        all.queue());
  }

  /** Runs it. */
  Result run(SimulatorServer simulator, Duration patience) {
    var url = simulator.add(upstream(), run.plan(), strategy().provider());
    var heard = new StringBuilder();
    var request = ChatRequest.ofJson(new String(run.body("m"), StandardCharsets.UTF_8));
    var bare = Profiles.find(Profiles.UNKNOWN).orElseThrow();
    StreamOutcome outcome;
    try (var holdfast =
        Holdfast.builder()
            .baseUrl(url)
            .profile(bare.withDeterministic(strategy().deterministic()))
            .continuation(strategy().rungs().toArray(Rung[]::new))
            .probeOnBreak()
            .retry(RETRY)
            .clocks(clocks(patience))
            .build()) {
      outcome = holdfast.tryStream(request, heard::append);
    }
    var out = new ArrayList<String>();
    boolean gaveUp = false;
    switch (outcome) {
      case StreamOutcome.Complete c -> {
        expect("text heard", c.answer().text(), heard.toString(), out);
        complete(c.answer(), out);
      }
      case StreamOutcome.Incomplete i -> {
        expect("text heard", i.partial().text(), heard.toString(), out);
        gaveUp =
            strategy().disturbed()
                && promised().expected() instanceof Expected.Equal
                && i.failure().why().equals(UNPROVEN);
        incomplete(i, gaveUp, out);
      }
    }
    waits(simulator, out);
    return new Result(out, gaveUp);
  }

  private void complete(Answer answer, List<String> out) {
    if (!(promised().expected() instanceof Expected.Equal)) {
      out.add("expected a failure with why " + promised().why() + ", got a whole answer");
      return;
    }
    // The first attempt's, joined to its end, or the last one's.
    var whole = run.unbroken(0, answer.seams().isEmpty() ? answer.attempts().size() : 1);
    expect("text", spaced(whole.text()), spaced(answer.text()), out);
    seams(answer, out);
    expect("finish", finish(), String.valueOf(answer.finishReason()), out);
    var call = whole.call();
    expect(
        "calls",
        call == null ? List.of() : List.of(call.name() + call.arguments()),
        answer.toolCalls().stream().map(c -> c.name() + c.arguments()).toList(),
        out);
    var first =
        answer.attempts().stream()
            .map(AttemptRecord::why)
            .filter(why -> !why.isEmpty())
            .findFirst()
            .orElse("none");
    // An RST overtakes what was not read: of a long text it may take the finish along.
    boolean overtaken = row().plan().entry(1).fault() instanceof Fault.Reset;
    if (!sameWhy(first) && !(overtaken && row().why().equals("none"))) {
      out.add("first break: expected " + row().why() + ", got " + first);
    }
    var reasoning = String.join("", whole.reasoning());
    if (!row().plan().entry(1).has(Quirk.HIDDEN_REASONING)
        && !answer.reasoning().endsWith(reasoning)) {
      out.add("reasoning: expected an end of " + reasoning + ", got " + answer.reasoning());
    }
  }

  /** A whole answer must have been joined by the way that the cell is about. */
  private void seams(Answer answer, List<String> out) {
    var rungs = answer.seams().stream().map(Seam::rung).distinct().toList();
    if (!run.joinsBy(rungs)) {
      out.add("joined by: expected one of " + strategy().rungs() + ", got " + rungs);
    }
    if (answer.seams().stream().anyMatch(s -> s.verdict() == Seam.Verdict.UNPROVEN)) {
      out.add("a seam that proves nothing: " + answer.seams());
    }
  }

  /** Without its white space, where the seam may have another. */
  private String spaced(String text) {
    return strategy().respaced() ? text.replaceAll("\\s", "") : text;
  }

  private String finish() {
    var plan = row().plan().entries();
    if (plan.size() == 1
        && plan.getFirst().fault() instanceof Fault.Finish f
        && !row().retryable()) {
      return f.reason();
    }
    return unbroken().call() == null ? "stop" : "tool_calls";
  }

  private void incomplete(StreamOutcome.Incomplete how, boolean gaveUp, List<String> out) {
    var text = how.partial().text();
    var expected = gaveUp ? new Expected.ErrorAndCut() : promised().expected();
    switch (expected) {
      case Expected.Equal e ->
          out.add("expected a whole answer, got " + how.failure().why() + ": " + how.failure());
      case Expected.Status s -> expect("text", "", text, out);
      case Expected.ErrorAndCut e -> {
        if (text.isEmpty() || !spaced(unbroken().text()).startsWith(spaced(text))) {
          out.add("text: expected a beginning of " + unbroken().text() + ", got " + text);
        }
      }
    }
    if (!(promised().expected() instanceof Expected.Equal) && !sameWhy(how.failure().why())) {
      out.add("why: expected " + promised().why() + ", got " + how.failure().why());
    }
  }

  private boolean sameWhy(String why) {
    var promised = promised().why();
    return promised.equals(why) || (LOST.contains(promised) && LOST.contains(why));
  }

  private void waits(SimulatorServer simulator, List<String> out) {
    boolean forMinutes = row().name().contains("for_minutes");
    boolean reachable = row().plan().address() == FaultPlan.Address.LISTENING;
    int calls = simulator.calls(upstream()).size();
    if (promised().expected() instanceof Expected.Status && reachable) {
      expect("calls", row().retryable() && !forMinutes ? 5 : 1, calls, out);
    }
  }

  private static void expect(String what, Object expected, Object came, List<String> out) {
    if (!expected.equals(came)) {
      out.add(what + ": expected " + shortened(expected) + ", got " + shortened(came));
    }
  }

  private static String shortened(Object value) {
    var text = String.valueOf(value).replace("\n", "\\n");
    return text.length() <= 600 ? text : text.substring(0, 600) + "…";
  }

  @Override
  public String toString() {
    return run + " {" + row().plan() + "}";
  }
}

package dev.holdfast.client;

import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.AttemptRecord;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.simulator.FaultCase;
import dev.holdfast.simulator.FaultCase.Expected;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.Fault;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.fault.Quirk;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.Manner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One row of {@code faults.csv} through a client of its own, in one manner towards continuations.
 * What the table says of a reader at a relay is said of the client's outcome here: equal is whole,
 * a status is a failure without text, an error one with a part of the text.
 *
 * @param number among all cells; it chooses the text
 */
record ClientFaultCell(int number, FaultCase row, Manner manner) {
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

  private String upstream() {
    return "cell-" + number;
  }

  private Style style() {
    var styles =
        Style.longEnough().stream()
            .filter(s -> s != Style.LONG || !row.plan().toString().contains("trickle"))
            .toList();
    return styles.get(number % styles.size());
  }

  private dev.holdfast.simulator.model.Answer unbroken() {
    String asked = row.request() == RequestKind.TOOLS ? " Use tide_table." : "";
    var tool =
        row.request() == RequestKind.TOOLS
            ? new Prompt.Tool("tide_table", List.of("place", "day"))
            : null;
    return new Model(1)
        .answer(
            new Prompt(
                "user: Tell story %d %s.%s\n".formatted(number, style().tag(), asked),
                row.request() == RequestKind.REASONING,
                row.request() == RequestKind.JSON,
                tool,
                0));
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

  /** Runs it; everything in which the outcome differs from what the row promises. */
  List<String> run(SimulatorServer simulator, Duration patience) {
    var url = simulator.add(upstream(), row.plan().toString(), manner);
    var heard = new StringBuilder();
    var request =
        ChatRequest.ofJson(
            new String(
                row.request().body("m", style(), number), java.nio.charset.StandardCharsets.UTF_8));
    StreamOutcome outcome;
    try (var holdfast =
        Holdfast.builder()
            .baseUrl(url)
            .continuation(Rung.PREFILL)
            .probeOnBreak()
            .retry(RETRY)
            .clocks(clocks(patience))
            .build()) {
      outcome = holdfast.tryStream(request, heard::append);
    }
    var out = new ArrayList<String>();
    switch (outcome) {
      case StreamOutcome.Complete c -> {
        expect("text heard", c.answer().text(), heard.toString(), out);
        complete(c.answer(), out);
      }
      case StreamOutcome.Incomplete i -> {
        expect("text heard", i.partial().text(), heard.toString(), out);
        incomplete(i, out);
      }
    }
    waits(simulator, out);
    return out;
  }

  private void complete(Answer answer, List<String> out) {
    if (!(row.expected() instanceof Expected.Equal)) {
      out.add("expected a failure with why " + row.why() + ", got a whole answer");
      return;
    }
    var whole = unbroken();
    expect("text", whole.text(), answer.text(), out);
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
    boolean overtaken = row.plan().entry(1).fault() instanceof Fault.Reset;
    if (!sameWhy(first) && !(overtaken && row.why().equals("none"))) {
      out.add("first break: expected " + row.why() + ", got " + first);
    }
    var reasoning = String.join("", whole.reasoning());
    if (!row.plan().entry(1).has(Quirk.HIDDEN_REASONING)
        && !answer.reasoning().endsWith(reasoning)) {
      out.add("reasoning: expected an end of " + reasoning + ", got " + answer.reasoning());
    }
  }

  private String finish() {
    var plan = row.plan().entries();
    if (plan.size() == 1 && plan.getFirst().fault() instanceof Fault.Finish f && !row.retryable()) {
      return f.reason();
    }
    return unbroken().call() == null ? "stop" : "tool_calls";
  }

  private void incomplete(StreamOutcome.Incomplete how, List<String> out) {
    var text = how.partial().text();
    switch (row.expected()) {
      case Expected.Equal e ->
          out.add("expected a whole answer, got " + how.failure().why() + ": " + how.failure());
      case Expected.Status s -> expect("text", "", text, out);
      case Expected.ErrorAndCut e -> {
        if (text.isEmpty() || !unbroken().text().startsWith(text)) {
          out.add("text: expected a beginning of " + unbroken().text() + ", got " + text);
        }
      }
    }
    if (!(row.expected() instanceof Expected.Equal) && !sameWhy(how.failure().why())) {
      out.add("why: expected " + row.why() + ", got " + how.failure().why());
    }
  }

  private boolean sameWhy(String why) {
    return row.why().equals(why) || (LOST.contains(row.why()) && LOST.contains(why));
  }

  private void waits(SimulatorServer simulator, List<String> out) {
    boolean forMinutes = row.name().contains("for_minutes");
    boolean reachable = row.plan().address() == FaultPlan.Address.LISTENING;
    int calls = simulator.calls(upstream()).size();
    if (row.expected() instanceof Expected.Status && reachable) {
      expect("calls", row.retryable() && !forMinutes ? 5 : 1, calls, out);
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
    return row.name() + " [" + manner.name().toLowerCase(Locale.ROOT) + "] {" + row.plan() + "}";
  }
}

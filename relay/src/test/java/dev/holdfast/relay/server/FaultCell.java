package dev.holdfast.relay.server;

import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.Seam;
import dev.holdfast.simulator.Call;
import dev.holdfast.simulator.FaultCase;
import dev.holdfast.simulator.FaultCase.Expected;
import dev.holdfast.simulator.FaultRun;
import dev.holdfast.simulator.FaultStrategy;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.fault.Fault;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.fault.Quirk;
import dev.holdfast.simulator.model.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One cell of the fault matrix: a row of {@code faults.csv} through the relay by one strategy.
 *
 * @param run the row, the strategy, and the text that is asked for
 */
record FaultCell(FaultRun run) {
  /** An HTTP date holds whole seconds, so what it says may be nearer by almost one. */
  private static final Duration DATE_ERROR = Duration.ofSeconds(1);

  private static final String UNPROVEN = "unproven_seam";

  int number() {
    return run.number();
  }

  FaultCase row() {
    return run.row();
  }

  FaultStrategy strategy() {
    return run.strategy();
  }

  FaultCase.Outcome promised() {
    return run.row().outcome(run.strategy());
  }

  /** The upstream of this cell alone, so that no breaker mixes the cells. */
  String upstream() {
    return "cell-" + number();
  }

  FaultPlan plan() {
    return run.plan();
  }

  byte[] request() {
    return run.body(upstream() + "/m");
  }

  /** Whether an answer was given up at a seam where that is allowed now and then. */
  boolean gaveUp(@Nullable SessionReport report) {
    return strategy().disturbed()
        && promised().expected() instanceof Expected.Equal
        && report != null
        && report.outcome() instanceof Outcome.Failed f
        && f.failure().why().equals(UNPROVEN);
  }

  /**
   * Everything in which what came differs from what the row promises; empty if nothing does.
   *
   * @param report of the session; null if there is none
   * @param calls that reached the upstream
   */
  List<String> differences(Heard heard, @Nullable SessionReport report, List<Call> calls) {
    var out = new ArrayList<String>();
    var what = gaveUp(report) ? new Expected.ErrorAndCut() : promised().expected();
    var why = gaveUp(report) ? UNPROVEN : promised().why();
    switch (what) {
      case Expected.Equal e -> equal(heard, attempt(report), out);
      case Expected.Status e -> status(e.status(), heard, calls, out);
      case Expected.ErrorAndCut e -> errorAndCut(why, heard, out);
    }
    if (report == null) {
      out.add("no report of the session");
    } else {
      why(why, report, out);
      if (what instanceof Expected.Equal) {
        seams(report, out);
      }
    }
    hint(calls, out);
    return out;
  }

  /** A whole answer must have been joined by the way that the cell is about. */
  private void seams(SessionReport report, List<String> out) {
    var rungs = report.seams().stream().map(Seam::rung).distinct().toList();
    if (!run.joinsBy(rungs)) {
      out.add("joined by: expected one of " + strategy().rungs() + ", got " + rungs);
    }
    if (report.seams().stream().anyMatch(s -> s.verdict() == Seam.Verdict.UNPROVEN)) {
      out.add("a seam that proves nothing: " + report.seams());
    }
  }

  private int choices() {
    return row().request() == RequestKind.N2 ? 2 : 1;
  }

  /** The attempt whose answer a whole one is: the first, joined to its end, or the last. */
  private static int attempt(@Nullable SessionReport report) {
    return report == null || !report.seams().isEmpty() ? 1 : report.attempts().size();
  }

  private void equal(Heard heard, int attempt, List<String> out) {
    expect("status", 200, heard.status(), out);
    expect("ending", Heard.Ending.WHOLE, heard.ending(), out);
    if (heard.status() != 200) {
      out.add(heard.text());
      return;
    }
    boolean streamed = row().request() != RequestKind.NONSTREAM;
    var seen = streamed ? SeenAnswer.ofStream(heard.body()) : SeenAnswer.ofBody(heard.body());
    out.addAll(seen.complaints);
    expect("error", "null", String.valueOf(seen.error), out);
    expect("[DONE]", true, seen.done, out);
    expect("choices", choices(), seen.choices.size(), out);
    if (streamed) {
      boolean onFinish =
          row().plan().entries().stream().anyMatch(e -> e.has(Quirk.USAGE_ON_FINISH));
      expect("usage", onFinish, seen.usage != null, out);
      boolean rotates =
          row().plan().entries().stream()
              .anyMatch(e -> e.has(Quirk.ROTATING_IDS) || e.has(Quirk.EMPTY_CHOICES));
      if (!rotates) {
        expect("identities", 1, seen.identities.size(), out);
      }
    }
    var first = String.join("", run.unbroken(0, 1).reasoning());
    seen.choices.forEach(
        (index, choice) -> equal(run.unbroken(index, attempt), first, choice, out));
  }

  private void equal(
      Answer unbroken, String firstReasoning, SeenAnswer.Choice choice, List<String> out) {
    expect("text", spaced(unbroken.text()), spaced(choice.text.toString()), out);
    expect("finish", List.of(finish(unbroken)), choice.finishes, out);
    var call = unbroken.call();
    expect("calls", call == null ? List.of() : List.of(call.name()), choice.callNames, out);
    expect("call ids", call == null ? 0 : 1, choice.callIds.size(), out);
    expect("arguments", call == null ? "" : call.arguments(), choice.arguments.toString(), out);
    var whole = String.join("", unbroken.reasoning());
    reasoning(whole, firstReasoning, choice.reasoning.toString(), out);
  }

  /** Without its white space, where the seam may have another. */
  private String spaced(String text) {
    return strategy().respaced() ? text.replaceAll("\\s", "") : text;
  }

  private String finish(Answer unbroken) {
    var plan = row().plan().entries();
    if (plan.size() == 1
        && plan.getFirst().fault() instanceof Fault.Finish f
        && !row().retryable()) {
      return f.reason();
    }
    return unbroken.call() == null ? "stop" : "tool_calls";
  }

  /** Reasoning of a broken attempt stays and that of the next is added; all else is one call's. */
  private void reasoning(String whole, String ofFirst, String came, List<String> out) {
    if (row().plan().entries().getFirst().has(Quirk.HIDDEN_REASONING)) {
      expect("reasoning", "", came, out);
      return;
    }
    boolean twice = row().readerSees().contains("reasoning of both attempts");
    // An RST overtakes what a peer has not read, so it may strike earlier than it was sent.
    boolean maybe = row().plan().entry(1).fault() instanceof Fault.Reset && row().retryable();
    if (came.equals(whole) || !(twice || maybe)) {
      if (twice && !maybe) {
        out.add("reasoning: expected that of both attempts, got " + came);
      }
      expect("reasoning", whole, came, out);
      return;
    }
    var first = came.endsWith(whole) ? came.substring(0, came.length() - whole.length()) : "";
    if (first.isEmpty() || !ofFirst.startsWith(first)) {
      out.add("reasoning: expected a part and then the whole of " + whole + ", got " + came);
    }
  }

  private void status(int expected, Heard heard, List<Call> calls, List<String> out) {
    expect("status", expected, heard.status(), out);
    expect("ending", Heard.Ending.WHOLE, heard.ending(), out);
    expect("x-should-retry", "false", heard.header("x-should-retry"), out);
    expect("x-holdfast-why", row().why(), heard.header("x-holdfast-why"), out);
    var body = SeenAnswer.ofBody(heard.body());
    if (body.error == null) {
      out.add("no error in the body: " + heard.text());
      return;
    }
    if (expected >= 429) {
      // Below, the body is the upstream's own.
      expect("why", row().why(), body.error.path("why").asString(""), out);
      int most = expected == 429 ? 60 : 30;
      var after = heard.header("retry-after");
      if (!after.matches("[1-9]\\d?") || Integer.parseInt(after) > most) {
        out.add("retry-after: expected 1 to " + most + ", got \"" + after + "\"");
      }
    } else {
      expect("retry-after", "", heard.header("retry-after"), out);
    }
    if (row().name().startsWith("rate_limited_for_minutes")) {
      long hinted = body.error.path("retry_after_ms").asLong(0);
      expect("the true hint in the body", true, hinted > 350_000, out);
    }
    boolean once = !row().retryable() || row().name().contains("for_minutes");
    boolean reachable = row().plan().address() == FaultPlan.Address.LISTENING;
    if (reachable && once) {
      expect("calls", 1, calls.size(), out);
    } else if (reachable) {
      expect("calls", 5, calls.size(), out);
    }
  }

  private void errorAndCut(String why, Heard heard, List<String> out) {
    expect("status", 200, heard.status(), out);
    expect("ending", Heard.Ending.FIN, heard.ending(), out);
    var seen = SeenAnswer.ofStream(heard.body());
    out.addAll(seen.complaints);
    expect("[DONE]", false, seen.done, out);
    if (seen.error == null) {
      out.add("no error event: " + heard);
      return;
    }
    expect("why", why, seen.error.path("why").asString(""), out);
    expect("retryable is said", true, seen.error.path("retryable").isBoolean(), out);
    expect(
        "session", heard.header("x-holdfast-session"), seen.error.path("session").asString(), out);
    if (why.equals("no_finish_reason")) {
      var message = seen.error.path("message").asString("");
      expect("setting named", true, message.contains("finish: done"), out);
    }
    if (seen.choices.isEmpty()) {
      out.add("nothing of the answer came");
    }
    seen.choices.forEach((index, choice) -> part(run.unbroken(index, 1), choice, out));
  }

  private void part(Answer unbroken, SeenAnswer.Choice choice, List<String> out) {
    var text = choice.text.toString();
    if (!spaced(unbroken.text()).startsWith(spaced(text)) || text.isEmpty()) {
      out.add("text: expected a beginning of " + unbroken.text() + ", got " + text);
    }
    if (row().readerSees().startsWith("the whole text")) {
      expect("text", unbroken.text(), text, out);
    }
    expect("finish", List.of(), choice.finishes, out);
    if (choice.callNames.size() > 1) {
      out.add("a second call");
    }
  }

  /** The final failure's word, or for a whole answer that of its first break. */
  private void why(String why, SessionReport report, List<String> out) {
    var booked =
        report.attempts().stream()
            .map(a -> a.why())
            .filter(w -> !w.isEmpty())
            .findFirst()
            .orElse("none");
    switch (report.outcome()) {
      case Outcome.Complete c -> {
        // An RST overtakes what a peer has not read: of a long text it may take the finish along.
        boolean overtaken = row().plan().entry(1).fault() instanceof Fault.Reset;
        if (!(overtaken && why.equals("none") && booked.equals("reset"))) {
          expect("first break", why, booked, out);
        }
      }
      case Outcome.Failed f -> expect("reported why", why, f.failure().why(), out);
    }
  }

  private void hint(List<Call> calls, List<String> out) {
    if (!row().readerSees().contains("no sooner than the hint") || calls.size() < 2) {
      return;
    }
    if (row().plan().entry(1).fault() instanceof Fault.Status status) {
      for (var hint : status.hints()) {
        var waited = Duration.ofNanos(calls.get(1).begunNanos() - calls.get(0).begunNanos());
        boolean rough = hint.form().text().matches("retry-after-date|reset-rfc3339|reset-epoch-ms");
        var least = rough ? hint.after().minus(DATE_ERROR) : hint.after();
        if (waited.compareTo(least) < 0) {
          out.add("waited " + waited + " where the hint was " + hint.text());
        }
      }
    }
  }

  private static void expect(String what, Object expected, Object came, List<String> out) {
    if (!expected.equals(came)) {
      out.add(what + ": expected " + shortened(expected) + ", got " + shortened(came));
    }
  }

  private static String shortened(Object value) {
    var text = String.valueOf(value).replace("\n", "\\n");
    return text.length() <= 1500 ? text : text.substring(0, 1500) + "…";
  }

  @Override
  public String toString() {
    return run.toString();
  }
}

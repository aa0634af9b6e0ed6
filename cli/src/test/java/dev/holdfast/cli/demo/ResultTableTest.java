package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.session.AttemptRecord;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.Seam;
import dev.holdfast.engine.usage.Tokens;
import dev.holdfast.relay.server.SessionReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTableTest {
  private static final long MILLI = 1_000_000;

  @Test
  void columns_standBelowEachOther_andEqualsAreGreen() {
    var answers =
        DemoPlan.of(5).answers().stream().map(answer -> over(answer, unbroken(answer))).toList();

    List<String> lines = ResultTable.lines(answers, Paint.COLOUR);

    assertThat(lines).hasSize(1 + answers.size());
    assertThat(lines.subList(1, lines.size()))
        .allSatisfy(line -> assertThat(line).endsWith("\u001b[32mequal\u001b[0m"))
        .extracting(line -> Columns.of(line.substring(0, line.indexOf('\u001b'))))
        .containsOnly(Columns.of(plain(lines.getFirst())) - "equal".length());
    assertThat(lines).allSatisfy(line -> assertThat(Columns.of(plain(line))).isLessThan(80));
  }

  @Test
  void brokenAnswer_showsBreaksAndTheTimeToTheNextText() {
    var answer = over(DemoPlan.of(5).answers().getFirst(), "");

    String line = ResultTable.lines(List.of(answer), Paint.NONE).get(1);

    assertThat(line).contains("2", "40 ms", "exact");
  }

  @Test
  void answerThatIsNotEqual_saysSo_andWhy() {
    DemoAnswer asked = DemoPlan.of(5, List.of(FaultKind.RESET)).answers().getFirst();

    List<String> lines = ResultTable.lines(List.of(over(asked, "Half")), Paint.NONE);

    assertThat(lines.get(1)).endsWith("NOT");
    assertThat(lines.get(2)).startsWith("#1 connection reset (reset@").contains("expected");
  }

  private static String unbroken(DemoAnswer answer) {
    return answer.unbroken().text();
  }

  /** Broken at 10 ms, called again at 30 ms, text at 50 ms, and over. */
  private static Watched over(DemoAnswer answer, String text) {
    int number = answer.number();
    var call = answer.unbroken().call();
    String tools = call == null ? "" : call.name() + "(" + call.arguments() + ")";
    var broken =
        new AttemptRecord(
            1, answer.target(), "begin", 0, 10 * MILLI, true, "reset", Tokens.NONE, 0);
    var mended =
        new AttemptRecord(
            2, answer.target(), "prefill", 30 * MILLI, 60 * MILLI, true, "", Tokens.NONE, 0);
    var report =
        new SessionReport(
            "s",
            "",
            "local",
            "",
            new Outcome.Complete(),
            9,
            60 * MILLI,
            List.of(broken, mended),
            List.of(new Seam(2, answer.target(), 4, Profile.Rung.PREFILL, Seam.Verdict.EXACT)));
    var watched = new Watched(answer, 0);
    for (DemoEvent event :
        List.of(
            new DemoEvent.Called(number, 0, 1),
            new DemoEvent.Heard(number, 5 * MILLI, 4, "a"),
            new DemoEvent.Broke(number, 10 * MILLI, broken),
            new DemoEvent.Called(number, 30 * MILLI, 2),
            new DemoEvent.Heard(number, 50 * MILLI, 5, "b"),
            new DemoEvent.Reported(number, 60 * MILLI, report),
            new DemoEvent.Closed(
                number,
                60 * MILLI,
                new Reading(200, text, tools, answer.finish(), true, null, null, null)))) {
      watched.take(event);
    }
    return watched;
  }

  private static String plain(String line) {
    return line.replaceAll("\u001b\\[[0-9;]*m", "");
  }
}

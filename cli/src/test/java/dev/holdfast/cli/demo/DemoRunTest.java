package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A plan of a few answers run twice, with the relay and the simulator on real sockets. */
class DemoRunTest {
  private static final double SPEED = 20;
  private static final DemoPlan PLAN =
      DemoPlan.of(
          42, List.of(FaultKind.RESET, FaultKind.UNAVAILABLE, FaultKind.ECHO, FaultKind.TOOL_CALL));

  private static final StringWriter plain = new StringWriter();
  private static final StringWriter live = new StringWriter();
  private static List<Watched> first;
  private static List<Watched> second;

  @BeforeAll
  static void run() throws InterruptedException {
    first = DemoRun.run(PLAN, SPEED, new PlainView(new PrintWriter(plain)));
    second =
        DemoRun.run(
            PLAN,
            SPEED,
            new LiveView(
                new PrintWriter(live), Paint.COLOUR, () -> new Terminal.Size(24, 80), "a heading"));
  }

  @Test
  void everyAnswer_isEqual() {
    assertThat(first).allSatisfy(answer -> assertThat(answer.differences()).isEmpty());
    assertThat(second).allSatisfy(answer -> assertThat(answer.differences()).isEmpty());
  }

  @Test
  void sameSeed_givesTheSameTable_butForTimes() {
    List<String> table = withoutTimes(first);

    assertThat(withoutTimes(second)).isEqualTo(table);
    assertThat(table)
        .hasSize(1 + PLAN.answers().size())
        .anyMatch(line -> line.matches(".*connection reset .* 2 .*exact +equal"))
        .anyMatch(line -> line.matches(".*503, then 502 .* 3 .*whole +equal"))
        .anyMatch(line -> line.matches(".*echoing provider .* 3 .*exact +equal"))
        .anyMatch(line -> line.matches(".*broken tool call .* 2 .*exact +equal"));
  }

  @Test
  void plainRun_tellsWhatHappened_withoutEscapeCodes() {
    assertThat(plain.toString())
        .contains("start  connection reset", "fault  reset", "again  attempt 2", "seam ", "whole ")
        .doesNotContain("\u001b");
  }

  @Test
  void liveRun_drawsEveryAnswer_andGivesTheTerminalBack() {
    assertThat(live.toString())
        .contains("a heading", "connection reset", "echoing provider", "✔", Pane.SEAM)
        .contains("\u001b[?25l")
        .endsWith("\u001b[?25h\n");
  }

  private static List<String> withoutTimes(List<Watched> answers) {
    return ResultTable.lines(answers, Paint.NONE).stream()
        .map(line -> line.replaceAll(" +\\d+ ms", " time"))
        .toList();
  }
}

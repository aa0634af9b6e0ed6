package dev.holdfast.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs of a few answers, with the relay and the simulator on real sockets. */
class DemoRunTest {
  private static final double SPEED = 20;
  private static final List<FaultKind> KINDS =
      List.of(FaultKind.RESET, FaultKind.UNAVAILABLE, FaultKind.ECHO, FaultKind.TOOL_CALL);

  private final StringWriter written = new StringWriter();

  @Test
  void plainRun_isEqual_andTellsWhatHappened() throws InterruptedException {
    var plan = DemoPlan.of(42, KINDS);

    List<Watched> answers = DemoRun.run(plan, SPEED, new PlainView(new PrintWriter(written)));

    assertThat(answers).allSatisfy(answer -> assertThat(answer.differences()).isEmpty());
    assertThat(written.toString())
        .contains("start  connection reset", "fault  reset", "again  attempt 2", "seam ", "whole ")
        .doesNotContain("\u001b");
  }

  @Test
  void sameSeed_givesTheSameTable_butForTimes() throws InterruptedException {
    var plan = DemoPlan.of(7, KINDS);

    List<String> first = table(DemoRun.run(plan, SPEED, DemoView.NONE));
    List<String> second = table(DemoRun.run(plan, SPEED, DemoView.NONE));

    assertThat(second).isEqualTo(first);
    assertThat(first)
        .hasSize(1 + KINDS.size())
        .anySatisfy(line -> assertThat(line).contains("echoing provider", " 3 ", "exact  equal"))
        .anySatisfy(line -> assertThat(line).contains("503, then 502", " 3 ", "whole  equal"));
  }

  @Test
  void liveRun_drawsEveryAnswer_andGivesTheTerminalBack() throws InterruptedException {
    var view =
        new LiveView(
            new PrintWriter(written), Paint.COLOUR, () -> new Terminal.Size(24, 80), "a heading");

    List<Watched> answers = DemoRun.run(DemoPlan.of(3, KINDS), SPEED, view);

    assertThat(answers).allSatisfy(answer -> assertThat(answer.isEqual()).isTrue());
    assertThat(written.toString())
        .contains("a heading", "connection reset", "echoing provider", "✔", Pane.SEAM)
        .contains("\u001b[?25l")
        .endsWith("\u001b[?25h\n");
  }

  private static List<String> table(List<Watched> answers) {
    return ResultTable.lines(answers, Paint.NONE).stream()
        .map(line -> line.replaceAll(" +\\d+ ms", " time"))
        .map(line -> line.replaceAll(" +recovered", " recovered"))
        .toList();
  }
}

package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class WorldCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void seeds_printsTheCounts() {
    assertThat(execute("world", "--seeds", "20", "--seed", "1")).isZero();
    assertThat(out.toString()).contains("20 runs from seed 1").contains("0 violations");
  }

  @Test
  void seedAlone_printsThePlanAndTheTrace() {
    assertThat(execute("world", "--seed", "7")).isZero();
    assertThat(out.toString()).startsWith("plan of seed 7").contains("trace").contains("all well");
  }

  @Test
  void scenario_printsItsFigures() {
    assertThat(execute("world", "--scenario", "abort", "--seed", "1")).isZero();
    assertThat(out.toString()).contains("abort, seed 1: well: closed after");
  }

  @Test
  void unknownScenario_namesThoseThereAre() {
    assertThat(execute("world", "--scenario", "lunch")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("mass-break").contains("came lunch");
  }

  private int execute(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}

package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.fault.FaultPlan;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void help_printsUsageToStdout_andSucceeds() {
    assertThat(execute("--help")).isZero();
    assertThat(out.toString()).startsWith("Usage: holdfast").contains("--version");
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"chat", "demo", "relay", "simulate", "world"})
  void help_ofACommand_printsItsUsage_andSucceeds(String command) {
    assertThat(execute(command, "--help")).isZero();
    assertThat(out.toString()).startsWith("Usage: holdfast " + command).contains("--help");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void version_namesTheProgram_andTheJvm() {
    assertThat(execute("--version")).isZero();
    assertThat(out.toString()).contains("holdfast ").contains("JVM ");
  }

  @Test
  void noCommand_saysWhatWasExpected_andFails() {
    assertThat(execute()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).startsWith("expected a command").contains("Usage: holdfast");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void unknownCommand_isNamed_andFails() {
    assertThat(execute("frobnicate")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("frobnicate");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "relay --port 99999",
        "relay --port -1",
        "simulate --port 65536",
        "simulate --rate -1",
        "simulate --rate NaN"
      })
  void number_outOfItsRange_isSaid_andFails(String line) {
    assertThat(execute(line.split(" "))).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).startsWith("--").contains("expected").doesNotContain("\tat ");
    assertThat(out.toString()).isEmpty();
  }

  /** A table that is wrapped can't be read. */
  @Test
  void help_ofSimulate_showsThePlansLineByLine() {
    execute("simulate", "--help");

    assertThat(out.toString().lines()).containsAll(FaultPlan.GRAMMAR.lines().toList());
  }

  private int execute(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}

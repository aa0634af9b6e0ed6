package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

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

  private int execute(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}

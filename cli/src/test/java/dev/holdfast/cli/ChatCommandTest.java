package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.demo.Terminal;
import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.relay.server.Relay;
import dev.holdfast.relay.server.RelayListener;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ChatCommandTest {
  private static final String ASKED = "Say it [short].";
  private static final String[] BROKEN = {
    "--model", "simulator/any", "--fault", "cut@4; ok", ASKED
  };

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int chat(Map<String, String> environment, String... args) {
    return chat(environment, descriptor -> false, args);
  }

  private int chat(Map<String, String> environment, IntPredicate isTerminal, String... args) {
    return new CommandLine(new ChatCommand(environment, isTerminal))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  private static String unbroken() {
    return new Model(1).answer(Prompt.of("user: " + ASKED + "\n")).text();
  }

  @Test
  void simulator_needsNoKey_andAnswers() {
    assertThat(chat(Map.of(), "--model", "simulator/any", ASKED)).isZero();
    assertThat(out.toString()).isEqualTo(unbroken() + System.lineSeparator());
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void break_isMendedAndTold() {
    assertThat(chat(Map.of(), "--model", "simulator/any", "--fault", "cut@4; ok", ASKED)).isZero();
    assertThat(out.toString()).isEqualTo(unbroken() + System.lineSeparator());
    assertThat(err.toString())
        .contains("truncation; going on at")
        .contains("whole, after 2 attempts, joined by prefill exact");
  }

  /** As under {@code 2>log} at a terminal, or {@code >answer}. */
  @ParameterizedTest
  @ValueSource(ints = {Terminal.OUTPUT, Terminal.ERROR})
  void oneStream_thatIsNoTerminal_getsNoEscapeCodes(int terminal) {
    var environment = Map.of("TERM", "xterm");

    assertThat(chat(environment, descriptor -> descriptor == terminal, BROKEN)).isZero();

    assertThat(out.toString()).isEqualTo(unbroken() + System.lineSeparator());
    assertThat(err.toString()).contains("truncation; going on at").doesNotContain("\033");
  }

  @Test
  void terminal_hasALineThatGoesAgain() {
    assertThat(chat(Map.of("TERM", "xterm"), descriptor -> true, BROKEN)).isZero();
    assertThat(err.toString()).contains("\033").contains("truncation; going on at");
  }

  @Test
  void terminal_thatObeysNoCodes_getsNone() {
    assertThat(chat(Map.of("TERM", "dumb"), descriptor -> true, BROKEN)).isZero();
    assertThat(err.toString()).doesNotContain("\033");
  }

  @Test
  void failure_leavesThePartAndSaysWhy() {
    assertThat(chat(Map.of(), "--model", "simulator/any", "--fault", "cut@4; 400*", ASKED))
        .isEqualTo(1);
    assertThat(unbroken()).startsWith(out.toString().strip());
    assertThat(err.toString()).contains("expected a whole answer, got invalid_request");
  }

  @Test
  void failure_beforeAnyText_writesNoEmptyLine() {
    assertThat(chat(Map.of(), "--model", "simulator/any", "--fault", "400*", ASKED)).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
  }

  /** As when the answer is piped into a program that has seen enough. */
  @Test
  void output_thatIsClosed_endsTheCall() {
    var closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    var command =
        new CommandLine(new ChatCommand(Map.of(), descriptor -> false))
            .setOut(Main.writer(new PrintStream(closed, true, StandardCharsets.UTF_8)))
            .setErr(new PrintWriter(err, true));

    int code = command.execute("--model", "simulator/any", "--fault", "stall@3*", ASKED);

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("the standard output was closed");
  }

  @Test
  void prompt_thatIsBlank_isWrongUse() {
    assertThat(chat(Map.of(), "--model", "simulator/any", " ")).isEqualTo(2);
    assertThat(err.toString()).contains("expected a prompt");
  }

  @Test
  void noKey_saysWhichVariablesToSet() {
    assertThat(chat(Map.of(), "--model", "gpt-4.1", ASKED)).isEqualTo(2);
    assertThat(err.toString()).contains("OPENAI_API_KEY").contains("DEEPSEEK_API_KEY");
    assertThat(chat(Map.of(), ASKED)).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void baseUrl_withoutAModel_isWrongUse() {
    assertThat(chat(Map.of(), "--base-url", "http://127.0.0.1/v1", ASKED)).isEqualTo(2);
    assertThat(err.toString()).contains("--model");
  }

  @Test
  void key_ofTheEnvironment_goesToTheBaseUrl() {
    var wantsKey = ProviderConfig.DEFAULTS.withApiKey("k-1");
    try (var server = SimulatorServer.start(0, FaultPlan.HEALTHY, wantsKey)) {
      var key = Map.of("HOLDFAST_API_KEY", "k-1");

      assertThat(chat(key, "--base-url", server.baseUrl(), "--model", "m", ASKED)).isZero();
    }
    assertThat(out.toString()).isEqualTo(unbroken() + System.lineSeparator());
  }

  @Test
  void relay_atTheBaseUrl_isAsked() throws Exception {
    try (var server = SimulatorServer.start()) {
      var config =
          RelayConfig.parse(
              "listen: 127.0.0.1:0\nupstreams:\n  up: { dialect: openai-chat, url: \""
                  + server.baseUrl()
                  + "\", key: \"k\" }\n",
              Map.of());
      var relay =
          Relay.start(config, RelayListener.NONE)
              .toCompletionStage()
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS);
      try {
        var url = "http://127.0.0.1:" + relay.port() + "/v1";

        assertThat(chat(Map.of(), "--base-url", url, "--model", "up/m", ASKED)).isZero();
      } finally {
        relay.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
      }
    }
    assertThat(out.toString()).isEqualTo(unbroken() + System.lineSeparator());
  }
}

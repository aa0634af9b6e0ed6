package dev.holdfast.relay.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.relay.server.Relay;
import dev.holdfast.relay.server.RelayListener;
import dev.holdfast.relay.server.SessionReport;
import dev.holdfast.simulator.FaultCase;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.Manner;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The official clients, unchanged and with default settings, in front of every row of {@code
 * faults.csv}: what they hand their callers must be what the same client gets from an unbroken
 * provider, or an exception. Half an answer that looks finished is the failure that this is about.
 */
@Tag("peers")
class OfficialClientsTest {
  private static final int CELLS_AT_ONCE = 12;
  private static final int CELL_SECONDS_MAX = 90;
  private static final int RUN_MINUTES_MAX = 15;

  /** The row whose finish reason is not the one of an unbroken answer, but the upstream's own. */
  private static final Map<String, String> OTHER_FINISH =
      Map.of("finish_unknown_reason", "model_length");

  private static final JsonMapper JSON = JsonMapper.shared();

  enum Client {
    OPENAI_PYTHON {
      @Override
      List<String> command(Path installed, Path sources) {
        return List.of(
            installed.resolve("venv/bin/python").toString(),
            sources.resolve("openai_python.py").toString(),
            Integer.toString(CELLS_AT_ONCE),
            Integer.toString(CELL_SECONDS_MAX));
      }
    },
    OPENAI_NODE {
      @Override
      List<String> command(Path installed, Path sources) {
        return List.of(
            "node",
            sources.resolve("openai_node.mjs").toString(),
            Integer.toString(CELLS_AT_ONCE),
            Integer.toString(CELL_SECONDS_MAX),
            installed.toString());
      }
    };

    abstract List<String> command(Path installed, Path sources);
  }

  /**
   * A row in one manner, as this run asks it.
   *
   * @param model a name of its own, so that nothing of one cell reaches another
   */
  private record Cell(FaultCase row, Manner manner, String model, byte[] body) {
    String name() {
      return row.name() + "/" + manner;
    }
  }

  /** What a caller of a client got. */
  private record Got(JsonNode line) {
    boolean hung() {
      return line.get("hung").booleanValue();
    }

    boolean failed() {
      return !line.get("error").isNull();
    }

    String error() {
      return line.get("error").toString();
    }

    int status() {
      return line.get("error").get("status").asInt(0);
    }

    List<Map<String, Object>> choices() {
      var all = new ArrayList<Map<String, Object>>();
      for (var choice : line.get("choices")) {
        all.add(
            Map.of(
                "text", choice.get("text").asString(),
                "calls", choice.get("calls").toString(),
                "finish", choice.get("finish").asString("none")));
      }
      return all;
    }

    String text(int choice) {
      var choices = line.get("choices");
      return choice < choices.size() ? choices.get(choice).get("text").asString() : "";
    }
  }

  /** Counts what reached the relay, by model. */
  private static final class Requests implements RelayListener {
    private final Map<String, Integer> byModel = new ConcurrentHashMap<>();

    @Override
    public void finished(SessionReport report) {
      byModel.merge(report.route(), 1, Integer::sum);
    }

    int of(Cell cell) {
      return byModel.getOrDefault(cell.model(), 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void client_inFrontOfEveryFault_getsTheWholeAnswerOrAnException(Client client) throws Exception {
    var cells = cells();
    var requests = new Requests();
    Map<String, Got> got;
    try (var simulator = SimulatorServer.start()) {
      var relay =
          Relay.start(RelayConfig.parse(config(simulator, cells), Map.of()), requests)
              .toCompletionStage()
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS);
      try {
        got = ask(client, cells, "http://127.0.0.1:" + relay.port() + "/v1", simulator.baseUrl());
      } finally {
        relay.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
      }
    }

    var wrong = new ArrayList<String>();
    int whole = 0;
    int failed = 0;
    for (var cell : cells) {
      var answer = Objects.requireNonNull(got.get(cell.name()), cell.name());
      var unbroken = Objects.requireNonNull(got.get("unbroken " + cell.name()), cell.name());
      assertThat(unbroken.failed() || unbroken.hung()).as(cell.name() + ", unbroken").isFalse();
      judge(cell, answer, unbroken, requests.of(cell)).forEach(w -> wrong.add(cell.name() + w));
      if (answer.failed()) {
        failed++;
      } else if (!answer.hung()) {
        whole++;
      }
    }
    System.out.printf(
        "%s: %d cells: %d whole answers, %d exceptions, %d requests; %d wrong%n",
        client,
        cells.size(),
        whole,
        failed,
        cells.stream().mapToInt(requests::of).sum(),
        wrong.size());
    assertThat(wrong).isEmpty();
  }

  /** Each row in each of its manners; the kinds of text take turns. */
  private static List<Cell> cells() {
    var styles = Style.longEnough();
    var cells = new ArrayList<Cell>();
    for (var row : FaultCase.all()) {
      for (var manner : row.manners().each()) {
        int number = cells.size();
        var model = "cell-" + number;
        var style = styles.get(number % styles.size());
        cells.add(new Cell(row, manner, model, row.request().body(model, style, number)));
      }
    }
    return cells;
  }

  /** An upstream and a route for each cell, so that no breaker and no budget mixes them. */
  private static String config(SimulatorServer simulator, List<Cell> cells) {
    var upstreams = new StringBuilder();
    var routes = new StringBuilder();
    for (var cell : cells) {
      var url =
          simulator.add(
              cell.model(), cell.row().plan(), ProviderConfig.DEFAULTS.withManner(cell.manner()));
      upstreams
          .append("  %s: { profile: simulator, url: \"%s\",".formatted(cell.model(), url))
          .append(" continuation: [prefill] }\n");
      routes.append("  %s: [%s/%s]\n".formatted(cell.model(), cell.model(), cell.model()));
    }
    // Two seconds are long for a simulator and still bearable twenty times over. The head waits for
    // the last of them, so that a row without content ends in a status.
    return """
    listen: 127.0.0.1:0
    workers: 1
    probe: on-break
    commit-after: 60s
    retry: { base: 50ms }
    clocks:
      first-progress: 2s
      first-progress-reasoning: 6s
      idle-progress: 2s
      idle-progress-quiet: 5s
    upstreams:
    """
        + upstreams
        + "routes:\n"
        + routes;
  }

  private static Map<String, Got> ask(
      Client client, List<Cell> cells, String relay, String provider)
      throws IOException, InterruptedException {
    var root = Scripts.repositoryRoot();
    var installed = Path.of(Scripts.output("official-clients").getLast());
    var process =
        new ProcessBuilder(client.command(installed, root.resolve("relay/src/test/peers")))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    // A client that hangs as a whole is ended, and what is missing shows.
    var watch =
        Thread.ofVirtual()
            .start(() -> {
              try {
                if (!process.waitFor(RUN_MINUTES_MAX, TimeUnit.MINUTES)) {
                  process.destroyForcibly();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
      for (var cell : cells) {
        in.write(line(cell.name(), relay, cell));
      }
      for (var cell : cells) {
        in.write(line("unbroken " + cell.name(), provider, cell));
      }
    }
    var got = new HashMap<String, Got>();
    process
        .inputReader(StandardCharsets.UTF_8)
        .lines()
        .map(line -> new Got(JSON.readTree(line)))
        .forEach(answer -> got.put(answer.line().get("cell").asString(), answer));
    assertThat(process.waitFor()).as("exit code of " + client).isZero();
    watch.join();
    return got;
  }

  private static String line(String name, String baseUrl, Cell cell) {
    var line = JSON.createObjectNode();
    line.put("cell", name);
    line.put("base_url", baseUrl);
    line.set("body", JSON.readTree(cell.body()));
    return line + "\n";
  }

  /** What is wrong with an answer; nothing if it is as the table says. */
  private static List<String> judge(Cell cell, Got answer, Got unbroken, int requests) {
    var wrong = new ArrayList<String>();
    if (answer.hung()) {
      wrong.add(": hung, " + answer.line());
      return wrong;
    }
    if (requests != 1) {
      wrong.add(": expected one request, came " + requests);
    }
    switch (cell.row().expected()) {
      case FaultCase.Expected.Equal equal -> {
        if (answer.failed()) {
          wrong.add(": expected the whole answer, came " + answer.error());
        } else if (!answer.choices().equals(expected(cell, unbroken))) {
          wrong.add(": expected\n  " + expected(cell, unbroken) + "\ncame\n  " + answer.choices());
        }
      }
      case FaultCase.Expected.Status status -> {
        if (answer.status() != status.status()) {
          wrong.add(": expected status " + status.status() + ", came " + answer.line());
        }
      }
      case FaultCase.Expected.ErrorAndCut error -> {
        if (!answer.failed()) {
          wrong.add(": expected an exception, came " + answer.choices());
        }
        for (int i = 0; i < answer.line().get("choices").size(); i++) {
          if (!unbroken.text(i).startsWith(answer.text(i))) {
            wrong.add(": expected a beginning of " + unbroken.text(i) + ", came " + answer.text(i));
          }
        }
      }
    }
    return wrong;
  }

  private static List<Map<String, Object>> expected(Cell cell, Got unbroken) {
    var finish = OTHER_FINISH.get(cell.row().name());
    if (finish == null) {
      return unbroken.choices();
    }
    return unbroken.choices().stream()
        .map(choice -> {
          var other = new HashMap<>(choice);
          other.put("finish", finish);
          return Map.copyOf(other);
        })
        .toList();
  }
}

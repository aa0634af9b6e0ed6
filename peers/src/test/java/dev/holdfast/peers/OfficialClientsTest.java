package dev.holdfast.peers;

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
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * The official clients, unchanged and with default settings, in front of every row of {@code
 * faults.csv}: what they hand their callers must be what the same client gets from an unbroken
 * provider, or an exception. Half an answer that looks finished is the failure that this is about.
 *
 * <p>All clients ask the same relay at the same time, since most of a cell is waiting.
 */
@Tag("peers")
class OfficialClientsTest {
  /** The row whose finish reason is not the one of an unbroken answer, but the upstream's own. */
  private static final Map<String, String> OTHER_FINISH =
      Map.of("finish_unknown_reason", "model_length");

  /**
   * Rows that a client breaks off by its own doing: it throws where the answer that it was sent is
   * whole.
   *
   * <p>The accumulator takes any finish reason, also an empty one, and any chunk without choices
   * for the end, and lets nothing follow; usage beside the finish confuses it too.
   */
  private static final Map<Client, Set<String>> OWN_LIMITS =
      Map.of(
          Client.OPENAI_JAVA_ACCUMULATOR,
          Set.of(
              "finish_empty",
              "finish_null_text",
              "framing_empty_choices",
              "framing_usage_on_finish"));

  private static final Map<Client, List<Cell>> CELLS = new EnumMap<>(Client.class);
  private static final Map<Client, Future<Map<String, Got>>> GOT = new EnumMap<>(Client.class);
  private static final Requests REQUESTS = new Requests();
  private static final List<AutoCloseable> STARTED = new ArrayList<>();

  /**
   * A row in one manner, as this run asks it.
   *
   * @param model a name of its own, so that nothing of one cell reaches another
   */
  private record Cell(FaultCase row, Manner manner, String model, byte[] body) {
    String name() {
      return row.name() + "/" + manner;
    }

    String unbrokenName() {
      return "unbroken " + name();
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

  @BeforeAll
  static void askAll() throws Exception {
    for (var client : Client.values()) {
      CELLS.put(client, cells(client));
    }
    var simulator = SimulatorServer.start();
    STARTED.add(simulator);
    var relay =
        Relay.start(RelayConfig.parse(config(simulator), Map.of()), REQUESTS)
            .toCompletionStage()
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    STARTED.addFirst(
        () -> relay.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS));
    var relayUrl = "http://127.0.0.1:" + relay.port() + "/v1";
    CELLS.forEach((client, cells) -> {
      var run =
          new FutureTask<>(() -> client.askAll(questions(cells, relayUrl, simulator.baseUrl())));
      GOT.put(client, run);
      Thread.ofPlatform().daemon().name(client.tag()).start(run);
    });
  }

  @AfterAll
  static void stop() throws Exception {
    for (var started : STARTED) {
      started.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void client_inFrontOfEveryFault_getsTheWholeAnswerOrAnException(Client client) throws Exception {
    long begun = System.nanoTime();
    var got = Objects.requireNonNull(GOT.get(client)).get();
    var cells = Objects.requireNonNull(CELLS.get(client));
    var wrong = new ArrayList<String>();
    int whole = 0;
    int failed = 0;
    for (var cell : cells) {
      var answer = Objects.requireNonNull(got.get(cell.name()), cell.name());
      var unbroken = Objects.requireNonNull(got.get(cell.unbrokenName()), cell.name());
      assertThat(unbroken.failed() || unbroken.hung())
          .as("%s, unbroken: %s", cell.name(), unbroken)
          .isFalse();
      judge(client, cell, answer, unbroken).forEach(w -> wrong.add(cell.name() + w));
      if (answer.failed()) {
        failed++;
      } else if (!answer.hung()) {
        whole++;
      }
    }
    System.out.printf(
        "%s: %d cells: %d whole answers, %d exceptions, %d requests; %d wrong; waited %d s%n",
        client,
        cells.size(),
        whole,
        failed,
        cells.stream().mapToInt(REQUESTS::of).sum(),
        wrong.size(),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun));
    assertThat(wrong).isEmpty();
  }

  /** Each row in each of its manners; the kinds of text take turns. */
  private static List<Cell> cells(Client client) {
    var styles = Style.longEnough();
    var cells = new ArrayList<Cell>();
    int number = 0;
    for (var row : FaultCase.all()) {
      for (var manner : row.manners().each()) {
        var model = client.tag() + "-" + number;
        var style = styles.get(number % styles.size());
        var cell = new Cell(row, manner, model, row.request().body(model, style, number));
        if (client.asksWithoutStream() || question(cell, cell.name(), "").streams()) {
          cells.add(cell);
        }
        number++;
      }
    }
    return cells;
  }

  /** An upstream and a route for each cell, so that no breaker and no budget mixes them. */
  private static String config(SimulatorServer simulator) {
    var upstreams = new StringBuilder();
    var routes = new StringBuilder();
    for (var cell : CELLS.values().stream().flatMap(List::stream).toList()) {
      var url =
          simulator.add(
              cell.model(), cell.row().plan(), ProviderConfig.DEFAULTS.withManner(cell.manner()));
      upstreams
          .append("  %s: { profile: simulator, url: \"%s\",".formatted(cell.model(), url))
          .append(" continuation: [prefill] }\n");
      routes.append("  %s: [%s/%s]\n".formatted(cell.model(), cell.model(), cell.model()));
    }
    // Long for a simulator, also while six clients start: a healthy attempt that is given up makes
    // another row of it. The head waits for the last attempt, so that a row without content ends in
    // a status. Comments come into every silence, because clients differ in what they make of them.
    return """
    listen: 127.0.0.1:0
    workers: 1
    probe: on-break
    commit-after: 60s
    comments: 200ms
    retry: { base: 50ms }
    clocks:
      first-progress: 4s
      first-progress-reasoning: 8s
      idle-progress: 4s
      idle-progress-quiet: 5s
    upstreams:
    """
        + upstreams
        + "routes:\n"
        + routes;
  }

  private static List<Question> questions(List<Cell> cells, String relay, String provider) {
    var all = new ArrayList<Question>();
    for (var cell : cells) {
      all.add(question(cell, cell.name(), relay));
    }
    for (var cell : cells) {
      all.add(question(cell, cell.unbrokenName(), provider));
    }
    return all;
  }

  private static Question question(Cell cell, String name, String baseUrl) {
    return new Question(name, baseUrl, JsonMapper.shared().readTree(cell.body()));
  }

  /** What is wrong with an answer; nothing if it is as the table says. */
  private static List<String> judge(Client client, Cell cell, Got answer, Got unbroken) {
    var wrong = new ArrayList<String>();
    if (answer.hung()) {
      wrong.add(": hung, " + answer);
      return wrong;
    }
    int requests = REQUESTS.of(cell);
    if (requests != 1) {
      wrong.add(": expected one request, came " + requests);
    }
    switch (cell.row().expected()) {
      case FaultCase.Expected.Equal equal -> {
        var expected = expected(client, cell, unbroken);
        if (OWN_LIMITS.getOrDefault(client, Set.of()).contains(cell.row().name())) {
          if (!answer.failed()) {
            wrong.add(": expected the client's own exception, came " + answer.choices());
          }
        } else if (answer.failed()) {
          wrong.add(": expected the whole answer, came " + answer.error());
        } else if (!answer.choices().equals(expected)) {
          wrong.add(": expected\n  " + expected + "\ncame\n  " + answer.choices());
        }
      }
      case FaultCase.Expected.Status status -> {
        if (answer.status() != status.status()) {
          wrong.add(": expected status " + status.status() + ", came " + answer);
        }
      }
      case FaultCase.Expected.ErrorAndCut error -> {
        if (!answer.failed()) {
          wrong.add(": expected an exception, came " + answer.choices());
        }
        for (int i = 0; i < answer.choices().size(); i++) {
          if (!unbroken.text(i).startsWith(answer.text(i))) {
            wrong.add(": expected a beginning of " + unbroken.text(i) + ", came " + answer.text(i));
          }
        }
      }
    }
    return wrong;
  }

  private static List<Got.Choice> expected(Client client, Cell cell, Got unbroken) {
    var finish = OTHER_FINISH.get(cell.row().name());
    return finish == null
        ? unbroken.choices()
        : unbroken.choices().stream()
            .map(choice -> choice.withFinish(client.finish(finish)))
            .toList();
  }
}

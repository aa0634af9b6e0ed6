package dev.holdfast.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show: signals. */
@Tag("campaign")
class RelayProcessTest {
  private static final String UPSTREAM = "steady";

  @TempDir Path dir;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().executor(threads).version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void stopThreads() {
    client.shutdownNow();
    threads.shutdownNow();
  }

  private static String config(String url, String clocks) {
    return """
    listen: 127.0.0.1:0
    workers: 1
    upstreams:
      sim: { dialect: openai-chat, url: "%s", key: "k", continuation: [prefill] }
    routes:
      "*": [sim/*]
    %s
    """
        .formatted(url, clocks);
  }

  private static String body(int number, Style style) {
    return """
    {"model":"m","stream":true,"messages":[{"role":"user","content":"Tell me %d %s"}]}
    """
        .formatted(number, style.tag());
  }

  private List<Future<PlainReader.Result>> read(RelayProcess relay, int streams, Style... styles) {
    var readers = new ArrayList<Future<PlainReader.Result>>();
    for (int i = 0; i < streams; i++) {
      var body = body(i, styles[i % styles.length]);
      readers.add(threads.submit(new PlainReader(relay.port(), body)));
    }
    return readers;
  }

  private static Map<PlainReader.Result, Integer> results(List<Future<PlainReader.Result>> readers)
      throws Exception {
    var counts = new TreeMap<PlainReader.Result, Integer>();
    for (var reader : readers) {
      counts.merge(reader.get(120, TimeUnit.SECONDS), 1, Integer::sum);
    }
    return counts;
  }

  /** Lets time pass while others work; a campaign's own pace, no condition hangs on it. */
  private static void pass(long seconds) throws InterruptedException {
    var never = new CountDownLatch(1);
    assertThat(never.await(seconds, TimeUnit.SECONDS)).isFalse();
  }

  private int status(RelayProcess relay) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(relay.url() + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(0, Style.LONG)))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @Test
  void stop_ofTheRelayForLongerThanEveryClock_causesNoRetry() throws Exception {
    int streams = 200;
    var provider = ProviderConfig.DEFAULTS.withModel(new Model(1)).withTokensPerSecond(36);
    try (var simulator = SimulatorServer.start()) {
      var url = simulator.add(UPSTREAM, FaultPlan.HEALTHY, provider);
      var clocks =
          "clocks: { first-progress: 10s, idle-progress: 10s, liveness: 10s }\n" + "comments: 10s";
      try (var relay = RelayProcess.start(dir, config(url, clocks))) {
        var readers = read(relay, streams, Style.LONG);
        pass(8);

        relay.signal("STOP");
        pass(40);
        relay.signal("CONT");

        assertThat(results(readers)).isEqualTo(Map.of(PlainReader.Result.WHOLE, streams));
        System.out.println(
            "campaign: stopped for 40 s with clocks of 10 s: "
                + streams
                + " streams whole, "
                + simulator.attempts(UPSTREAM)
                + " upstream calls");
        assertThat(simulator.attempts(UPSTREAM)).isEqualTo(streams);
      }
    }
  }

  @Test
  void sigterm_withLiveStreams_refusesNewOnesAndEndsEachWholeOrByAnError() throws Exception {
    int streams = 50;
    var provider = ProviderConfig.DEFAULTS.withModel(new Model(1)).withTokensPerSecond(60);
    try (var simulator = SimulatorServer.start()) {
      var url = simulator.add(UPSTREAM, FaultPlan.HEALTHY, provider);
      try (var relay = RelayProcess.start(dir, config(url, ""))) {
        var readers = read(relay, streams, Style.LONG, Style.VIETNAMESE);
        pass(3);

        relay.signal("TERM");
        pass(7);
        int refused = status(relay);
        int exit = relay.exit();

        var results = results(readers);
        System.out.println(
            "campaign: SIGTERM with " + streams + " live streams: " + results + ", exit " + exit);
        assertThat(refused).isEqualTo(503);
        assertThat(exit).isZero();
        assertThat(results.keySet())
            .isSubsetOf(PlainReader.Result.WHOLE, PlainReader.Result.ERROR_AND_CUT);
      }
    }
  }
}

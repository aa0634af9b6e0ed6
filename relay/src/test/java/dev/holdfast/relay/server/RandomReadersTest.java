package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many readers that drop and return as they like. */
class RandomReadersTest {
  private static final int READERS = 100;
  private static final int SESSIONS = 10;
  private static final double TOKENS_PER_SECOND = 150;

  /** One who reads an answer by cursors, over as many connections as it takes. */
  private record Reader(RelayRig rig, int answer, SplittableRandom random, List<String> trace) {
    List<EventClient.Event> read() throws IOException {
      var seen = new ArrayList<EventClient.Event>();
      var session = "";
      while (true) {
        // Now and then it has forgotten what it read last, and gets the same again.
        if (!seen.isEmpty() && random.nextInt(4) == 0) {
          int kept = random.nextInt(seen.size());
          trace.add("forgets " + seen.size() + " but " + kept);
          var forgotten = new ArrayList<>(seen.subList(kept, seen.size()));
          seen.subList(kept, seen.size()).clear();
          try (var client = connect(session, seen)) {
            var again = client.take(1 + random.nextInt(forgotten.size()));
            assertThat(again).as("%s", trace).isEqualTo(forgotten.subList(0, again.size()));
            seen.addAll(again);
          }
          continue;
        }
        try (var client = connect(session, seen)) {
          if (client.status() == 204) {
            return seen;
          }
          assertThat(client.status()).as("%s", trace).isEqualTo(200);
          session = client.header("x-holdfast-session");
          seen.addAll(client.take(1 + random.nextInt(60)));
          trace.add("has " + seen.size());
          if (client.ending() != null) {
            assertThat(client.ending()).as("%s", trace).isEqualTo(Heard.Ending.WHOLE);
            return seen;
          }
        }
      }
    }

    private EventClient connect(String session, List<EventClient.Event> seen) throws IOException {
      var body = RequestKind.TEXT.body("up/m", Style.PROSE, answer);
      var key = "Idempotency-Key: answer " + answer;
      var label = "X-Session-ID: answer-" + answer;
      if (seen.isEmpty()) {
        return session.isEmpty() || random.nextBoolean()
            ? EventClient.post(rig.port(), body, key, label)
            : EventClient.get(rig.port(), "/v1/sessions/" + session + "/events");
      }
      var last = seen.getLast();
      var id = "Last-Event-ID: " + last.id();
      return switch (random.nextInt(4)) {
        case 0 -> EventClient.post(rig.port(), body, key, id);
        case 1 -> EventClient.post(rig.port(), body, label, id);
        case 2 ->
            EventClient.get(
                rig.port(), "/v1/sessions/" + session + "/events?after=" + last.number());
        default -> EventClient.get(rig.port(), "/v1/sessions/" + session + "/events", id);
      };
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, false", "2, 2, false", "3, 1, true", "4, 2, true"})
  void readers_thatDropAndReturnAtRandom_readExactlyAndCostOneCallEach(
      long seed, int workers, boolean late) throws Exception {
    System.out.println("random readers: seed " + seed + ", workers " + workers + ", late " + late);
    try (var simulator = SimulatorServer.start();
        var store = new LateStore(seed, Duration.ofMillis(4));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var url =
          simulator.add(
              "up",
              FaultPlan.HEALTHY,
              ProviderConfig.DEFAULTS
                  .withModel(new Model(1))
                  .withTokensPerSecond(TOKENS_PER_SECOND));
      var config =
          RelayConfig.parse(RelayRig.oneUpstream(url) + "workers: " + workers + "\n", Map.of());
      try (var rig = RelayRig.start(config, late ? store.store() : null)) {
        var root = new SplittableRandom(seed);
        var reads = new ArrayList<Future<List<EventClient.Event>>>();
        for (int i = 0; i < READERS; i++) {
          var reader = new Reader(rig, i % SESSIONS, root.split(), new ArrayList<>());
          reads.add(threads.submit(reader::read));
        }

        var whole = new ArrayList<List<EventClient.Event>>();
        for (int i = 0; i < READERS; i++) {
          var events = reads.get(i).get();
          if (i < SESSIONS) {
            whole.add(events);
            assertExact(i, events);
          } else {
            assertThat(events).isEqualTo(whole.get(i % SESSIONS));
          }
        }

        assertThat(simulator.attempts("up")).isEqualTo(SESSIONS);
        RelayRig.until("nothing is left", () -> rig.relay().liveSessions() == 0);
        assertThat(rig.ended()).isEqualTo(SESSIONS);
      }
    }
  }

  private static void assertExact(int answer, List<EventClient.Event> events) {
    var wire = new StringBuilder();
    for (var event : events) {
      wire.append("id: ").append(event.id()).append("\ndata: ").append(event.data()).append("\n\n");
    }
    var seen = SeenAnswer.ofStream(wire.toString().getBytes(StandardCharsets.UTF_8));
    assertThat(seen.complaints).isEmpty();
    assertThat(seen.done).isTrue();
    assertThat(seen.choices.firstEntry().getValue().text.toString())
        .isEqualTo(Unbroken.of(new Model(1), RequestKind.TEXT, Style.PROSE, answer, 0).text());
  }
}

package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.Call;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.Manner;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DrainTest {
  private static final int STREAMS_EACH = 25;

  @Test
  void drain_withLiveStreams_endsEachWholeOrWithAnErrorAndThenCloses() throws Exception {
    try (var simulator = SimulatorServer.start();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var brisk =
          simulator.add(
              "brisk", FaultPlan.HEALTHY, ProviderConfig.DEFAULTS.withTokensPerSecond(200));
      var silent = simulator.add("silent", "stall@20*", Manner.PREFILL);
      var rig =
          RelayRig.start(
              "listen: 127.0.0.1:0\ndrain: { accept: 500ms, readers: 4s }\nupstreams:\n"
                  + RelayRig.upstream("brisk", brisk)
                  + RelayRig.upstream("silent", silent));
      var streams = new ArrayList<Future<Heard>>();
      for (int i = 0; i < 2 * STREAMS_EACH; i++) {
        var body = RequestKind.TEXT.body(i % 2 == 0 ? "brisk/m" : "silent/m", Style.PROSE, i);
        streams.add(threads.submit(() -> RawClient.post(rig.port(), RawClient.COMPLETIONS, body)));
      }
      RelayRig.until("all are live", () -> rig.begun() == 2 * STREAMS_EACH);

      var drained = rig.relay().drain().toCompletionStage().toCompletableFuture();

      assertThat(RawClient.get(rig.port(), "/readyz").status()).isEqualTo(503);
      assertThat(RawClient.get(rig.port(), "/healthz").status()).isEqualTo(200);
      RelayRig.until("new requests are refused", () -> isRefusedForNow(rig.port()));
      for (int i = 0; i < streams.size(); i++) {
        var heard = streams.get(i).get();
        var seen = SeenAnswer.ofStream(heard.body());
        assertThat(heard.status()).isEqualTo(200);
        assertThat(seen.complaints).isEmpty();
        assertThat(seen.done).isEqualTo(i % 2 == 0);
        assertThat(heard.ending()).isEqualTo(i % 2 == 0 ? Heard.Ending.WHOLE : Heard.Ending.FIN);
        if (i % 2 == 1) {
          assertThat(String.valueOf(seen.error))
              .contains("draining")
              .contains("\"retryable\":true");
        }
      }
      drained.get(30, TimeUnit.SECONDS);
      assertThat(rig.relay().liveSessions()).isZero();
      RelayRig.until(
          "the silent calls are closed",
          () ->
              simulator.calls("silent").stream()
                  .allMatch(c -> c.outcome() == Call.Outcome.PEER_CLOSED));
    }
  }

  @Test
  void drain_withoutSessions_closesAfterTheAcceptTime() throws Exception {
    try (var simulator = SimulatorServer.start()) {
      var rig =
          RelayRig.start(
              RelayRig.oneUpstream(simulator.baseUrl())
                  + "drain: { accept: 100ms, readers: 60s }\n");

      rig.relay().drain().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);

      assertThat(rig.relay().liveSessions()).isZero();
    }
  }

  @Test
  void drain_withReadersThatComeBack_servesThemAndBeginsNothing() throws Exception {
    try (var upstream = new SteppedUpstream(4)) {
      var rig =
          RelayRig.start(
              RelayRig.oneUpstream(upstream.url())
                  + "workers: 2\ndrain: { accept: 0s, readers: 30s }\n");
      var body = ComingBackTest.body("x");
      var key = "Idempotency-Key: k";
      try (var live = EventClient.post(rig.port(), body, key, "X-Session-ID: mine")) {
        upstream.allow(2);
        var seen = live.take(2);
        var id = "Last-Event-ID: " + seen.getFirst().id();
        var path = "/v1/sessions/" + live.header("x-holdfast-session");

        var drained = rig.relay().drain().toCompletionStage().toCompletableFuture();
        RelayRig.until("it drains", () -> isRefusedForNow(rig.port()));

        assertThat(RawClient.get(rig.port(), path).status()).isEqualTo(200);
        for (var unknown : new String[] {"Idempotency-Key: other", "X-Session-ID: mine"}) {
          var heard = RawClient.post(rig.port(), RawClient.COMPLETIONS, body, unknown);
          assertThat(heard.status()).isEqualTo(503);
          assertThat(heard.header("x-should-retry")).isEqualTo("true");
        }
        var readers =
            List.of(
                EventClient.get(rig.port(), path + "/events", id),
                EventClient.post(rig.port(), body, key, id),
                EventClient.post(rig.port(), body, "X-Session-ID: mine", id));
        for (var reader : readers) {
          assertThat(reader.take(1)).isEqualTo(seen.subList(1, 2));
        }
        upstream.allow(3);
        for (var reader : readers) {
          assertThat(reader.rest()).hasSize(4);
          assertThat(reader.ending()).isEqualTo(Heard.Ending.WHOLE);
          reader.close();
        }
        assertThat(live.rest()).hasSize(4);
        drained.get(30, TimeUnit.SECONDS);
        assertThat(upstream.calls()).isEqualTo(1);
      }
    }
  }

  @Test
  void drain_atItsEnd_writesTheErrorToEveryReaderBeforeItGoes() throws Exception {
    int readersEach = 40;
    try (var simulator = SimulatorServer.start()) {
      var rig =
          RelayRig.start(
              RelayRig.oneUpstream(simulator.add("up", "stall@20*", Manner.PREFILL))
                  + "workers: 2\ndrain: { accept: 0s, readers: 1s }\n");
      var readers = new ArrayList<EventClient>();
      for (int session = 0; session < 2; session++) {
        var first = EventClient.post(rig.port(), ComingBackTest.body("s" + session));
        readers.add(first);
        var events = "/v1/sessions/" + first.header("x-holdfast-session") + "/events";
        for (int i = 1; i < readersEach; i++) {
          readers.add(EventClient.get(rig.port(), events));
        }
      }
      for (var reader : readers) {
        assertThat(reader.status()).isEqualTo(200);
      }

      var drained = rig.relay().drain().toCompletionStage().toCompletableFuture();

      for (var reader : readers) {
        assertThat(reader.rest().getLast().data()).contains("\"why\":\"draining\"");
        assertThat(reader.ending()).isEqualTo(Heard.Ending.FIN);
        reader.close();
      }
      drained.get(30, TimeUnit.SECONDS);
    }
  }

  /** Nothing of it was seen, so the caller may ask again at once, wherever that leads. */
  @Test
  void drain_atItsEnd_sendsThoseWithoutAHeadElsewhere() throws Exception {
    try (var simulator = SimulatorServer.start();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var rig =
          RelayRig.start(
              RelayRig.oneUpstream(simulator.add("up", "stall@head*", Manner.PREFILL))
                  + "drain: { accept: 0s, readers: 200ms }\n");
      var body = ComingBackTest.body("x");
      var waiting = threads.submit(() -> RawClient.post(rig.port(), RawClient.COMPLETIONS, body));
      RelayRig.until("it is live", () -> rig.begun() == 1);

      rig.relay().drain().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);

      var heard = waiting.get();
      assertThat(heard.status()).isEqualTo(503);
      assertThat(heard.header("x-holdfast-why")).isEqualTo("draining");
      assertThat(heard.header("x-should-retry")).isEqualTo("true");
      assertThat(heard.header("retry-after")).isEqualTo("1");
    }
  }

  /** Asks with what is no request, so that nothing begins if it is still read. */
  private static boolean isRefusedForNow(int port) {
    try {
      var heard = RawClient.post(port, RawClient.COMPLETIONS, new byte[] {'{'});
      if (heard.status() == 400) {
        return false;
      }
      assertThat(heard.status()).isEqualTo(503);
      assertThat(heard.header("x-should-retry")).isEqualTo("true");
      assertThat(heard.header("retry-after")).isEqualTo("1");
      return true;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

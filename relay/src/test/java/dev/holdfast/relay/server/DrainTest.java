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

  private static boolean isRefusedForNow(int port) {
    try {
      var heard =
          RawClient.post(
              port, RawClient.COMPLETIONS, RequestKind.TEXT.body("brisk/m", Style.WORD, 99));
      if (heard.status() == 200) {
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

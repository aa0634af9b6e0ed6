package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.simulator.Call;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Readers that leave, take nothing, or are slow. */
class DisconnectTest {
  /**
   * The defaults with short patience; what they are by default is a matter of the engine's tests.
   */
  private static final String SOON = "sessions: { stuck-after: 300ms, gone-after: 100ms }\n";

  private static final String DEFAULTS = "";

  /** More than the buffers of both ends together take. */
  private static final int BIG_EVENTS = 40_000;

  private static final byte[] STREAMED = RequestKind.TEXT.body("up/m", Style.PROSE, 1);

  @Test
  void reader_thatLeavesAndCantComeBack_endsTheUpstreamCall() throws Exception {
    try (var simulator = SimulatorServer.start();
        var rig = start(simulator, "stall@20", 0, SOON)) {
      leaveAfterFirstEvent(rig);

      RelayRig.until("the session ends", () -> rig.ended() == 1);
      RelayRig.until("the call is closed", () -> isOver(simulator));
      assertThat(simulator.calls("up"))
          .extracting(Call::outcome)
          .containsExactly(Call.Outcome.PEER_CLOSED);
      assertThat(outcome(rig)).isInstanceOf(Outcome.Failed.class);
      assertThat(((Outcome.Failed) outcome(rig)).failure()).isInstanceOf(Failure.Cancelled.class);
      RelayRig.until("nothing is left", () -> rig.relay().liveSessions() == 0);
    }
  }

  @Test
  void reader_thatLeavesAndCanComeBack_letsTheSessionEndWhole() throws Exception {
    for (var sign :
        new String[] {"X-Session-ID: mine", "Idempotency-Key: k", "X-Holdfast-Client: c/1"}) {
      try (var simulator = SimulatorServer.start();
          var rig = start(simulator, "ok", 400, SOON)) {
        leaveAfterFirstEvent(rig, sign);

        RelayRig.until("the session ends", () -> rig.ended() == 1);
        assertThat(outcome(rig)).as(sign).isInstanceOf(Outcome.Complete.class);
        assertThat(simulator.calls("up"))
            .extracting(Call::outcome)
            .containsExactly(Call.Outcome.ENDED);
        RelayRig.until("nothing is left", () -> rig.relay().liveSessions() == 0);
      }
    }
  }

  @Test
  void reader_thatLeavesBeforeTheHead_endsTheUpstreamCall() throws Exception {
    try (var simulator = SimulatorServer.start();
        var rig = start(simulator, "stall@head", 0, SOON)) {
      try (var client = RawClient.connect(rig.port())) {
        client.send(RawClient.request("POST", RawClient.COMPLETIONS, STREAMED));
        RelayRig.until("the call is out", () -> simulator.attempts("up") == 1);
      }

      RelayRig.until("the session ends", () -> rig.ended() == 1);
      RelayRig.until("the call is closed", () -> isOver(simulator));
      assertThat(simulator.calls("up").getFirst().outcome()).isEqualTo(Call.Outcome.PEER_CLOSED);
    }
  }

  @Test
  void callerOfOneBody_thatLeaves_endsTheUpstreamCall() throws Exception {
    try (var simulator = SimulatorServer.start();
        var rig = start(simulator, "stall@20", 0, SOON)) {
      try (var client = RawClient.connect(rig.port())) {
        client.send(
            RawClient.request(
                "POST", RawClient.COMPLETIONS, RequestKind.NONSTREAM.body("up/m", Style.PROSE, 1)));
        RelayRig.until("the call is out", () -> simulator.attempts("up") == 1);
      }

      RelayRig.until("the session ends", () -> rig.ended() == 1);
      RelayRig.until("the call is closed", () -> isOver(simulator));
      assertThat(simulator.calls("up").getFirst().outcome()).isEqualTo(Call.Outcome.PEER_CLOSED);
    }
  }

  @Test
  void reader_thatTakesNothing_isCutAndCostsNobodyElseAnything() throws Exception {
    try (var upstream = bigUpstream();
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()) + SOON);
        var stuck = RawClient.connectSmall(rig.port())) {
      stuck.send(RawClient.request("POST", RawClient.COMPLETIONS, STREAMED));

      RelayRig.until("the session is gone", () -> rig.ended() == 1 && live(rig) == 0);

      var heard = stuck.hear();
      assertThat(heard.status()).isEqualTo(200);
      assertThat(heard.ending()).isNotEqualTo(Heard.Ending.WHOLE);
    }
  }

  @Test
  void reader_thatFallsBehind_getsEverythingOnceItReads() throws Exception {
    try (var upstream = bigUpstream();
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()) + DEFAULTS);
        var slow = RawClient.connectSmall(rig.port())) {
      slow.send(RawClient.request("POST", RawClient.COMPLETIONS, STREAMED));
      RelayRig.until("the upstream was not slowed", () -> rig.ended() == 1);
      assertThat(live(rig)).isEqualTo(1);

      var heard = slow.hear();

      assertThat(heard.ending()).isEqualTo(Heard.Ending.WHOLE);
      var seen = SeenAnswer.ofStream(heard.body());
      assertThat(seen.complaints).isEmpty();
      assertThat(seen.data).hasSize(BIG_EVENTS + 2);
      assertThat(seen.done).isTrue();
      RelayRig.until("nothing is left", () -> live(rig) == 0);
    }
  }

  private static int live(RelayRig rig) {
    return rig.relay().liveSessions();
  }

  private static boolean isOver(SimulatorServer simulator) {
    return simulator.calls("up").stream().allMatch(c -> c.outcome() != Call.Outcome.RUNNING);
  }

  private static Outcome outcome(RelayRig rig) {
    return rig.reports().iterator().next().outcome();
  }

  private static RelayRig start(
      SimulatorServer simulator, String plan, double tokensPerSecond, String sessions)
      throws Exception {
    var url =
        simulator.add(
            "up",
            FaultPlan.parse(plan),
            ProviderConfig.DEFAULTS.withTokensPerSecond(tokensPerSecond));
    return RelayRig.start(RelayRig.oneUpstream(url) + sessions);
  }

  private static void leaveAfterFirstEvent(RelayRig rig, String... headers) throws Exception {
    try (var client = RawClient.connect(rig.port())) {
      client.send(RawClient.request("POST", RawClient.COMPLETIONS, STREAMED, headers));
      client.hearUntil("\"content\"");
      client.abort();
    }
  }

  private static ScriptedUpstream bigUpstream() throws Exception {
    var event = ScriptedUpstream.text("x".repeat(100)).getBytes(StandardCharsets.UTF_8);
    return ScriptedUpstream.playing((request, out) -> {
      out.write(ScriptedUpstream.head(200, "text/event-stream"));
      var chunk = ScriptedUpstream.chunk(event, 0, event.length);
      for (int i = 0; i < BIG_EVENTS; i++) {
        out.write(chunk);
      }
      out.write(ScriptedUpstream.chunk(ScriptedUpstream.end()));
      out.write(ScriptedUpstream.LAST_CHUNK);
    });
  }
}

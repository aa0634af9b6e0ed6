package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.simulator.Call;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers that leave, take nothing, or are slow. */
class DisconnectTest {
  /**
   * The defaults with short patience; what they are by default is a matter of the engine's tests.
   */
  private static final String SOON = "sessions: { stuck-after: 300ms, gone-after: 100ms }\n";

  private static final String DEFAULTS = "";

  private static final String KEY = "Idempotency-Key: k";
  private static final int WORDS = 5;

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

  /** The relay hears that it has gone before it knows what the reader wanted. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void reader_thatLeftBeforeItWasAttached_costsTheOthersNothing(int workers) throws Exception {
    var store = new HeldCalls("find");
    try (var logged = new LogCapture();
        var upstream = new SteppedUpstream(WORDS);
        var rig = seats(2, upstream, workers, store);
        var first = EventClient.post(rig.port(), ComingBackTest.body("x"))) {
      upstream.allow(2);
      var path = "/v1/sessions/" + first.header("x-holdfast-session") + "/events";
      assertThat(first.take(2)).hasSize(2);
      var other = EventClient.get(rig.port(), path);
      RelayRig.until("it is looked for", () -> store.held() == 1);
      other.close();
      RelayRig.until("its seat is free", () -> hasSeat(rig));

      store.release();
      upstream.allowAll();

      assertThat(first.rest()).hasSize(upstream.events() - 2);
      assertThat(first.ending()).isEqualTo(Heard.Ending.WHOLE);
      RelayRig.until("nothing is left", () -> live(rig) == 0);
      assertThat(outcome(rig)).isInstanceOf(Outcome.Complete.class);
      assertThat(logged.errors()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void caller_thatLeftBeforeItsSessionBegan_findsItWhole(int workers) throws Exception {
    var store = new HeldCalls("create");
    try (var logged = new LogCapture();
        var upstream = new SteppedUpstream(WORDS);
        var rig = seats(1, upstream, workers, store)) {
      var body = ComingBackTest.body("x");
      var caller = EventClient.post(rig.port(), body, KEY);
      RelayRig.until("it is to be stored", () -> store.held() == 1);
      caller.close();
      RelayRig.until("its seat is free", () -> hasSeat(rig));

      store.release();
      upstream.allowAll();

      RelayRig.until("the session ends", () -> rig.ended() == 1);
      RelayRig.until("nothing is left", () -> live(rig) == 0);
      assertThat(outcome(rig)).isInstanceOf(Outcome.Complete.class);
      try (var again = EventClient.post(rig.port(), body, KEY)) {
        assertThat(again.rest()).hasSize(upstream.events());
        assertThat(again.ending()).isEqualTo(Heard.Ending.WHOLE);
      }
      assertThat(upstream.calls()).isEqualTo(1);
      assertThat(logged.errors()).isEmpty();
    }
  }

  private static RelayRig seats(int seats, SteppedUpstream upstream, int workers, HeldCalls store)
      throws Exception {
    var yaml =
        RelayRig.oneUpstream(upstream.url())
            + "workers: "
            + workers
            + "\nsessions: { owner-readers: "
            + seats
            + " }\n";
    return RelayRig.start(RelayConfig.parse(yaml, Map.of()), store.store());
  }

  /** Whether one more may read: the relay has heard of each that has gone. */
  private static boolean hasSeat(RelayRig rig) {
    try {
      return RawClient.get(rig.port(), "/v1/sessions").status() == 200;
    } catch (Exception e) {
      throw new AssertionError(e);
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

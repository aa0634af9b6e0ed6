package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.journal.FinishRecord;
import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.Manner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A caller's key names an answer that failed half-way: it is replayed, and gone on with once. */
class TakenUpTest {
  /** Breaks after some text, then refuses for as long as one session asks. */
  private static final String FAILS_ONCE = "cut@37; 503; 503; 503; 503; 503; ok";

  private static final String FAILS_TWICE =
      "cut@37; 503; 503; 503; 503; 503; 503; 503; 503; 503; 503; ok";

  private static final String KEY = "Idempotency-Key: k";
  private static final byte[] BODY = RequestKind.TEXT.body("up/m", Style.VIETNAMESE, 1);

  private static String whole() {
    return Unbroken.of(new Model(1), RequestKind.TEXT, Style.VIETNAMESE, 1, 0).text();
  }

  private static RelayRig rig(SimulatorServer simulator, String plan, int workers)
      throws Exception {
    var url = simulator.add("up", plan, Manner.PREFILL);
    return RelayRig.start(
        RelayRig.oneUpstream(url)
            + "workers: "
            + workers
            + "\nprobe: on-break\nbreaker: off\n"
            + RelayRig.clocks(Duration.ofSeconds(8)));
  }

  private static Heard post(RelayRig rig, String... headers) throws Exception {
    return RawClient.post(rig.port(), RawClient.COMPLETIONS, BODY, headers);
  }

  private static SeenAnswer seen(Heard heard) {
    assertThat(heard.status()).as("%s", heard).isEqualTo(200);
    var seen = SeenAnswer.ofStream(heard.body());
    assertThat(seen.complaints).isEmpty();
    return seen;
  }

  private static String text(SeenAnswer seen) {
    return Objects.requireNonNull(seen.choices.get(0)).text.toString();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void answer_thatFailed_isReplayedAndGoneOnWith(int workers) throws Exception {
    try (var simulator = SimulatorServer.start();
        var rig = rig(simulator, FAILS_ONCE, workers)) {
      var first = post(rig, KEY);
      var half = seen(first);
      assertThat(half.error).isNotNull();
      assertThat(first.ending()).isEqualTo(Heard.Ending.FIN);
      assertThat(whole()).startsWith(text(half)).isNotEqualTo(text(half));
      RelayRig.until("nobody reads", () -> rig.relay().liveSessions() == 0);

      var second = post(rig, KEY);

      assertThat(second.header("x-holdfast-session")).isEqualTo(first.header("x-holdfast-session"));
      assertThat(second.ending()).isEqualTo(Heard.Ending.WHOLE);
      var answer = seen(second);
      assertThat(answer.error).isNull();
      assertThat(text(answer)).isEqualTo(whole());
      assertThat(answer.identities).hasSize(1);
      assertThat(second.text())
          .startsWith(first.text().substring(0, first.text().indexOf("event: error")));
      var state =
          RawClient.get(rig.port(), "/v1/sessions/" + first.header("x-holdfast-session")).text();
      assertThat(state).contains("\"state\":\"complete\"");
      RelayRig.until("nobody reads", () -> rig.relay().liveSessions() == 0);
      assertThat(post(rig, KEY).text()).isEqualTo(second.text());
    }
  }

  @Test
  void answer_thatFailedAgain_isNotGoneOnWithAnyMore() throws Exception {
    try (var simulator = SimulatorServer.start();
        var rig = rig(simulator, FAILS_TWICE, 1)) {
      post(rig, KEY);
      RelayRig.until("nobody reads", () -> rig.relay().liveSessions() == 0);
      var second = post(rig, KEY);
      assertThat(seen(second).error).isNotNull();
      RelayRig.until("nobody reads", () -> rig.relay().liveSessions() == 0);
      int calls = simulator.calls("up").size();

      var third = post(rig, KEY);

      assertThat(seen(third).error).isNotNull();
      assertThat(text(seen(third))).isEqualTo(text(seen(second)));
      assertThat(third.ending()).isEqualTo(Heard.Ending.FIN);
      assertThat(simulator.calls("up")).hasSize(calls);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void answer_askedForByManyAtOnce_isGoneOnWithOnce(int workers) throws Exception {
    try (var simulator = SimulatorServer.start();
        var rig = rig(simulator, FAILS_ONCE, workers);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = seen(post(rig, KEY));
      RelayRig.until("nobody reads", () -> rig.relay().liveSessions() == 0);

      var again = new ArrayList<Future<Heard>>();
      for (int i = 0; i < 20; i++) {
        again.add(threads.submit(() -> post(rig, KEY)));
      }

      for (var heard : again) {
        assertThat(heard.get().ending()).isEqualTo(Heard.Ending.WHOLE);
        assertThat(text(seen(heard.get()))).isEqualTo(whole()).startsWith(text(first));
      }
      // The broken one, its refusals, the known answer and the continuation.
      assertThat(simulator.calls("up")).hasSize(7);
    }
  }

  @Test
  void answer_resumedByKeyAndCursor_isGoneOnWithFromThere() throws Exception {
    try (var simulator = SimulatorServer.start();
        var rig = rig(simulator, FAILS_ONCE, 1)) {
      var first = post(rig, KEY);
      var half = text(seen(first));
      var ids = first.text().lines().filter(line -> line.startsWith("id: ")).toList();
      RelayRig.until("nobody reads", () -> rig.relay().liveSessions() == 0);

      var rest = post(rig, KEY, "Last-Event-ID: " + ids.getLast().substring(4));

      assertThat(rest.ending()).isEqualTo(Heard.Ending.WHOLE);
      assertThat(half + text(SeenAnswer.ofStream(rest.body()))).isEqualTo(whole());
      var last = ids.getLast();
      int dash = last.lastIndexOf('-');
      assertThat(rest.text())
          .startsWith(
              last.substring(0, dash + 1) + (Long.parseLong(last.substring(dash + 1)) + 1) + "\n");
    }
  }

  /** The stop finds the driver before the store has granted it the session, and has to wait. */
  @Test
  void answer_stoppedWhileItsClaimIsPending_endsUnderThatClaim() throws Exception {
    try (var simulator = SimulatorServer.start();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var store = new HeldCalls("reopen");
      var yaml =
          "listen: 127.0.0.1:0\nworkers: 1\nprobe: on-break\nbreaker: off\n"
              + "drain: { accept: 0s, readers: 0s }\n"
              + RelayRig.clocks(Duration.ofSeconds(8))
              + "upstreams:\n"
              + RelayRig.upstream("up", simulator.add("up", FAILS_ONCE, Manner.PREFILL))
              + RelayRig.upstream("mute", simulator.add("mute", "stall@20*", Manner.PREFILL));
      var rig = RelayRig.start(RelayConfig.parse(yaml, Map.of()), store.store());
      var session = post(rig, KEY).header("x-holdfast-session");
      RelayRig.until("nobody reads", () -> rig.relay().liveSessions() == 0);
      int calls = simulator.calls("up").size();
      var second = threads.submit(() -> post(rig, KEY));
      RelayRig.until("it is claimed", () -> store.held() == 1);
      var mute = RequestKind.TEXT.body("mute/m", Style.PROSE, 1);
      try (var other = EventClient.post(rig.port(), mute)) {
        other.take(2);

        var drained = rig.relay().drain().toCompletionStage().toCompletableFuture();
        // All sessions of a loop hear of it in one turn.
        other.rest();
        store.release();

        assertThat(second.get().status()).isEqualTo(503);
        assertThat(second.get().header("x-holdfast-why")).isEqualTo("draining");
        drained.get(30, TimeUnit.SECONDS);
      }
      assertThat(store.finish(session))
          .isInstanceOfSatisfying(
              FinishRecord.Failed.class, f -> assertThat(f.why()).isEqualTo("draining"));
      assertThat(simulator.calls("up")).hasSize(calls);
    }
  }

  @Test
  void answer_readByItsIdAlone_isNotGoneOnWith() throws Exception {
    try (var simulator = SimulatorServer.start();
        var rig = rig(simulator, FAILS_ONCE, 1)) {
      var first = post(rig, KEY);
      RelayRig.until("nobody reads", () -> rig.relay().liveSessions() == 0);
      int calls = simulator.calls("up").size();

      var events =
          RawClient.get(
              rig.port(), "/v1/sessions/" + first.header("x-holdfast-session") + "/events");

      assertThat(events.ending()).isEqualTo(Heard.Ending.FIN);
      assertThat(seen(events).error).isNotNull();
      assertThat(simulator.calls("up")).hasSize(calls);
    }
  }
}

package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.provider.Manner;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** State, list and cancel; who sees what; caps. */
class SessionStateTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int WORDS = 6;
  private static final String SESSIONS = "/v1/sessions";

  static String sha256(String key) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
  }

  private static String keys() throws Exception {
    return "keys: [{ name: a, sha256: \""
        + sha256("key-a")
        + "\" }, { name: b, sha256: \""
        + sha256("key-b")
        + "\" }]\n";
  }

  private static Heard ask(RelayRig rig, String method, String path, String... headers)
      throws Exception {
    try (var client = RawClient.connect(rig.port())) {
      client.send(RawClient.request(method, path, new byte[0], headers));
      return client.hear();
    }
  }

  private static JsonNode json(Heard heard) {
    assertThat(heard.status()).as("%s", heard).isEqualTo(200);
    assertThat(heard.header("cache-control")).contains("no-store");
    return JSON.readTree(heard.body());
  }

  private static List<String> texts(JsonNode list, String member) {
    var texts = new ArrayList<String>();
    list.forEach(item -> texts.add(item.path(member).asString("")));
    return texts;
  }

  @Test
  void state_ofAnAnswerWithASeam_tellsWhoWroteWhatAndWhatItCost() throws Exception {
    var calls = new int[1];
    try (var upstream =
            ScriptedUpstream.playing((request, out) -> {
              out.write(ScriptedUpstream.head(200, "text/event-stream"));
              if (calls[0]++ == 0) {
                out.write(ScriptedUpstream.chunk(ScriptedUpstream.text("one ")));
                out.write(ScriptedUpstream.chunk(ScriptedUpstream.text("two ")));
              } else {
                out.write(ScriptedUpstream.chunk(ScriptedUpstream.text("three")));
                out.write(ScriptedUpstream.chunk(ScriptedUpstream.end()));
              }
              out.write(ScriptedUpstream.LAST_CHUNK);
            });
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      var heard =
          RawClient.post(
              rig.port(), RawClient.COMPLETIONS, ComingBackTest.body("x"), "X-Session-ID: mine");
      assertThat(heard.ending()).isEqualTo(Heard.Ending.WHOLE);
      var id = heard.header("x-holdfast-session");

      var state = json(RawClient.get(rig.port(), SESSIONS + "/" + id));

      assertThat(state.path("id").asString()).isEqualTo(id);
      assertThat(state.path("label").asString()).isEqualTo("mine");
      assertThat(state.path("state").asString()).isEqualTo("complete");
      assertThat(state.path("model").asString()).isEqualTo("up/m");
      assertThat(state.path("events").asInt()).isEqualTo(5);
      assertThat(state.path("readers").asInt()).isZero();
      assertThat(texts(state.path("attempts"), "purpose")).containsExactly("begin", "prefill");
      assertThat(texts(state.path("attempts"), "why")).containsExactly("truncation", "");
      assertThat(texts(state.path("attempts"), "target")).containsExactly("up/m", "up/m");
      assertThat(state.path("seams")).hasSize(1);
      assertThat(state.path("seams").get(0).path("after").asInt()).isEqualTo(2);
      assertThat(state.path("seams").get(0).path("rung").asString()).isEqualTo("prefill");
      assertThat(state.path("seams").get(0).path("verdict").asString()).isEqualTo("exact");
      assertThat(state.path("written").toString())
          .isEqualTo(
              "[{\"target\":\"up/m\",\"from\":1,\"to\":2},"
                  + "{\"target\":\"up/m\",\"from\":3,\"to\":5}]");
      assertThat(state.path("edits").toString())
          .isEqualTo("[\"model\",\"stream_options.include_usage\",\"messages\"]");
      assertThat(state.path("bill").path("output_tokens").asInt()).isEqualTo(3);
      assertThat(state.path("bill").path("wasted_tokens").asInt()).isZero();
      assertThat(state.path("bill").path("measured").asBoolean()).isFalse();
      assertThat(state.toString()).doesNotContain("three").doesNotContain("sk-canary");
    }
  }

  @Test
  void state_ofALiveSession_countsReadersAndIsListed() throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()) + "workers: 2\n");
        var first = EventClient.post(rig.port(), ComingBackTest.body("x"), "X-Session-ID: l")) {
      upstream.allow(2);
      var id = first.header("x-holdfast-session");
      first.take(2);
      try (var second = EventClient.get(rig.port(), SESSIONS + "/" + id + "/events")) {
        second.take(2);

        var state = json(RawClient.get(rig.port(), SESSIONS + "/" + id));

        assertThat(state.path("state").asString()).isEqualTo("live");
        assertThat(state.path("readers").asInt()).isEqualTo(2);
        assertThat(state.path("events").asInt()).isEqualTo(2);
        assertThat(state.path("attempts").get(0).path("running").asBoolean()).isTrue();
        assertThat(state.path("written").toString()).contains("\"to\":2");
      }
      var list = json(RawClient.get(rig.port(), SESSIONS + "?state=live&label=l"));
      assertThat(texts(list.path("data"), "id")).containsExactly(id);
      for (var none : List.of("?state=complete", "?label=other", "?state=failed&label=l")) {
        assertThat(json(RawClient.get(rig.port(), SESSIONS + none)).path("data")).isEmpty();
      }
      assertThat(RawClient.get(rig.port(), SESSIONS + "?state=odd").status()).isEqualTo(400);
      assertThat(RawClient.get(rig.port(), SESSIONS + "?label=a%20b").status()).isEqualTo(400);
    }
  }

  @Test
  void state_whileWaiting_tellsThePlaceInTheLine() throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig =
            RelayRig.start(
                RelayRig.oneUpstream(upstream.url())
                    .replace("continuation", "concurrency: 1, continuation"));
        var first = EventClient.post(rig.port(), ComingBackTest.body("x"))) {
      upstream.allow(1);
      first.take(1);
      try (var client = RawClient.connect(rig.port())) {
        client.send(
            RawClient.request(
                "POST", RawClient.COMPLETIONS, ComingBackTest.body("y"), "X-Session-ID: w"));
        RelayRig.until("it waits", () -> isWaiting(rig));
      }
    }
  }

  private static boolean isWaiting(RelayRig rig) {
    try {
      var list = json(RawClient.get(rig.port(), SESSIONS + "?label=w")).path("data");
      return !list.isEmpty()
          && json(RawClient.get(rig.port(), SESSIONS + "/" + list.get(0).path("id").asString()))
                  .path("queue")
                  .path("position")
                  .asInt(0)
              == 1;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void cancel_ofALiveSession_tellsItsReadersAndIsFinalAtOnce(int workers) throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig =
            RelayRig.start(RelayRig.oneUpstream(upstream.url()) + "workers: " + workers + "\n");
        var first = EventClient.post(rig.port(), ComingBackTest.body("x"))) {
      upstream.allow(2);
      var path = SESSIONS + "/" + first.header("x-holdfast-session");
      first.take(2);

      for (int i = 0; i < 3; i++) {
        var state = json(ask(rig, "DELETE", path));
        assertThat(state.path("state").asString()).isEqualTo("cancelled");
        assertThat(state.path("finish").path("why").asString()).isEqualTo("cancelled");
      }

      assertThat(first.rest())
          .singleElement()
          .satisfies(event -> assertThat(event.data()).contains("\"why\":\"cancelled\""));
      assertThat(first.ending()).isEqualTo(Heard.Ending.FIN);
      try (var again = EventClient.get(rig.port(), path + "/events")) {
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.rest()).hasSize(3).last().extracting("name").isEqualTo("error");
        assertThat(again.ending()).isEqualTo(Heard.Ending.FIN);
      }
    }
  }

  @Test
  void cancel_withErase_leavesNothing() throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()));
        var live = EventClient.post(rig.port(), ComingBackTest.body("x"))) {
      upstream.allow(2);
      var path = SESSIONS + "/" + live.header("x-holdfast-session");
      live.take(2);

      assertThat(ask(rig, "DELETE", path + "?erase=maybe").status()).isEqualTo(400);
      assertThat(json(ask(rig, "DELETE", path + "?erase=true")).path("state").asString())
          .isEqualTo("cancelled");

      assertThat(live.rest()).hasSize(1);
      assertThat(RawClient.get(rig.port(), path).status()).isEqualTo(404);
      assertThat(RawClient.get(rig.port(), path + "/events").status()).isEqualTo(404);
      assertThat(ask(rig, "DELETE", path).status()).isEqualTo(404);
    }
  }

  @Test
  void id_thatIsUnknownForeignOrMalformed_getsTheOneAnswer() throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()) + keys())) {
      upstream.allowAll();
      var mine =
          RawClient.post(
              rig.port(),
              RawClient.COMPLETIONS,
              ComingBackTest.body("x"),
              "x-api-key: key-a",
              "X-Session-ID: mine");
      var id = mine.header("x-holdfast-session");
      var event = SeenAnswer.ofStream(mine.body()).history + "-1";
      var answers = new HashSet<String>();
      for (var other :
          List.of(id, "hf_0123456789012345678901", "x", "%00", "..", "a/b", "", "é", "a?b=c")) {
        var path = SESSIONS + "/" + other;
        answers.add(plain(ask(rig, "GET", path, "x-api-key: key-b")));
        answers.add(plain(ask(rig, "DELETE", path, "x-api-key: key-b")));
        if (!other.contains("?")) {
          answers.add(plain(ask(rig, "GET", path + "/events", "x-api-key: key-b")));
        }
      }
      for (var cursor : List.of(event, "abcdefghij-1", "nonsense")) {
        answers.add(
            plain(
                RawClient.post(
                    rig.port(),
                    RawClient.COMPLETIONS,
                    ComingBackTest.body("x"),
                    "x-api-key: key-b",
                    "X-Session-ID: mine",
                    "Last-Event-ID: " + cursor)));
      }
      answers.add(
          plain(
              RawClient.post(
                  rig.port(),
                  RawClient.COMPLETIONS,
                  ComingBackTest.body("x"),
                  "x-api-key: key-a",
                  "X-Session-ID: another",
                  "Last-Event-ID: " + event)));

      assertThat(answers).hasSize(1).first().asString().startsWith("404");
      assertThat(upstream.calls()).isEqualTo(1);
      assertThat(json(ask(rig, "GET", SESSIONS, "x-api-key: key-b")).path("data")).isEmpty();
      assertThat(json(ask(rig, "GET", SESSIONS, "x-api-key: key-a")).path("data")).hasSize(1);
      for (var path : List.of(SESSIONS, SESSIONS + "/" + id, SESSIONS + "/" + id + "/events")) {
        assertThat(ask(rig, "GET", path).status()).isEqualTo(401);
        assertThat(ask(rig, "GET", path, "x-api-key: wrong").status()).isEqualTo(401);
      }
    }
  }

  private static String plain(Heard heard) {
    return heard.status() + " " + heard.headers() + " " + heard.text();
  }

  @Test
  void method_thatIsNone_isRefusedWithThoseThatAre() throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      for (var pair :
          List.of(
              new String[] {"POST", SESSIONS, "GET"},
              new String[] {"DELETE", SESSIONS, "GET"},
              new String[] {"PUT", SESSIONS + "/x", "GET, DELETE"},
              new String[] {"DELETE", SESSIONS + "/x/events", "GET"})) {
        var heard = ask(rig, pair[0], pair[1]);
        assertThat(heard.status()).isEqualTo(405);
        assertThat(heard.header("allow")).isEqualTo(pair[2]);
      }
    }
  }

  // ---- caps

  @Test
  void readers_beyondTheCaps_areTurnedAway() throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig =
            RelayRig.start(
                RelayRig.oneUpstream(upstream.url())
                    + "sessions: { readers: 2, owner-readers: 3 }\n");
        var first = EventClient.post(rig.port(), ComingBackTest.body("x"))) {
      upstream.allow(1);
      var path = SESSIONS + "/" + first.header("x-holdfast-session") + "/events";
      first.take(1);
      try (var second = EventClient.get(rig.port(), path)) {
        second.take(1);
        assertThat(RawClient.get(rig.port(), path).header("x-holdfast-why"))
            .isEqualTo("too_many_readers");
        try (var other = EventClient.post(rig.port(), ComingBackTest.body("y"))) {
          RelayRig.until("it is called", () -> upstream.calls() == 2);
          var refused = RawClient.post(rig.port(), RawClient.COMPLETIONS, ComingBackTest.body("z"));
          assertThat(refused.status()).isEqualTo(429);
          assertThat(refused.header("x-holdfast-why")).isEqualTo("too_many_readers");
          assertThat(upstream.calls()).isEqualTo(2);
          assertThat(other.ending()).isNull();
        }
      }
      RelayRig.until("there is a seat again", () -> isSeated(rig, path));
    }
  }

  private static boolean isSeated(RelayRig rig, String path) {
    try (var again = EventClient.get(rig.port(), path)) {
      return again.status() == 200;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void orphans_beyondTheCap_endTheOldest() throws Exception {
    try (var simulator = SimulatorServer.start();
        var rig =
            RelayRig.start(
                RelayRig.oneUpstream(simulator.add("up", "stall@3*", Manner.PREFILL))
                    + "sessions: { orphans: 2 }\n")) {
      var ids = new ArrayList<String>();
      for (int i = 0; i < 3; i++) {
        try (var client =
            EventClient.post(rig.port(), ComingBackTest.body("o" + i), "X-Session-ID: o")) {
          ids.add(client.header("x-holdfast-session"));
          client.take(1);
        }
        int gone = i;
        RelayRig.until("it is alone", () -> isAlone(rig, ids.get(gone)));
      }

      RelayRig.until("the oldest ended", () -> rig.ended() == 1);
      assertThat(rig.report(ids.getFirst())).isNotNull();
    }
  }

  private static boolean isAlone(RelayRig rig, String id) {
    try {
      return json(RawClient.get(rig.port(), SESSIONS + "/" + id)).path("readers").asInt() == 0;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}

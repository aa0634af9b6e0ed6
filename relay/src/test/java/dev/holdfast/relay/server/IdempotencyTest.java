package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers that name their request, or their conversation. */
class IdempotencyTest {
  private static final int CALLERS = 50;
  private static final int WORDS = 8;

  private static byte[] whole(String text) {
    return new String(ComingBackTest.body(text), StandardCharsets.UTF_8)
        .replace("\"stream\":true", "\"stream\":false")
        .getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, true", "1, false", "2, false"})
  void key_sentFiftyTimesAtOnce_generatesOnce(int workers, boolean streamed) throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig =
            RelayRig.start(RelayRig.oneUpstream(upstream.url()) + "workers: " + workers + "\n");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var body = streamed ? ComingBackTest.body("x") : whole("x");
      var calls = new ArrayList<Future<Heard>>();
      for (int i = 0; i < CALLERS; i++) {
        calls.add(threads.submit(() -> post(rig, body, "Idempotency-Key: once")));
      }
      RelayRig.until("it is called", () -> upstream.calls() == 1);
      upstream.allow(3);
      assertThat(post(rig, ComingBackTest.body("another"), "Idempotency-Key: once"))
          .satisfies(heard -> {
            assertThat(heard.status()).isEqualTo(422);
            assertThat(heard.header("x-should-retry")).isEqualTo("false");
          });
      upstream.allow(WORDS - 2);
      var answers = new HashSet<String>();
      for (var call : calls) {
        var heard = call.get();
        assertThat(heard.status()).as("%s", heard).isEqualTo(200);
        assertThat(heard.ending()).isEqualTo(Heard.Ending.WHOLE);
        answers.add(heard.header("x-holdfast-session") + heard.text());
      }
      RelayRig.until("nobody reads", () -> rig.relay().liveSessions() == 0);

      var late = post(rig, body, "Idempotency-Key: once");

      assertThat(answers)
          .containsExactly(late.header("x-holdfast-session") + late.text())
          .allSatisfy(text -> assertThat(text).contains("w" + WORDS));
      assertThat(post(rig, ComingBackTest.body("another"), "Idempotency-Key: once").status())
          .isEqualTo(422);
      assertThat(upstream.calls()).isEqualTo(1);
      assertThat(rig.ended()).isEqualTo(1);
    }
  }

  @Test
  void key_ofACallThatIsNotStreamed_isAlsoAnEventToReadAgain() throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      upstream.allowAll();
      var first = post(rig, whole("x"), "Idempotency-Key: k");
      var session = first.header("x-holdfast-session");

      try (var again = EventClient.get(rig.port(), "/v1/sessions/" + session + "/events")) {
        assertThat(again.rest())
            .singleElement()
            .satisfies(event -> assertThat(event.data()).isEqualTo(first.text()));
        assertThat(again.ending()).isEqualTo(Heard.Ending.WHOLE);
      }
    }
  }

  @Test
  void key_ofACallThatCameToNothing_isFreeAgain() throws Exception {
    var refuses = new boolean[] {true};
    try (var upstream =
            ScriptedUpstream.playing((request, out) -> {
              if (refuses[0]) {
                out.write(ScriptedUpstream.head(400, "application/json"));
                out.write(ScriptedUpstream.chunk("{\"error\":{\"message\":\"no\"}}"));
              } else {
                out.write(ScriptedUpstream.head(200, "text/event-stream"));
                out.write(ScriptedUpstream.chunk(ScriptedUpstream.text("yes")));
                out.write(ScriptedUpstream.chunk(ScriptedUpstream.end()));
              }
              out.write(ScriptedUpstream.LAST_CHUNK);
            });
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      var body = ComingBackTest.body("x");
      assertThat(post(rig, body, "Idempotency-Key: k").status()).isEqualTo(400);

      refuses[0] = false;

      assertThat(post(rig, body, "Idempotency-Key: k").status()).isEqualTo(200);
      assertThat(upstream.received()).hasSize(2);
    }
  }

  @Test
  void key_ofAnotherPathVersionOrOwner_isAnother() throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig =
            RelayRig.start(
                RelayRig.oneUpstream(upstream.url())
                    + "keys: [{ name: a, sha256: \""
                    + SessionStateTest.sha256("key-a")
                    + "\" }, { name: b, sha256: \""
                    + SessionStateTest.sha256("key-b")
                    + "\" }]\n")) {
      var body = ComingBackTest.body("x");
      upstream.allowAll();
      var mine = post(rig, body, "x-api-key: key-a", "Idempotency-Key: k");
      upstream.allowAll();
      var theirs = post(rig, body, "x-api-key: key-b", "Idempotency-Key: k");
      var versioned = post(rig, body, "x-api-key: key-a", "Idempotency-Key: k", "OpenAI-Beta: new");

      assertThat(mine.status()).isEqualTo(200);
      assertThat(theirs.status()).isEqualTo(200);
      assertThat(theirs.header("x-holdfast-session"))
          .isNotEqualTo(mine.header("x-holdfast-session"));
      assertThat(versioned.status()).isEqualTo(422);
      assertThat(upstream.calls()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void label_ofTwoRequests_givesTwoAnswers(boolean inBody) throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      var sessions = new HashSet<String>();
      for (var text : List.of("one", "two")) {
        upstream.allowAll();
        var body = ComingBackTest.body(text);
        var heard =
            inBody ? post(rig, labelled(body, "\"mine\"")) : post(rig, body, "X-Session-ID: mine");
        assertThat(heard.status()).as("%s", heard).isEqualTo(200);
        assertThat(heard.header("x-session-id")).isEqualTo("mine");
        sessions.add(heard.header("x-holdfast-session"));
      }

      assertThat(sessions).hasSize(2);
      assertThat(upstream.calls()).isEqualTo(2);
      var listed = RawClient.get(rig.port(), "/v1/sessions?label=mine").text();
      assertThat(sessions).allSatisfy(id -> assertThat(listed).contains(id));
      assertThat(upstream.lastBody()).doesNotContain("session_id").contains("two");
    }
  }

  @Test
  void label_thatIsNone_isABadRequest() throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      var body = ComingBackTest.body("x");
      for (var value : List.of("\"\"", "\"a b\"", "7", "\"" + "x".repeat(129) + "\"")) {
        assertThat(post(rig, labelled(body, value)).status()).as(value).isEqualTo(400);
      }
      assertThat(post(rig, body, "X-Session-ID: a b").status()).isEqualTo(400);
      assertThat(post(rig, labelled(body, "\"a\""), "X-Session-ID: b").status()).isEqualTo(400);
      assertThat(upstream.calls()).isZero();
      upstream.allowAll();
      assertThat(post(rig, labelled(body, "\"a\""), "X-Session-ID: a").status()).isEqualTo(200);
    }
  }

  private static byte[] labelled(byte[] body, String value) {
    return new String(body, StandardCharsets.UTF_8)
        .replace("{\"model\"", "{\"session_id\":" + value + ",\"model\"")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static Heard post(RelayRig rig, byte[] body, String... headers) throws Exception {
    return RawClient.post(rig.port(), RawClient.COMPLETIONS, body, headers);
  }
}

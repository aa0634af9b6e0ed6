package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers that were cut and come back for the rest. */
class ComingBackTest {
  private static final int WORDS = 12;
  private static final String LABEL = "X-Session-ID: mine";

  static byte[] body(String text) {
    return ("{\"model\":\"up/m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
            + text
            + "\"}]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static RelayRig rig(SteppedUpstream upstream, int workers) throws Exception {
    return RelayRig.start(RelayRig.oneUpstream(upstream.url()) + "workers: " + workers + "\n");
  }

  /** How a reader asks for the rest. */
  private static EventClient back(RelayRig rig, boolean get, String session, String lastEventId)
      throws Exception {
    return get
        ? EventClient.get(
            rig.port(), "/v1/sessions/" + session + "/events", "Last-Event-ID: " + lastEventId)
        : EventClient.post(rig.port(), body("x"), LABEL, "Last-Event-ID: " + lastEventId);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "1, false", "2, true", "2, false"})
  void reader_cutAfterEachEventInTurn_hasEachOnceInOrder(int workers, boolean get)
      throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = rig(upstream, workers)) {
      for (int cut = 1; cut <= WORDS; cut++) {
        var seen = new ArrayList<EventClient.Event>();
        String session;
        try (var first = EventClient.post(rig.port(), body("cut " + cut), LABEL)) {
          upstream.allow(cut);
          session = first.header("x-holdfast-session");
          seen.addAll(first.take(cut));
        }
        upstream.allow(WORDS + 1 - cut);

        try (var second = back(rig, get, session, seen.getLast().id())) {
          assertThat(second.status()).isEqualTo(200);
          assertThat(second.header("x-holdfast-session")).isEqualTo(session);
          assertThat(second.header("x-session-id")).isEqualTo("mine");
          seen.addAll(second.rest());
          assertThat(second.ending()).isEqualTo(Heard.Ending.WHOLE);
        }

        assertWhole(seen);
      }
      assertThat(upstream.calls()).isEqualTo(WORDS);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, false"})
  void reader_thatTakesEachEventOnAConnectionOfItsOwn_hasEachOnce(int workers, boolean get)
      throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = rig(upstream, workers)) {
      var seen = new ArrayList<EventClient.Event>();
      String session;
      upstream.allow(1);
      try (var first = EventClient.post(rig.port(), body("step"), LABEL)) {
        session = first.header("x-holdfast-session");
        seen.addAll(first.take(1));
      }
      while (seen.size() < upstream.events()) {
        upstream.allow(1);
        try (var next = back(rig, get, session, seen.getLast().id())) {
          seen.addAll(next.take(1));
        }
      }

      assertWhole(seen);
      assertThat(upstream.calls()).isEqualTo(1);
      try (var last = back(rig, get, session, seen.getLast().id())) {
        assertThat(last.status()).isEqualTo(204);
      }
    }
  }

  private static void assertWhole(List<EventClient.Event> seen) {
    assertThat(seen)
        .extracting(EventClient.Event::number)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, WORDS + 2).boxed().toList());
    for (int i = 0; i < WORDS; i++) {
      assertThat(seen.get(i).data()).contains("\"w" + (i + 1) + " \"");
    }
    assertThat(seen.getLast().data()).isEqualTo("[DONE]");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void session_thatIsOver_replaysFromEveryCursor(int workers) throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = rig(upstream, workers)) {
      upstream.allowAll();
      String session;
      List<EventClient.Event> whole;
      try (var first = EventClient.post(rig.port(), body("x"), LABEL, "Idempotency-Key: k")) {
        session = first.header("x-holdfast-session");
        whole = first.rest();
      }
      RelayRig.until("it is over", () -> rig.relay().liveSessions() == 0);
      assertThat(whole).hasSize(upstream.events());
      var history = whole.getFirst().id().split("-")[0];
      var events = "/v1/sessions/" + session + "/events";

      for (int after = 0; after <= whole.size(); after++) {
        var id = "Last-Event-ID: " + history + "-" + after;
        var ways =
            List.of(
                EventClient.get(rig.port(), events + "?after=" + after),
                EventClient.get(rig.port(), events + "?after=99", id),
                EventClient.post(rig.port(), body("x"), "Idempotency-Key: k", id),
                EventClient.post(rig.port(), body("x"), LABEL, id));
        for (var way : ways) {
          try (way) {
            assertThat(way.status()).isEqualTo(after == whole.size() ? 204 : 200);
            if (after < whole.size()) {
              assertThat(way.rest()).isEqualTo(whole.subList(after, whole.size()));
              assertThat(way.ending()).isEqualTo(Heard.Ending.WHOLE);
            }
          }
        }
      }
      assertThat(upstream.calls()).isEqualTo(1);
      RelayRig.until("nobody reads", () -> rig.relay().liveSessions() == 0);
    }
  }

  @Test
  void session_thatFailed_endsEachReplayWithTheSameErrorAndACut() throws Exception {
    // Structured output is never gone on with, so this break is final.
    try (var upstream =
            ScriptedUpstream.playing((request, out) -> {
              out.write(ScriptedUpstream.head(200, "text/event-stream"));
              out.write(ScriptedUpstream.chunk(ScriptedUpstream.text("{ ")));
              out.write(ScriptedUpstream.chunk(ScriptedUpstream.text("half ")));
              out.write(ScriptedUpstream.LAST_CHUNK);
            });
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      var plain =
          new String(body("x"), StandardCharsets.UTF_8)
              .replace("\"stream\"", "\"response_format\":{\"type\":\"json_object\"},\"stream\"")
              .getBytes(StandardCharsets.UTF_8);
      String session;
      List<EventClient.Event> seen;
      try (var first = EventClient.post(rig.port(), plain, LABEL)) {
        session = first.header("x-holdfast-session");
        seen = first.rest();
      }
      RelayRig.until("it is over", () -> rig.relay().liveSessions() == 0);
      assertThat(seen).hasSize(3).last().extracting(EventClient.Event::name).isEqualTo("error");
      for (int after = 0; after < seen.size() + 2; after++) {
        try (var again =
            EventClient.get(rig.port(), "/v1/sessions/" + session + "/events?after=" + after)) {
          assertThat(again.status()).isEqualTo(200);
          var rest = again.rest();
          assertThat(rest).hasSize(Math.max(1, seen.size() - after));
          assertThat(rest.getLast()).isEqualTo(seen.getLast());
          assertThat(again.ending()).isEqualTo(Heard.Ending.FIN);
        }
      }
    }
  }

  @Test
  void cursor_thatNamesNothing_isRefusedAndOneOutOfFormIsABadRequest() throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = rig(upstream, 1);
        var first = EventClient.post(rig.port(), body("x"), LABEL, "Idempotency-Key: k")) {
      upstream.allow(3);
      var session = first.header("x-holdfast-session");
      var seen = first.take(3);
      var history = seen.getFirst().id().split("-")[0];
      var events = "/v1/sessions/" + session + "/events";

      for (var id : new String[] {history + "-4", "abcdefgh-1"}) {
        var heard = RawClient.get(rig.port(), events, "Last-Event-ID: " + id);
        assertThat(heard.status()).isEqualTo(412);
        assertThat(heard.text())
            .isEqualTo("{\"restart_from\":" + (id.startsWith(history) ? 3 : 0) + "}");
      }
      var foreign =
          RawClient.post(
              rig.port(),
              RawClient.COMPLETIONS,
              body("new"),
              "Idempotency-Key: other",
              "Last-Event-ID: abcdefgh-1");
      assertThat(foreign.status()).isEqualTo(412);
      for (var id : new String[] {"x", history + "-", history + "-x", history, "-1"}) {
        assertThat(RawClient.get(rig.port(), events, "Last-Event-ID: " + id).status())
            .as(id)
            .isEqualTo(400);
      }
      assertThat(RawClient.get(rig.port(), events + "?after=-1").status()).isEqualTo(400);
      assertThat(upstream.calls()).isEqualTo(1);
    }
  }

  /** What it would get is a stream, whose end HTTP/1.0 can't tell from a cut. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void reader_thatComesBackOverHttp10_isRefusedWhateverItsBodySays(boolean stream)
      throws Exception {
    try (var upstream = new SteppedUpstream(WORDS);
        var rig = rig(upstream, 1);
        var first = EventClient.post(rig.port(), body("x"), LABEL)) {
      upstream.allow(3);
      var seen = first.take(3);
      var again = new String(body("x"), StandardCharsets.UTF_8).replace("true", "" + stream);
      var request =
          new String(
              RawClient.request(
                  "POST",
                  RawClient.COMPLETIONS,
                  again.getBytes(StandardCharsets.UTF_8),
                  LABEL,
                  "Last-Event-ID: " + seen.getFirst().id()),
              StandardCharsets.UTF_8);

      try (var client = RawClient.connect(rig.port())) {
        client.send(request.replace("HTTP/1.1", "HTTP/1.0"));

        assertThat(client.hear().status()).isEqualTo(426);
      }
    }
  }
}

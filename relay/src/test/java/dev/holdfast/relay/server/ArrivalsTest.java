package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections on which a request does not arrive. */
class ArrivalsTest {
  private static final String POST =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
          + "Content-Type: application/json\r\n";

  private static RelayRig rig(SteppedUpstream upstream, String within) throws Exception {
    return RelayRig.start(
        RelayRig.oneUpstream(upstream.url()) + "request-within: " + within + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "GET /v1/mod",
        "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n",
        POST + "Content-Length: 100\r\n\r\n",
        POST + "Content-Length: 100\r\n\r\n{\"model\"",
        POST + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"mod\r\n"
      })
  void connection_withHalfARequest_isClosedWithoutAnAnswer(String half) throws Exception {
    try (var upstream = new SteppedUpstream(1);
        var rig = rig(upstream, "200ms");
        var client = RawClient.connect(rig.port())) {
      client.send(half);

      assertThat(client.hear().status()).isZero();
      assertThat(upstream.calls()).isZero();
    }
  }

  @Test
  void connection_thatIsIdleAfterAnAnswer_isClosed() throws Exception {
    try (var upstream = new SteppedUpstream(1);
        var rig = rig(upstream, "200ms");
        var client = RawClient.connect(rig.port())) {
      client.send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n");

      assertThat(client.hear().status()).isEqualTo(200);
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  /** What is refused before its body has come must not hold the connection either. */
  @Test
  void connection_whoseRestOfABodyNobodyWants_isClosed() throws Exception {
    try (var upstream = new SteppedUpstream(1);
        var rig = rig(upstream, "200ms");
        var client = RawClient.connect(rig.port())) {
      client.send(
          "POST /v1/nothing HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{");

      assertThat(client.hear().status()).isEqualTo(404);
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void answer_thatTakesLongerThanARequestMay_isNotCut() throws Exception {
    try (var upstream = new SteppedUpstream(3);
        var rig = rig(upstream, "50ms");
        var other = RawClient.connect(rig.port());
        var reader = EventClient.post(rig.port(), ComingBackTest.body("slow"))) {
      upstream.allow(1);
      reader.take(1);
      // Time has passed for a connection that sends nothing, and so for the reader's.
      assertThat(other.isClosedByPeer()).isTrue();
      upstream.allow(3);

      reader.rest();

      assertThat(reader.ending()).isEqualTo(Heard.Ending.WHOLE);
    }
  }

  /** The end of one answer and the beginning of the next meet in one turn. */
  @Test
  void answer_askedForBehindAnother_isNotCut() throws Exception {
    try (var upstream = new SteppedUpstream(3);
        var rig = rig(upstream, "50ms");
        var other = RawClient.connect(rig.port());
        var client = RawClient.connect(rig.port())) {
      client.send(
          "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"
              + new String(
                  RawClient.request("POST", RawClient.COMPLETIONS, ComingBackTest.body("next")),
                  StandardCharsets.UTF_8));
      upstream.allow(1);
      assertThat(client.hear().status()).isEqualTo(200);
      client.hearUntil("id: ");
      assertThat(other.isClosedByPeer()).isTrue();
      try (var later = RawClient.connect(rig.port())) {
        assertThat(later.isClosedByPeer()).isTrue();
      }
      upstream.allow(3);

      assertThat(client.hearUntil("[DONE]\n\n\r\n0\r\n\r\n")).contains("data: ");
    }
  }

  @Test
  void connection_thatIsUsedAgainInTime_servesOn() throws Exception {
    try (var upstream = new SteppedUpstream(1);
        var rig = rig(upstream, "30s");
        var client = RawClient.connect(rig.port())) {
      for (int i = 0; i < 3; i++) {
        client.send(
            RawClient.request("POST", RawClient.COMPLETIONS, "{".getBytes(StandardCharsets.UTF_8)));
        assertThat(client.hear().status()).isEqualTo(400);
      }
    }
  }
}

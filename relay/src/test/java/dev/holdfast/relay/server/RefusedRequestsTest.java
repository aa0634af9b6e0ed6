package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.relay.config.ConfigException;
import dev.holdfast.relay.config.RelayConfig;
import io.airlift.compress.v3.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests made to harm: refused plainly, closed where the rest of the connection can't be trusted,
 * and never at the cost of the next. {@link PlainErrorsTest} holds the slips of honest callers.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusedRequestsTest {
  private static final String GOOD =
      "{\"model\":\"up/m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"stream\":true}";
  private static final String ROUTES = "routes: { known: [up/m] }\n";
  private static final String BODY_MAX = "body-max: 64KB\n";
  private static final int BODY_BYTES_MAX = 64 << 10;

  /** SHA-256 of "right". */
  private static final String RIGHT_HASH =
      "27042f4e6eca7d0b2a7ee4026df2ecfa51d3339e6d122aa099118ecd8563bad9";

  private ScriptedUpstream upstream;
  private RelayRig rig;
  private RelayRig keyed;

  @BeforeAll
  void start() throws Exception {
    var stream = ScriptedUpstream.text("hello") + ScriptedUpstream.end();
    upstream = ScriptedUpstream.streaming(stream.getBytes(StandardCharsets.UTF_8), 512);
    rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()) + BODY_MAX);
    keyed =
        RelayRig.start(
            RelayRig.oneUpstream(upstream.url())
                + ROUTES
                + "keys: [{ name: web, sha256: [\""
                + RIGHT_HASH
                + "\"] }]\n");
  }

  @AfterAll
  void stop() throws Exception {
    rig.close();
    keyed.close();
    upstream.close();
  }

  /** Nothing is lost by a refusal: the relay serves on, and no session is left over. */
  @AfterEach
  void relay_afterwards_servesOn() throws Exception {
    var heard = post(GOOD);
    assertThat(heard.status()).as("%s", heard).isEqualTo(200);
    assertThat(heard.ending()).isEqualTo(Heard.Ending.WHOLE);
    RelayRig.until("no session is live", () -> rig.relay().liveSessions() == 0);
  }

  private Heard post(String body, String... headers) throws IOException {
    return post(body.getBytes(StandardCharsets.UTF_8), headers);
  }

  private Heard post(byte[] body, String... headers) throws IOException {
    return RawClient.post(rig.port(), RawClient.COMPLETIONS, body, headers);
  }

  private static JsonNode refused(Heard heard, int status, String why) {
    assertThat(heard.status()).as("%s", heard).isEqualTo(status);
    assertThat(heard.ending()).isEqualTo(Heard.Ending.WHOLE);
    assertThat(heard.header("x-should-retry")).isEqualTo("false");
    assertThat(heard.header("x-holdfast-why")).isEqualTo(why);
    var error = new JsonMapper().readTree(heard.body()).path("error");
    assertThat(error.path("why").asString()).isEqualTo(why);
    assertThat(error.path("retryable").asBoolean()).isFalse();
    assertThat(error.path("message").asString()).isNotBlank().doesNotContain("Exception");
    return error;
  }

  static Stream<String> unreadable() {
    return Stream.of(
        "",
        "{",
        "[]",
        "nonsense",
        "{\"model\":\"up/m\"}",
        "{\"messages\":[]}",
        "{\"model\":7,\"messages\":[]}",
        "{\"model\":\"up/m\",\"messages\":{}}",
        "{\"model\":\"up/m\",\"model\":\"other\",\"messages\":[]}",
        "{\"model\":\"up/m\",\"messages\":[],\"stream\":\"yes\"}",
        GOOD + GOOD,
        GOOD.replace("hello", "a\u0000b"),
        "{\"model\":\"up/m\",\"messages\":" + "[".repeat(200) + "]".repeat(200) + "}",
        "{\"model\":\"up/m\",\"messages\":[],\"x\":" + "[".repeat(20_000));
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void body_thatIsNoRequest_is400(String body) throws Exception {
    var error = refused(post(body), 400, "invalid_request");

    assertThat(error.path("message").asString()).containsAnyOf("expected", "stands twice");
  }

  @Test
  void body_overTheCapByItsLength_is413BeforeItIsRead() throws Exception {
    try (var client = RawClient.connect(rig.port())) {
      client.send(
          "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n");

      var error = refused(client.hear(), 413, "body_too_large");

      assertThat(error.path("message").asString()).contains(Integer.toString(BODY_BYTES_MAX));
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void body_overTheCapInChunks_is413() throws Exception {
    try (var client = RawClient.connect(rig.port())) {
      client.send(
          "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send(ScriptedUpstream.chunk(" ".repeat(BODY_BYTES_MAX + 1)));

      refused(client.hear(), 413, "body_too_large");
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "deflate", "gzip, gzip", "x"})
  void body_inAnotherEncoding_is415(String encoding) throws Exception {
    var error = refused(post(GOOD, "Content-Encoding: " + encoding), 415, "unsupported_encoding");

    assertThat(error.path("message").asString()).contains("gzip, zstd");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void bomb_inAnyEncoding_is413(String encoding) throws Exception {
    var bomb = encoded(encoding, " ".repeat(30 << 20));
    assertThat(bomb.length).isLessThan(BODY_BYTES_MAX);

    refused(post(bomb, "Content-Encoding: " + encoding), 413, "body_too_large");
  }

  private static byte[] encoded(String encoding, String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        encoding.equals("gzip") ? new GZIPOutputStream(bytes) : new ZstdOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void model_thatIsUnknown_is404ThatNamesTheKnown() throws Exception {
    var heard =
        RawClient.post(
            keyed.port(),
            RawClient.COMPLETIONS,
            GOOD.replace("up/m", "unknown").getBytes(StandardCharsets.UTF_8),
            "x-api-key: right");

    var error = refused(heard, 404, "unknown_model");
    assertThat(error.path("message").asString()).contains("known");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/nothing",
        "/v1/chat/completions/",
        "/v1//chat/completions",
        "/v1/chat/%63ompletions",
        "/v1/x/../chat/completions",
        "/V1/chat/completions",
        "//v1/chat/completions"
      })
  void endpoint_thatIsNotExactlyOne_is404(String path) throws Exception {
    var heard = RawClient.post(rig.port(), path, GOOD.getBytes(StandardCharsets.UTF_8));

    var error = refused(heard, 404, "unknown_endpoint");
    assertThat(error.path("message").asString()).contains("/v1/chat/completions");
  }

  /** Otherwise a few halves of large ones end the process, and everybody's sessions with it. */
  @Test
  void body_thatTheMemoryHasNoRoomFor_is503_andTheRoomComesBack() throws Exception {
    var room = rig.relay().bodyRoom();
    RelayRig.until("nothing arrives", () -> room.left() == RelayRig.bodyRoomBytes());
    int all = (int) room.left();
    assertThat(room.take(all)).isTrue();

    var heard = post(GOOD);

    room.release(all);
    assertThat(heard.status()).isEqualTo(503);
    assertThat(heard.header("x-holdfast-why")).isEqualTo("overloaded");
    assertThat(heard.header("retry-after")).isEqualTo("5");
    assertThat(heard.text()).contains("\"retryable\":true");
    try (var client = RawClient.connect(rig.port())) {
      client.send(
          "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"mod");
      RelayRig.until("half of it has come", () -> room.left() < all);
      client.abort();
      RelayRig.until("it is forgotten", () -> room.left() == all);
    }
    refused(post("{"), 400, "invalid_request");
    assertThat(room.left()).isEqualTo(all);
  }

  /** Left without an answer, its caller would wait for ever. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/sessions?label=%zz",
        "/v1/sessions?x=%",
        "/v1/sessions?state=live&state=failed",
        "/v1/sessions/x?erase=true&erase=false",
        "/v1/sessions/x/events?after=%zz",
        "/v1/sessions/x/events?after=1&after=2",
        "/v1/sessions/x/events?after=1&AFTER=2"
      })
  void query_thatCantBeReadOneWay_is400(String path) throws Exception {
    var error = refused(RawClient.get(rig.port(), path), 400, "invalid_request");

    assertThat(error.path("message").asString()).contains("query");
  }

  /** It is kept with the session, and every list would repeat it. */
  @Test
  void model_longerThanAnyName_is400() throws Exception {
    var longest = "up/" + "m".repeat(509);

    assertThat(post(GOOD.replace("up/m", longest)).status()).isEqualTo(200);
    var error = refused(post(GOOD.replace("up/m", longest + "m")), 400, "invalid_request");

    assertThat(error.path("message").asString()).contains("model", "512");
  }

  @Test
  void page_ofAnotherPlace_is403() throws Exception {
    refused(post(GOOD, "Origin: https://example.org"), 403, "refused_by_gate");
    refused(post(GOOD, "Host: example.org"), 403, "refused_by_gate");
    refused(post(GOOD, "Host: localhost.example.org"), 403, "refused_by_gate");
    refused(post(GOOD, "Content-Type: text/plain"), 415, "refused_by_gate");
  }

  @Test
  void key_thatIsMissingOrWrong_is401BeforeAnyLookUp() throws Exception {
    for (var path : new String[] {RawClient.COMPLETIONS, "/v1/nothing", "/v1/models"}) {
      for (var header :
          new String[] {"X-A: b", "x-api-key: wrong", "Authorization: Bearer wrong"}) {
        var heard =
            RawClient.post(keyed.port(), path, "{".getBytes(StandardCharsets.UTF_8), header);

        refused(heard, 401, "unauthorized");
      }
    }
    assertThat(RawClient.get(keyed.port(), "/v1/models", "x-api-key: right").status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: localhost\r\nHost: example.org",
        "Host: localhost\r\nAuthorization: Bearer right\r\nAuthorization: Bearer wrong",
        "Host: localhost\r\nx-api-key: right\r\nx-api-key: wrong",
        "Host: localhost\r\nContent-Type: application/json\r\nContent-Type: text/plain"
      })
  void header_thatStandsTwice_isRefused(String twice) throws Exception {
    try (var client = RawClient.connect(keyed.port())) {
      client.send(
          "POST /v1/chat/completions HTTP/1.1\r\n" + twice + "\r\nContent-Length: 0\r\n\r\n");

      refused(client.hear(), 400, "invalid_request");
    }
  }

  /** What two parsers could read in two ways ends the connection. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}  ",
        "Content-Length: +4\r\n\r\n{}  ",
        "Content-Length: 4x\r\n\r\n{}  ",
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n4\n{}  \r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-4\r\n{}  \r\n0\r\n\r\n",
        "Content-Length: 2\nX-A: b\r\n\r\n{}",
        "X-Nul: a\u0000b\r\nContent-Length: 2\r\n\r\n{}",
        ": b\r\nContent-Length: 2\r\n\r\n{}"
      })
  void request_thatCouldBeReadTwoWays_isRefusedAndClosed(String rest) throws Exception {
    int before = upstream.received().size();
    try (var client = RawClient.connect(rig.port())) {
      var smuggled =
          RawClient.request("POST", RawClient.COMPLETIONS, GOOD.getBytes(StandardCharsets.UTF_8));
      // In one write, so that both are there when the first is refused.
      client.send(
          "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\n"
              + rest
              + new String(smuggled, StandardCharsets.UTF_8));

      var heard = client.hear();

      assertThat(heard.status()).as("%s", heard).isIn(0, 400);
      assertThat(client.isClosedByPeer()).isTrue();
    }
    // What was served all the same has reached the upstream by the time that its session is over.
    RelayRig.until("no session is live", () -> rig.relay().liveSessions() == 0);
    assertThat(upstream.received()).hasSize(before);
  }

  @Test
  void head_thatIsTooLarge_is431AndClosed() throws Exception {
    try (var client = RawClient.connect(rig.port())) {
      client.send(
          "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX-A: "
              + "a".repeat(40 << 10)
              + "\r\n\r\n");

      assertThat(client.hear().status()).isEqualTo(431);
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "\"", "a/b", "\u00e9", "x,y"})
  void label_thatIsMalformed_is400(String label) throws Exception {
    var error = refused(post(GOOD, "X-Session-ID: " + label), 400, "invalid_request");

    assertThat(error.path("message").asString()).contains("X-Session-ID");
  }

  @Test
  void configuration_thatCantBe_namesKeyAndRule() {
    assertThatThrownBy(() -> RelayConfig.parse("listen: 127.0.0.1:0\n", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("upstreams")
        .hasMessageContaining("expected at least one upstream");
    assertThatThrownBy(() -> RelayConfig.parse("upstreams: [\n", Map.of()))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() ->
            RelayConfig.parse(
                "upstreams: { a: { profile: deepseek, key: \"${MISSING_KEY}\" } }", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("MISSING_KEY");
  }
}

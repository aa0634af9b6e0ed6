package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.simulator.SimulatorServer;
import io.airlift.compress.v3.zstd.ZstdJavaCompressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes wrong before there is a session: said plainly, and nobody else is hurt. */
class PlainErrorsTest {
  private static final String PATH = "/v1/chat/completions";
  private static final byte[] GOOD =
      utf8("{\"model\":\"up/m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");

  private final SimulatorServer simulator = SimulatorServer.start();
  private RelayRig rig = startRig();

  private RelayRig startRig() {
    try {
      return RelayRig.start(RelayRig.oneUpstream(simulator.baseUrl()) + "body-max: 64KB\n");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void relayServes() throws IOException {
    assertThat(RawClient.get(rig.port(), "/healthz").status()).isEqualTo(200);
  }

  @AfterEach
  void relayServesOn() throws Exception {
    assertThat(RawClient.post(rig.port(), PATH, GOOD).status()).isEqualTo(200);
    rig.close();
    simulator.close();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] zstd(byte[] bytes) {
    var compressor = new ZstdJavaCompressor();
    var out = new byte[compressor.maxCompressedLength(bytes.length)];
    int length = compressor.compress(bytes, 0, bytes.length, out, 0, out.length);
    return Arrays.copyOf(out, length);
  }

  private void refused(Heard heard, int status, String why, String message) {
    assertThat(heard.status()).as(heard.toString()).isEqualTo(status);
    assertThat(heard.text()).contains("\"why\":\"" + why + "\"").contains(message);
    assertThat(heard.header("x-should-retry")).isEqualTo("false");
  }

  @Test
  void invalidJson_isSaid() throws Exception {
    refused(
        RawClient.post(rig.port(), PATH, utf8("{\"model\":")), 400, "invalid_request", "expected");
  }

  @Test
  void depthBomb_isRefused() throws Exception {
    var bomb = utf8("{\"model\":\"up/m\",\"messages\":" + "[".repeat(20_000));

    refused(RawClient.post(rig.port(), PATH, bomb), 400, "invalid_request", "128 levels");
  }

  @Test
  void memberThatStandsTwice_isRefused() throws Exception {
    var twice = utf8("{\"model\":\"up/m\",\"model\":\"up/n\",\"messages\":[]}");

    refused(RawClient.post(rig.port(), PATH, twice), 400, "invalid_request", "twice");
  }

  @Test
  void bodyOverTheCap_isRefusedByItsLength() throws Exception {
    refused(
        RawClient.post(rig.port(), PATH, new byte[70_000]), 413, "body_too_large", "65536 bytes");
  }

  @Test
  void bodyOverTheCap_isRefusedInChunks() throws Exception {
    try (var client = RawClient.connect(rig.port())) {
      client.send(
          "POST "
              + PATH
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n11170\r\n");
      client.send(new byte[70_000]);

      refused(client.hear(), 413, "body_too_large", "65536 bytes");
    }
  }

  @Test
  void gzipBomb_isRefused() throws Exception {
    refused(
        RawClient.post(rig.port(), PATH, gzip(new byte[4 << 20]), "Content-Encoding: gzip"),
        413,
        "body_too_large",
        "once decoded");
  }

  @Test
  void gzipAndZstdBodies_work() throws Exception {
    assertThat(RawClient.post(rig.port(), PATH, gzip(GOOD), "Content-Encoding: gzip").status())
        .isEqualTo(200);
    assertThat(RawClient.post(rig.port(), PATH, zstd(GOOD), "Content-Encoding: zstd").status())
        .isEqualTo(200);
  }

  @Test
  void bodyThatIsNotInItsEncoding_isRefused() throws Exception {
    for (var encoding : new String[] {"gzip", "zstd"}) {
      refused(
          RawClient.post(rig.port(), PATH, GOOD, "Content-Encoding: " + encoding),
          400,
          "invalid_request",
          encoding);
    }
  }

  @Test
  void otherEncoding_isRefused() throws Exception {
    refused(
        RawClient.post(rig.port(), PATH, GOOD, "Content-Encoding: br"),
        415,
        "unsupported_encoding",
        "gzip, zstd");
  }

  @Test
  void unknownModel_isSaidWithThoseThatAreKnown() throws Exception {
    var yaml = RelayRig.oneUpstream(simulator.baseUrl()) + "routes: { known: [up/m] }\n";
    try (var routed = RelayRig.start(yaml)) {
      refused(
          RawClient.post(routed.port(), PATH, utf8("{\"model\":\"nobody\",\"messages\":[]}")),
          404,
          "unknown_model",
          "known");
    }
  }

  @Test
  void wrongMethod_namesTheRightOne() throws Exception {
    var heard = RawClient.get(rig.port(), PATH);

    refused(heard, 405, "method_not_allowed", "expected POST");
    assertThat(heard.header("allow")).isEqualTo("POST");
  }

  @Test
  void unknownEndpoint_isSaid() throws Exception {
    for (var path : new String[] {"/v1/nothing", "//v1/models", "/v1/%6dodels", "/v1/models/"}) {
      refused(RawClient.get(rig.port(), path), 404, "unknown_endpoint", "/v1/chat/completions");
    }
  }

  @Test
  void streamOverHttp10_isRefusedWithTheLineToSet() throws Exception {
    var body = utf8("{\"model\":\"up/m\",\"stream\":true,\"messages\":[]}");
    try (var client = RawClient.connect(rig.port())) {
      client.send(
          "POST "
              + PATH
              + " HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: "
              + body.length
              + "\r\n\r\n");
      client.send(body);

      refused(client.hear(), 426, "http_1_1_needed", "proxy_http_version 1.1");
    }
  }

  @Test
  void pageOfAForeignOrigin_isRefused() throws Exception {
    refused(
        RawClient.post(rig.port(), PATH, GOOD, "Origin: https://evil.example"),
        403,
        "refused_by_gate",
        "Origin");
  }

  @Test
  void hostThatIsNotThisMachine_isRefused() throws Exception {
    refused(
        RawClient.post(rig.port(), PATH, GOOD, "Host: rebound.example"),
        403,
        "refused_by_gate",
        "Host");
  }

  @Test
  void formOfAPage_isRefused() throws Exception {
    refused(
        RawClient.post(rig.port(), PATH, GOOD, "Content-Type: text/plain"),
        415,
        "refused_by_gate",
        "application/json");
  }

  @Test
  void labelOutOfItsForm_isRefused() throws Exception {
    refused(
        RawClient.post(rig.port(), PATH, GOOD, "X-Session-ID: a b"),
        400,
        "invalid_request",
        "X-Session-ID");
  }

  @Test
  void redirectingUpstream_isNotFollowed() throws Exception {
    try (var elsewhere = ByteUpstream.streaming(utf8("data: [DONE]\n\n"), 1);
        var upstream =
            ByteUpstream.start(
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: "
                    + elsewhere.url()
                    + "/chat/completions\r\nTransfer-Encoding: chunked\r\n\r\n",
                new byte[0],
                1);
        var redirected = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      refused(RawClient.post(redirected.port(), PATH, GOOD), 503, "redirect", "307");
      assertThat(elsewhere.received()).isEmpty();
    }
  }

  @Test
  void smuggledRequest_isRefusedAndTheConnectionClosed() throws Exception {
    try (var client = RawClient.connect(rig.port())) {
      client.send(
          "POST "
              + PATH
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/models"
              + " HTTP/1.1\r\nHost: localhost\r\n\r\n");

      assertThat(client.hear().status()).isEqualTo(400);
      assertThat(client.isClosedByPeer()).isTrue();
    }
  }

  @Test
  void missingOrWrongKey_isA401BeforeAnythingElse() throws Exception {
    var yaml =
        RelayRig.oneUpstream(simulator.baseUrl())
            + "keys:\n  - { name: web, sha256: [\""
            + "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b" // "secret"
            + "\"] }\n";
    try (var keyed = RelayRig.start(RelayConfig.parse(yaml, java.util.Map.of()), null)) {
      refused(RawClient.post(keyed.port(), PATH, GOOD), 401, "unauthorized", "expected a key");
      refused(
          RawClient.get(keyed.port(), "/v1/nothing", "Authorization: Bearer wrong"),
          401,
          "unauthorized",
          "expected a key");
      assertThat(RawClient.post(keyed.port(), PATH, GOOD, "Authorization: Bearer secret").status())
          .isEqualTo(200);
      assertThat(RawClient.post(keyed.port(), PATH, GOOD, "x-api-key: secret").status())
          .isEqualTo(200);
    }
  }
}

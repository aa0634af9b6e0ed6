package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.sse.SseNormaliser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P8 at its edges: streams in the smallest pieces and the largest events, and the exact lists of
 * headers that pass. {@link TransparencyTest} holds each framing by itself.
 */
class PassedListsTest {
  private static final String PLAIN =
      "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n"
          + ScriptedUpstream.text("Xin ch\u00e0o \\ud83c\\udfee \\\"[DONE]\\\" data x")
          + ScriptedUpstream.text("\u9752\u7a7a\\n\\n")
          + ScriptedUpstream.end();

  private static final String BODY =
      "{ \"temperature\" : 1.0e-0, \"messages\":[{\"role\":\"user\",\"content\":\"h\\u00e9 \\/\"}],"
          + "\"model\":\"up/m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
          + "\"a thing to come\":[null,{\"x\":1e400}]\n}";

  static Stream<String> streams() {
    return Stream.of(
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "\uFEFF" + PLAIN,
        PLAIN.replace("data: ", "data:"),
        PLAIN.replace("data: ", ": OPENROUTER PROCESSING\n\ndata: "),
        PLAIN.replace("data: {", ": inside\ndata: {"),
        PLAIN.replace("data: ", "id: 7\ndata: "),
        PLAIN.replace("data: {", "retry: 1500\ndata: {"),
        PLAIN.replace("data: {", "event: chunk\nid\ndata: {"),
        PLAIN.replace("data: {", "event: ping\n\ndata: \n\nid: 9\n\ndata: {"),
        PLAIN.replace("{\"id\"", "{\ndata: \"id\"").replace("\n\ndata: \"id\"", "\ndata: \"id\""),
        PLAIN.replace("}]}", "}],\"obfuscation\":\"aB3xZ\"}"),
        PLAIN.replace("}]}", "}],\"usage\":null}      "),
        PLAIN.replace(",\"model\":\"m\"", ",\"model\":\"m\",\"x\":{\"y\":[1,2.50,-0e1]}"),
        PLAIN.replace(
            "data: [DONE]",
            "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"completion_tokens\":2}}\n\ndata: [DONE]"),
        ScriptedUpstream.text("long ".repeat(60_000)) + ScriptedUpstream.end());
  }

  @ParameterizedTest
  @MethodSource("streams")
  void unbrokenStream_byteForByte_isThatOfTheUpstream(String stream) throws Exception {
    var bytes = stream.getBytes(StandardCharsets.UTF_8);
    for (int pieceBytes : bytes.length > 10_000 ? new int[] {4096} : new int[] {1, 7, bytes.length}) {
      try (var upstream = ScriptedUpstream.streaming(bytes, pieceBytes);
          var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
        var heard =
            RawClient.post(
                rig.port(), RawClient.COMPLETIONS, BODY.getBytes(StandardCharsets.UTF_8));

        assertThat(heard.ending()).isEqualTo(Heard.Ending.WHOLE);
        assertThat(withoutOurIds(heard.text()))
            .isEqualTo(new String(SseNormaliser.normalise(bytes), StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void request_byteForByte_differsByTheClosedListAlone() throws Exception {
    try (var upstream = ScriptedUpstream.streaming(PLAIN.getBytes(StandardCharsets.UTF_8), 512);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      post(rig, BODY);
      post(rig, BODY.replace("\"include_usage\":true", "\"include_usage\": false , \"x\":1"));
      post(rig, BODY.replace("\"stream\":true", "\"session_id\":\"s\",\"stream\":true"));
      post(rig, BODY.replace("\"stream\":true", "\"stream\":false"));

      // The last one is asked again, because this upstream streams all the same.
      assertThat(upstream.received().subList(0, 4))
          .extracting(ScriptedUpstream.Received::text)
          .containsExactly(
              BODY.replace("up/m", "m"),
              BODY.replace("up/m", "m")
                  .replace("\"include_usage\":true", "\"include_usage\": false , \"x\":1"),
              BODY.replace("up/m", "m"),
              // An unknown member: the assembler can't vouch for it, so it goes up unstreamed.
              BODY.replace("up/m", "m").replace("\"stream\":true", "\"stream\":false"));
    }
  }

  @Test
  void headers_upwards_areTheAllowedAlone() throws Exception {
    try (var upstream = ScriptedUpstream.streaming(PLAIN.getBytes(StandardCharsets.UTF_8), 512);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      var heard = RawClient.post(
          rig.port(),
          RawClient.COMPLETIONS,
          BODY.getBytes(StandardCharsets.UTF_8),
          "Authorization: Bearer caller",
          "x-api-key: caller",
          "api-key: caller",
          "Proxy-Authorization: Basic caller",
          "Cookie: caller",
          "Forwarded: for=caller",
          "X-Forwarded-For: caller",
          "X-Forwarded-Host: caller",
          "X-Real-IP: caller",
          "Via: caller",
          "X-Session-ID: caller",
          "Idempotency-Key: caller",
          "X-Holdfast-Client: caller/1",
          "X-Stainless-Timeout: 600",
          "X-Simulator-Plan: caller; 503",
          "X-Anything: caller",
          "OpenAI-Organization: org",
          "OpenAI-Project: project",
          "OpenAI-Beta: beta",
          "HTTP-Referer: https://example.org",
          "X-Title: title",
          "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

      assertThat(heard.status()).as("%s", heard).isEqualTo(200);
      var up = upstream.received().getFirst().headers();
      assertThat(up.keySet())
          .containsExactlyInAnyOrder(
              "host",
              "authorization",
              "content-type",
              "content-length",
              "accept",
              "accept-encoding",
              "user-agent",
              "openai-organization",
              "openai-project",
              "openai-beta",
              "http-referer",
              "x-title",
              "traceparent");
      assertThat(up.toString()).doesNotContain("caller");
      assertThat(up)
          .containsAllEntriesOf(
              Map.of(
                  "authorization", "Bearer sk-canary-upstream",
                  "accept-encoding", "identity",
                  "openai-organization", "org"));
    }
  }

  @Test
  void headers_downwards_areTheAllowedAlone() throws Exception {
    try (var upstream =
            ScriptedUpstream.streaming(
                PLAIN.getBytes(StandardCharsets.UTF_8),
                512,
                "x-request-id: req_1",
                "x-ratelimit-remaining-requests: 9",
                "openai-processing-ms: 5",
                "Set-Cookie: a=b",
                "Server: upstream",
                "Alt-Svc: h3",
                "Access-Control-Allow-Origin: *",
                "X-Powered-By: upstream",
                "X-Holdfast-Session: theirs");
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      var heard =
          RawClient.post(
              rig.port(),
              RawClient.COMPLETIONS,
              BODY.getBytes(StandardCharsets.UTF_8),
              "X-Session-ID: my-label.1");

      assertThat(heard.headers())
          .extracting(Map.Entry::getKey)
          .containsExactlyInAnyOrder(
              "x-holdfast-session",
              "x-session-id",
              "cache-control",
              "x-accel-buffering",
              "content-type",
              "transfer-encoding",
              "x-request-id",
              "x-ratelimit-remaining-requests",
              "openai-processing-ms");
      assertThat(heard.header("x-holdfast-session")).matches("hf_[0-9A-Za-z]{22}");
      assertThat(heard.header("x-session-id")).isEqualTo("my-label.1");
      assertThat(heard.header("cache-control")).isEqualTo("private, no-store, no-transform");
    }
  }

  @Test
  void connection_afterDone_servesTheNextCall() throws Exception {
    try (var upstream = ScriptedUpstream.streaming(PLAIN.getBytes(StandardCharsets.UTF_8), 512);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()) + "workers: 1\n")) {
      for (int i = 0; i < 5; i++) {
        assertThat(post(rig, BODY).ending()).isEqualTo(Heard.Ending.WHOLE);
      }

      assertThat(upstream.received())
          .extracting(ScriptedUpstream.Received::connection)
          .isEqualTo(List.of(1, 1, 1, 1, 1));
    }
  }

  private static Heard post(RelayRig rig, String body) throws Exception {
    return RawClient.post(
        rig.port(), RawClient.COMPLETIONS, body.getBytes(StandardCharsets.UTF_8));
  }

  private static String withoutOurIds(String text) {
    return text.replaceAll("(?m)^id: [0-9a-z]{8,32}-[0-9]+\n", "");
  }
}

package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.sse.SseNormaliser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An unbroken stream is the upstream's own, but for a closed list; so is a request. */
class TransparencyTest {
  private static final long SEED = 42;
  private static final String PATH = "/v1/chat/completions";
  private static final String CHUNK =
      "{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m-2026\","
          + "\"obfuscation\":\"aX9\",\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]"
          + ",\"usage\":null}";

  private static String chunk(String delta, String finish) {
    return CHUNK.formatted(delta, finish);
  }

  private static final List<String> DATA =
      List.of(
          chunk("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "null"),
          chunk("{\"content\":\"Xin chào, \"}", "null"),
          chunk("{\"content\":\"thế giới 👩‍🚀 \\ud83d\\ude80\"}", "null"),
          chunk("{\"content\":\"\"}", "null"),
          chunk("{\"content\":\" and  {\\\"a\\\": 1}\"}", "null"),
          chunk("{}", "\"stop\""),
          "{\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}",
          "[DONE]");

  static List<Arguments> framings() {
    var plain = String.join("", DATA.stream().map(d -> "data: " + d + "\n\n").toList());
    return List.of(
        Arguments.of("lf", plain),
        Arguments.of("crlf", plain.replace("\n", "\r\n")),
        Arguments.of("cr", plain.replace("\n", "\r")),
        Arguments.of("byte order mark", "\uFEFF" + plain),
        Arguments.of("no space after the colon", plain.replace("data: ", "data:")),
        Arguments.of("comments", plain.replace("data: {", ": keep-alive\n\ndata: {")),
        Arguments.of("comments in blocks", plain.replace("data: {", ": x\ndata: {")),
        Arguments.of("ids", plain.replace("data: {", "id: 17\ndata: {")),
        Arguments.of("retry", plain.replace("data: {", "retry: 300\ndata: {")),
        Arguments.of("empty events", plain.replace("data: {", "data:\n\ndata: {")),
        Arguments.of("several data lines", plain.replace(",\"choices\"", ",\ndata: \"choices\"")),
        Arguments.of("padding", plain.replace("}\n\n", "      }\n\n")));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("framings")
  void unbrokenStream_equalsTheUpstreams_afterTheOneNormaliser(String name, String stream)
      throws Exception {
    try (var upstream = ByteUpstream.streaming(utf8(stream), SEED);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      var heard =
          RawClient.post(
              rig.port(),
              PATH,
              utf8(
                  "{\"model\":\"up/m\",\"stream\":true,\"messages\":[],"
                      + "\"stream_options\":{\"include_usage\":true}}"));

      assertThat(heard.status()).as(heard.toString()).isEqualTo(200);
      assertThat(heard.ending()).isEqualTo(Heard.Ending.WHOLE);
      assertThat(new String(SseNormaliser.normalise(heard.body()), StandardCharsets.UTF_8))
          .isEqualTo(new String(SseNormaliser.normalise(utf8(stream)), StandardCharsets.UTF_8));
      assertThat(heard.text().lines().filter(l -> l.startsWith("id: ")).count())
          .as("numbered events")
          .isEqualTo(DATA.size());
    }
  }

  @Test
  void usageChunk_thatTheRelayAskedFor_isTakenOutAndNothingElse() throws Exception {
    var stream = String.join("", DATA.stream().map(d -> "data: " + d + "\n\n").toList());
    var usage = "data: " + DATA.get(6) + "\n\n";
    try (var upstream = ByteUpstream.streaming(utf8(stream), SEED);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      var heard =
          RawClient.post(
              rig.port(), PATH, utf8("{\"model\":\"up/m\",\"stream\":true,\"messages\":[]}"));

      assertThat(new String(SseNormaliser.normalise(heard.body()), StandardCharsets.UTF_8))
          .isEqualTo(stream.replace(usage, ""));
      assertThat(upstream.received().getFirst().text())
          .isEqualTo(
              "{\"model\":\"m\",\"stream\":true,\"messages\":[],"
                  + "\"stream_options\":{\"include_usage\":true}}");
    }
  }

  @Test
  void request_differsByTheListOfEditsAlone() throws Exception {
    var stream = String.join("", DATA.stream().map(d -> "data: " + d + "\n\n").toList());
    var sent =
        " {\"temperature\" : 0.10,\n \"model\":\"up\\/m\", \"unknown\":{\"b\":[1,  2.00e1]},"
            + "\"session_id\":\"s-1\",\"messages\":[{\"role\":\"user\",\"content\":\"\\u00e9 é\"}],"
            + "\"stream\":true,\"stream_options\":{\"include_usage\":false} }\n";
    try (var upstream = ByteUpstream.streaming(utf8(stream), SEED);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      RawClient.post(rig.port(), PATH, utf8(sent));

      assertThat(upstream.received().getFirst().text())
          .isEqualTo(sent.replace("\"up\\/m\"", "\"m\"").replace("\"session_id\":\"s-1\",", ""));
    }
  }

  @Test
  void headers_goUpAndDownByTheListAlone() throws Exception {
    var stream = String.join("", DATA.stream().map(d -> "data: " + d + "\n\n").toList());
    try (var upstream = ByteUpstream.streaming(utf8(stream), SEED);
        var rig = RelayRig.start(RelayRig.oneUpstream(upstream.url()))) {
      var heard =
          RawClient.post(
              rig.port(),
              PATH,
              utf8("{\"model\":\"up/m\",\"stream\":true,\"messages\":[]}"),
              "Authorization: Bearer caller-canary",
              "Cookie: session=1",
              "X-Forwarded-For: 10.0.0.1",
              "Forwarded: for=10.0.0.1",
              "X-Simulator-Plan: k; 503",
              "OpenAI-Organization: org-1",
              "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
              "X-Session-ID: my-label");

      var received = upstream.received().getFirst();
      assertThat(received.header("authorization")).containsExactly("Bearer sk-canary-upstream");
      assertThat(received.header("openai-organization")).containsExactly("org-1");
      assertThat(received.header("traceparent")).hasSize(1);
      assertThat(received.header("accept-encoding")).containsExactly("identity");
      for (var name :
          List.of("cookie", "x-forwarded-for", "forwarded", "x-simulator-plan", "x-session-id")) {
        assertThat(received.header(name)).as(name).isEmpty();
      }
      assertThat(heard.header("x-request-id")).isEqualTo("req-7");
      assertThat(heard.header("x-session-id")).isEqualTo("my-label");
      assertThat(heard.header("set-cookie")).isEmpty();
      assertThat(heard.header("cache-control")).contains("private", "no-store", "no-transform");
      assertThat(heard.header("x-holdfast-session")).matches("hf_[0-9A-Za-z]{22}");
    }
  }
}

package dev.holdfast.engine.dialect.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.json.JsonStrings;
import dev.holdfast.engine.json.RandomJson;
import dev.holdfast.engine.sse.SseDecoder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ChatAssemblerTest {
  private static final JsonMapper JACKSON = JsonMapper.builder().build();

  private static JsonNode assembled(String... chunks) {
    var assembler = new ChatAssembler();
    var decoder = new SseDecoder(1 << 20);
    for (var chunk : chunks) {
      byte[] wire = ("data: " + chunk + "\n\n").getBytes(UTF_8);
      decoder.feed(wire, 0, wire.length, assembler::add);
    }
    return JACKSON.readTree(assembler.body());
  }

  private static String chunk(String delta, String finish) {
    return choice(0, delta, finish);
  }

  private static String choice(int index, String delta, String finish) {
    return "{\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"m\","
        + "\"choices\":[{\"index\":"
        + index
        + ",\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finish
        + "}]}";
  }

  private static JsonNode json(String text) {
    return JACKSON.readTree(text);
  }

  @Test
  void answer_ofTextAndUsage_isWhole() {
    assertThat(
            assembled(
                "{\"id\":\"\",\"created\":0,\"model\":\"\",\"choices\":[]}",
                "{\"id\":\"x\",\"created\":5,\"model\":\"m\",\"system_fingerprint\":\"fp\","
                    + "\"service_tier\":\"default\",\"choices\":[{\"index\":0,\"delta\":"
                    + "{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}",
                chunk("{\"content\":\"Hel\"}", "null"),
                chunk("{\"content\":\"lo\\n\"}", "\"\""),
                chunk("{}", "\"stop\""),
                "{\"id\":\"x\",\"choices\":[],\"usage\":{\"prompt_tokens\":1}}",
                "[DONE]"))
        .isEqualTo(
            json(
                "{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":5,\"model\":\"m\","
                    + "\"system_fingerprint\":\"fp\",\"service_tier\":\"default\",\"choices\":["
                    + "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\\n\","
                    + "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":1}}"));
  }

  @Test
  void choices_interleaved_areTakenApart() {
    var body =
        assembled(
            choice(1, "{\"content\":\"b\"}", "null"),
            choice(0, "{\"content\":\"a\"}", "null"),
            choice(1, "{\"content\":\"B\"}", "\"stop\""),
            choice(0, "{\"content\":\"A\"}", "\"length\""));

    assertThat(body.at("/choices/0/message/content").stringValue()).isEqualTo("aA");
    assertThat(body.at("/choices/1/message/content").stringValue()).isEqualTo("bB");
    assertThat(body.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
  }

  @Test
  void tools_inFragments_areJoined() {
    var body =
        assembled(
            chunk("{\"content\":\"\"}", "null"),
            chunk(
                "{\"tool_calls\":[{\"index\":0,\"id\":\"c0\",\"type\":\"function\","
                    + "\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}",
                "null"),
            chunk(
                "{\"tool_calls\":[{\"index\":0,\"id\":\"\",\"function\":{\"name\":\"\","
                    + "\"arguments\":\"{\\\"a\\\":\"}},{\"index\":1,\"id\":\"c1\","
                    + "\"function\":{\"name\":\"g\",\"arguments\":{\"b\":2}}},null]}",
                "null"),
            chunk(
                "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"1}\"}}]}",
                "\"tool_calls\""));

    assertThat(body.at("/choices/0/message"))
        .isEqualTo(
            json(
                "{\"role\":\"assistant\",\"content\":null,\"refusal\":null,\"tool_calls\":["
                    + "{\"id\":\"c0\",\"type\":\"function\",\"function\":{\"name\":\"f\","
                    + "\"arguments\":\"{\\\"a\\\":1}\"}},{\"id\":\"c1\",\"type\":\"function\","
                    + "\"function\":{\"name\":\"g\",\"arguments\":\"{\\\"b\\\":2}\"}}]}"));
  }

  @Test
  void tools_withoutIndex_areThoseAtTheirPlace() {
    var body =
        assembled(
            chunk(
                "{\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\"}},"
                    + "{\"id\":\"b\",\"function\":{\"name\":\"g\"}}]}",
                "\"tool_calls\""));

    assertThat(body.at("/choices/0/message/tool_calls/1/id").stringValue()).isEqualTo("b");
  }

  @Test
  void reasoning_andRefusal_haveTheirOwnPlaces() {
    var body =
        assembled(
            chunk("{\"reasoning_content\":\"h\",\"content\":null}", "null"),
            chunk("{\"reasoning_content\":\"m\",\"reasoning\":\"x\"}", "null"),
            chunk("{\"refusal\":\"no\"}", "\"stop\""));

    assertThat(body.at("/choices/0/message/reasoning_content").stringValue()).isEqualTo("hm");
    assertThat(body.at("/choices/0/message/reasoning").stringValue()).isEqualTo("x");
    assertThat(body.at("/choices/0/message/refusal").stringValue()).isEqualTo("no");
    assertThat(body.at("/choices/0/message/content").isNull()).isTrue();
  }

  @Test
  void parts_ofContent_areTextAndThought() {
    var body =
        assembled(
            chunk(
                "{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\","
                    + "\"text\":\"hm\"}]}]}",
                "null"),
            chunk("{\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]}", "\"stop\""));

    assertThat(body.at("/choices/0/message/content").stringValue()).isEqualTo("Hi");
    assertThat(body.at("/choices/0/message/reasoning_content").stringValue()).isEqualTo("hm");
  }

  @Test
  void logprobs_areJoined() {
    var first =
        choice(0, "{\"content\":\"a\"}", "null")
            .replace(
                "\"finish_reason\"",
                "\"logprobs\":{\"content\":[{\"token\":\"a\"}]},\"finish_reason\"");

    var body = assembled(first, first, chunk("{}", "\"stop\""));

    assertThat(body.at("/choices/0/logprobs/content")).hasSize(2);
  }

  @Test
  void members_writtenTwice_countOnce() {
    assertThat(
            assembled(chunk("{\"content\":\"a\",\"content\":\"b\"}", "\"stop\""))
                .at("/choices/0/message/content")
                .stringValue())
        .isEqualTo("b");
  }

  @Test
  void forms_thatSayNothing_areLeftOut() {
    assertThat(
            assembled(
                "{\"id\":null,\"choices\":[7,{\"delta\":null,\"finish_reason\":\"null\"}],"
                    + "\"usage\":null}"))
        .isEqualTo(
            json(
                "{\"id\":\"\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,"
                    + "\"message\":{\"role\":\"assistant\",\"content\":null,\"refusal\":null},"
                    + "\"logprobs\":null,\"finish_reason\":null}]}"));
  }

  /** Any text in any pieces is the one that Jackson reads out of them. */
  @ParameterizedTest
  @ValueSource(longs = {21, 22})
  void text_inAnyPieces_isJacksons(long seed) {
    var random = new RandomJson(new SplittableRandom(seed));
    for (int round = 0; round < 500; round++) {
      var expected = new StringBuilder();
      var chunks = new String[6];
      for (int i = 0; i < chunks.length; i++) {
        var written = random.string();
        expected.append(json(written).stringValue());
        chunks[i] =
            random.white()
                + random.object(
                    java.util.List.of(
                        random.member("\"choices\"", "[{\"delta\":{\"content\":" + written + "}}]"),
                        random.member("\"other\"", random.value(2))));
        chunks[i] = chunks[i].replace('\n', ' ').replace('\r', ' ');
      }

      var body = (ObjectNode) assembled(chunks);

      assertThat(body.at("/choices/0/message/content").stringValue())
          .as("seed %s round %s", seed, round)
          .isEqualTo(json(JsonStrings.quote(expected)).stringValue());
    }
  }
}

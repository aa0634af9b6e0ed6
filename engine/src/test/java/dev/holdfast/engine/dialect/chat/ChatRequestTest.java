package dev.holdfast.engine.dialect.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Dialect.Reading;
import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.DialectRequest.Mode;
import dev.holdfast.engine.dialect.Profiles;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;
import dev.holdfast.engine.json.RandomJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ChatRequestTest {
  private static final JsonMapper JACKSON = JsonMapper.builder().build();

  /** Takes {@code include_usage} and knows no {@code session_id}. */
  private static final Target OPEN = target(Profiles.UNKNOWN);

  /** Sends usage by itself. */
  private static final Target DEEPSEEK = target("deepseek");

  private static Target target(String profile) {
    return new Target("u", "up/model", Profiles.find(profile).orElseThrow(), true, true);
  }

  private static DialectRequest read(String json) {
    return ((Reading.Read) ChatDialect.INSTANCE.read(json.getBytes(UTF_8))).request();
  }

  private static String call(String json, Target target) {
    return new String(read(json).call(target, new TargetKnowledge()).body(), UTF_8);
  }

  // ---- what is a request

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{|JSON",
        "[]|object",
        "\"x\"|object",
        "{\"messages\":[]}|model",
        "{\"model\":1,\"messages\":[]}|model",
        "{\"model\":\"m\"}|messages",
        "{\"model\":\"m\",\"messages\":{}}|messages",
        "{\"model\":\"m\",\"messages\":[],\"stream\":\"yes\"}|stream",
        "{\"model\":\"m\",\"messages\":[],\"mod\\u0065l\":\"n\"}|twice",
        "{\"model\":\"m\",\"messages\":[]} x|JSON"
      })
  void body_thatIsNoRequest_isToldWhatWasExpected(String json, String word) {
    var reading = ChatDialect.INSTANCE.read(json.getBytes(UTF_8));

    assertThat(reading).isInstanceOf(Reading.Unreadable.class);
    assertThat(((Reading.Unreadable) reading).message()).contains(word);
  }

  @Test
  void body_nestedTooDeep_isRefused() {
    var bomb = "{\"model\":\"m\",\"messages\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

    assertThat(ChatDialect.INSTANCE.read(bomb.getBytes(UTF_8)))
        .isInstanceOf(Reading.Unreadable.class);
  }

  @Test
  void body_withAByteOrderMark_isRead() {
    assertThat(read("\uFEFF{\"model\":\"m\",\"messages\":[]}").model()).isEqualTo("m");
  }

  @Test
  void model_escaped_isDecoded() {
    assertThat(read("{\"model\":\"\\u0067pt\",\"messages\":[]}").model()).isEqualTo("gpt");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"stream\":true|STREAMED",
        "\"stream\":false|ASSEMBLED",
        "\"stream\":null|ASSEMBLED",
        "\"n\":2|ASSEMBLED",
        "\"functions\":[]|UNSTREAMED"
      })
  void mode_isReadFromTheMembers(String member, Mode mode) {
    assertThat(read("{\"model\":\"m\",\"messages\":[]," + member + "}").mode()).isEqualTo(mode);
  }

  // ---- edits

  @Test
  void call_editsModelAndUsageAlone() {
    assertThat(call("{ \"model\" : \"m\",\n\"messages\":[ ] , \"stream\":true }", OPEN))
        .isEqualTo(
            "{ \"model\" : \"up/model\",\n\"messages\":[ ] , \"stream\":true "
                + ",\"stream_options\":{\"include_usage\":true}}");
  }

  @Test
  void call_whereUsageComesByItself_editsTheModelAlone() {
    assertThat(call("{\"model\":\"m\",\"messages\":[],\"stream\":true}", DEEPSEEK))
        .isEqualTo("{\"model\":\"up/model\",\"messages\":[],\"stream\":true}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|{\"include_usage\":true}",
        "{ }|{ \"include_usage\":true}",
        "{\"x\":1}|{\"x\":1,\"include_usage\":true}",
        "null|{\"include_usage\":true}",
        "{\"include_usage\":false}|{\"include_usage\":false}",
        "{\"include_usage\":true}|{\"include_usage\":true}",
        "{\"include_usage\":null}|{\"include_usage\":null}",
      })
  void streamOptions_inEachForm_areCompletedOrRespected(String sent, String passedOn) {
    var beginning = "{\"model\":\"up/model\",\"messages\":[],\"stream\":true,\"stream_options\":";

    assertThat(call(beginning + sent + "}", OPEN)).isEqualTo(beginning + passedOn + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"session_id\":\"s\",\"model\":\"up/model\",\"messages\":[],\"stream\":true}",
        "{\"model\":\"up/model\",\"session_id\":\"s\",\"messages\":[],\"stream\":true}",
        "{\"model\":\"up/model\",\"messages\":[],\"stream\":true,\"session_id\":\"s\"}",
      })
  void sessionId_whereItIsUnknown_isTakenOut(String json) {
    assertThat(call(json, DEEPSEEK))
        .isEqualTo("{\"model\":\"up/model\",\"messages\":[],\"stream\":true}");
  }

  @Test
  void call_forAnAssembledAnswer_asksForAStream() {
    assertThat(call("{\"model\":\"up/model\",\"messages\":[]}", DEEPSEEK))
        .isEqualTo("{\"model\":\"up/model\",\"messages\":[],\"stream\":true}");
    assertThat(call("{\"model\":\"up/model\",\"messages\":[],\"stream\":false}", DEEPSEEK))
        .isEqualTo("{\"model\":\"up/model\",\"messages\":[],\"stream\":true}");
  }

  @Test
  void call_forAnUnstreamedAnswer_isLeftAlone() {
    var json = "{\"model\":\"up/model\",\"messages\":[],\"logprobs\":true}";

    assertThat(call(json, OPEN)).isEqualTo(json);
  }

  /** Whatever else a request holds, and however it is written, only the listed edits are made. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void call_ofAnyRequest_keepsAllOtherMembers(long seed) {
    var random = new SplittableRandom(seed);
    var json = new RandomJson(random);
    for (int round = 0; round < 2_000; round++) {
      var members = new ArrayList<String>();
      members.add(json.member("\"model\"", json.string()));
      members.add(json.member("\"m\\u0065ssages\"", "[" + json.value(2) + "]"));
      members.add(json.member("\"stream\"", "true"));
      if (random.nextBoolean()) {
        members.add(json.member("\"session_id\"", json.string()));
      }
      if (random.nextBoolean()) {
        members.add(json.member("\"stream_options\"", random.nextBoolean() ? "null" : "{ }"));
      }
      for (int n = random.nextInt(4); n > 0; n--) {
        members.add(json.member("\"other" + n + "\"", json.value(3)));
      }
      Collections.shuffle(members, new Random(random.nextLong()));
      var sent = json.white() + json.object(members) + json.white();
      var expected = (ObjectNode) JACKSON.readTree(sent);
      expected.put("model", "up/model");
      expected.remove("session_id");
      expected.set("stream_options", JACKSON.readTree("{\"include_usage\":true}"));

      var passedOn = call(sent, OPEN);

      assertThat(JACKSON.readTree(passedOn))
          .as("seed %s round %s: %s", seed, round, sent)
          .isEqualTo(expected);
      for (var member : members) {
        if (member.startsWith("\"other") || member.startsWith("\"m\\u0065")) {
          assertThat(passedOn).contains(member);
        }
      }
    }
  }

  // ---- the probe

  @Test
  void probe_ofAProfileWithFlags_setsThem() {
    var vllm = read("{\"model\":\"m\",\"messages\":[]}").probe(target("vllm"));

    var json = JACKSON.readTree(vllm.body());
    assertThat(json.get("continue_final_message").booleanValue()).isTrue();
    assertThat(json.get("add_generation_prompt").booleanValue()).isFalse();
    assertThat(vllm.streamed()).isTrue();
    assertThat(read("{\"model\":\"m\",\"messages\":[]}").probe(DEEPSEEK).path())
        .isEqualTo("/beta/chat/completions");
  }

  // ---- readings

  @Test
  void tokens_ofTheInput_areEstimated() {
    assertThat(read("{\"model\":\"m\",\"messages\":[]}").inputTokens()).isEqualTo(1);
    assertThat(read("{\"model\":\"m\",\"messages\":[\"" + "x".repeat(396) + "\"]}").inputTokens())
        .isEqualTo(100);
  }

  @Test
  void transcript_ofEvents_isReadBack() {
    var builder = read("{\"model\":\"m\",\"messages\":[]}").transcript();
    for (var event :
        List.of(
            "data: {\"id\":\"\",\"created\":0,\"model\":null,\"choices\":[]}\n\n",
            "data: {\"id\":\"x\",\"choices\":[{\"delta\":{\"reasoning\":\"hm\"}}]}\n\n",
            "data: {\"id\":\"y\",\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\","
                + "\"thinking\":[{\"type\":\"text\",\"text\":\"so\"}]},{\"type\":\"text\","
                + "\"text\":\"A\"},7]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"b\\n\"}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":null}}]}\n\n",
            "data: {\"choices\":[7]}\n\n",
            "data: [DONE]\n\n")) {
      var bytes = ("#" + event + "#").getBytes(UTF_8);
      builder.add(bytes, 1, bytes.length - 1);
    }

    var transcript = (ChatTranscript) builder.build();

    assertThat(transcript.text()).isEqualTo("Ab\n");
    assertThat(transcript.reasoning()).isEqualTo("hmso");
    assertThat(transcript.contentEvents()).isEqualTo(3);
    assertThat(transcript.textEvents()).isEqualTo(2);
    assertThat(transcript.identity()).containsOnlyKeys("id").containsValue("\"x\"");
  }
}

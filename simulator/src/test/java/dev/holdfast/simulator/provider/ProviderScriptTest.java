package dev.holdfast.simulator.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.FaultCase;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.model.Tokens;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class ProviderScriptTest {
  private static final long SEED = 41;
  private static final Model MODEL = new Model(SEED);
  private static final ProviderConfig CONFIG = ProviderConfig.DEFAULTS.withModel(MODEL);
  private static final String WHOLE = MODEL.answer(Prompt.of("user: hi [prose]\n")).text();

  @Test
  void text_healthy_isTheModelsAnswerInOpenAiFrames() {
    var played = Played.of(CONFIG, request(""), "ok");

    assertThat(played.head().status()).isEqualTo(200);
    assertThat(played.head().header("content-type")).startsWith("text/event-stream");
    assertThat(played.text()).isEqualTo(WHOLE);
    assertThat(played.finish()).isEqualTo("stop");
    assertThat(played.isDone()).isTrue();
    assertThat(played.last()).isEqualTo(new Step.End());
    JsonNode first = played.chunks().getFirst();
    assertThat(first.path("object").asString()).isEqualTo("chat.completion.chunk");
    assertThat(first.path("model").asString()).isEqualTo("m-1");
    assertThat(first.path("created").asLong()).isEqualTo(Played.NOW.getEpochSecond());
    assertThat(first.path("choices").path(0).path("delta").path("role").asString())
        .isEqualTo("assistant");
    assertThat(played.bodyText()).doesNotContain("usage").doesNotContain("obfuscation");
  }

  @Test
  void steps_ofEqualCalls_areEqualAndDifferByAttempt() {
    var first = Played.of(CONFIG, request(""), "ok", 1);
    var again = Played.of(CONFIG, request(""), "ok", 1);
    var second = Played.of(CONFIG, request(""), "ok", 2);

    assertThat(again.body()).isEqualTo(first.body());
    assertThat(second.text()).isEqualTo(first.text());
    for (String member : List.of("id", "system_fingerprint")) {
      assertThat(second.chunks().getFirst().path(member))
          .isNotEqualTo(first.chunks().getFirst().path(member));
    }
  }

  @Test
  void usage_askedFor_comesInAChunkOfItsOwnAndCountsTokens() {
    var played = Played.of(CONFIG, request(",\"stream_options\":{\"include_usage\":true}"), "ok");

    assertThat(played.usage().path("completion_tokens").asInt()).isEqualTo(Tokens.of(WHOLE).size());
    assertThat(played.usage().path("total_tokens").asInt())
        .isEqualTo(
            played.usage().path("prompt_tokens").asInt()
                + played.usage().path("completion_tokens").asInt());
    assertThat(played.chunks().getLast().path("choices")).isEmpty();
    assertThat(played.chunks().getFirst().path("usage").isNull()).isTrue();
  }

  @Test
  void obfuscation_askedFor_isOnEachChunk() {
    var played =
        Played.of(CONFIG, request(",\"stream_options\":{\"include_obfuscation\":true}"), "ok");

    assertThat(played.chunks()).allMatch(chunk -> chunk.path("obfuscation").isString());
  }

  @Test
  void maxTokens_belowTheAnswer_endsWithLength() {
    for (String name : List.of("max_tokens", "max_completion_tokens")) {
      var played = Played.of(CONFIG, request(",\"" + name + "\":7"), "ok");

      assertThat(played.text()).isEqualTo(String.join("", Tokens.of(WHOLE).subList(0, 7)));
      assertThat(played.finish()).isEqualTo("length");
    }
  }

  @Test
  void stop_insideTheAnswer_endsBeforeIt() {
    String stop = WHOLE.substring(60, 70);
    var played =
        Played.of(CONFIG, request(",\"stop\":[\"\\u0001\"," + Json.quote(stop) + "]"), "ok");

    assertThat(played.text()).isEqualTo(WHOLE.substring(0, WHOLE.indexOf(stop)));
    assertThat(played.finish()).isEqualTo("stop");
  }

  @ParameterizedTest
  @EnumSource(
      value = Manner.class,
      names = {"PREFILL", "ECHO", "ECHO_GLUED", "RESTART"})
  void continuation_inEachManner_sendsWhatThatMannerSends(Manner manner) {
    for (int cut : new int[] {1, 2, 45, 46, 47, WHOLE.length() - 1, WHOLE.length()}) {
      String prefix = WHOLE.substring(0, cut);
      String usage = ",\"stream_options\":{\"include_usage\":true}";

      var played = Played.of(CONFIG.withManner(manner), continued(prefix, usage), "ok");

      String expected = manner == Manner.PREFILL ? WHOLE.substring(cut) : WHOLE;
      assertThat(played.text()).as("cut at %d", cut).isEqualTo(expected);
      assertThat(played.finish()).isEqualTo("stop");
      int fresh = Tokens.of(manner == Manner.RESTART ? WHOLE : WHOLE.substring(cut)).size();
      assertThat(played.usage().path("completion_tokens").asInt()).isEqualTo(fresh);
    }
  }

  @Test
  void continuation_withAGluedEcho_putsTheEchoAndTheFirstNewTokenInOneDelta() {
    String prefix = WHOLE.substring(0, 50);

    var played = Played.of(CONFIG.withManner(Manner.ECHO_GLUED), continued(prefix, ""), "ok");

    String first = Tokens.of(WHOLE.substring(50)).getFirst();
    assertThat(played.chunks().get(1).path("choices").path(0).path("delta").path("content"))
        .hasToString(Json.quote(prefix + first));
  }

  @Test
  void continuation_withMaxTokens_countsOnlyNewTokens() {
    String prefix = WHOLE.substring(0, 50);
    String rest = String.join("", Tokens.of(WHOLE.substring(50)).subList(0, 5));

    for (Manner manner : List.of(Manner.PREFILL, Manner.ECHO, Manner.ECHO_GLUED)) {
      var played =
          Played.of(CONFIG.withManner(manner), continued(prefix, ",\"max_tokens\":5"), "ok");

      assertThat(played.text()).as("%s", manner).endsWith(rest);
      assertThat(played.text())
          .hasSize(rest.length() + (manner == Manner.PREFILL ? 0 : prefix.length()));
      assertThat(played.finish()).isEqualTo("length");
    }
  }

  @Test
  void continuation_withStop_looksAtNewTextAlone() {
    String prefix = WHOLE.substring(0, 50);
    String stop = WHOLE.substring(90, 99);
    String extra = ",\"stop\":" + Json.quote(stop);

    for (Manner manner : List.of(Manner.PREFILL, Manner.ECHO, Manner.ECHO_GLUED)) {
      var played = Played.of(CONFIG.withManner(manner), continued(prefix, extra), "ok");

      String all = manner == Manner.PREFILL ? prefix + played.text() : played.text();
      assertThat(all).as("%s", manner).isEqualTo(WHOLE.substring(0, WHOLE.indexOf(stop, 50)));
    }
  }

  @Test
  void continuation_whereItIsRefused_isA400InBothWordings() {
    var lastTurn = Played.of(CONFIG.withManner(Manner.REFUSE_LAST_TURN), continued("x", ""), "ok");
    var prefill = Played.of(CONFIG.withManner(Manner.REFUSE_PREFILL), continued("x", ""), "ok");

    assertThat(lastTurn.head().status()).isEqualTo(400);
    assertThat(lastTurn.bodyText())
        .contains("does not support assistant message prefill")
        .contains("must end with a user message");
    assertThat(prefill.head().status()).isEqualTo(400);
    assertThat(prefill.bodyText()).contains("Prefilling assistant messages is not supported");
  }

  @Test
  void continuation_withTheFlagsOfProviders_isTheSame() {
    for (String flag : List.of("\"prefix\":true", "\"partial\":true")) {
      String request =
          continued(WHOLE.substring(0, 9), "").replace("\"assistant\"", "\"assistant\"," + flag);

      assertThat(Played.of(CONFIG, request, "ok").text()).isEqualTo(WHOLE.substring(9));
    }
    String vllm =
        continued(
            WHOLE.substring(0, 9),
            ",\"continue_final_message\":true,\"add_generation_prompt\":false");
    assertThat(Played.of(CONFIG, vllm, "ok").text()).isEqualTo(WHOLE.substring(9));
    assertThat(Played.of(CONFIG, vllm.replace("false}", "true}"), "ok").head().status())
        .isEqualTo(400);
  }

  @Test
  void nonStreaming_request_getsTheSameAnswerAsOneBody() {
    var played = Played.of(CONFIG, request("").replace("true", "false"), "ok");

    JsonNode choice = played.json().path("choices").path(0);
    assertThat(played.head().header("content-type")).isEqualTo("application/json");
    assertThat(choice.path("message").path("content").asString()).isEqualTo(WHOLE);
    assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
    assertThat(played.json().path("usage").path("completion_tokens").asInt())
        .isEqualTo(Tokens.of(WHOLE).size());
  }

  @Test
  void tools_askedFor_giveTextAndOneCall() {
    var played = Played.of(CONFIG, body(RequestKind.TOOLS, Style.PROSE), "ok");

    assertThat(played.text()).isNotEmpty();
    assertThat(played.finish()).isEqualTo("tool_calls");
    assertThat(played.arguments()).startsWith("{\"place\":\"").contains("\"day\":\"");
    var again = Played.of(CONFIG, body(RequestKind.TOOLS, Style.PROSE), "ok", 2);
    assertThat(again.arguments()).isEqualTo(played.arguments());
    assertThat(again.bodyText()).doesNotContain(callId(played));
  }

  @Test
  void choices_twoOfThem_areInterleavedAndDiffer() {
    var played = Played.of(CONFIG, body(RequestKind.N2, Style.PROSE), "ok");

    assertThat(played.text(0, "content")).isNotEqualTo(played.text(1, "content"));
    assertThat(played.chunks().get(2).path("choices").path(0).path("index").asInt()).isZero();
    assertThat(played.chunks().get(3).path("choices").path(0).path("index").asInt()).isOne();
  }

  @Test
  void logprobs_askedFor_comeWithEachTokenOfText() {
    var played = Played.of(CONFIG, body(RequestKind.LOGPROBS, Style.EMOJI), "ok");

    var texts =
        played.chunks().stream()
            .map(chunk -> chunk.path("choices").path(0))
            .filter(choice -> !choice.path("delta").path("content").asString("").isEmpty())
            .toList();
    assertThat(texts)
        .isNotEmpty()
        .allMatch(choice ->
            choice
                .path("logprobs")
                .path("content")
                .path(0)
                .path("token")
                .equals(choice.path("delta").path("content")));
  }

  @Test
  void reasoning_askedFor_comesBeforeTheTextAndIsCounted() {
    String request =
        request(",\"reasoning_effort\":\"high\",\"stream_options\":{\"include_usage\":true}");
    var shown = Played.of(CONFIG, request, "ok");
    var hidden = Played.of(CONFIG, request, "ok+hidden-reasoning");

    assertThat(shown.text(0, "reasoning_content")).isNotEmpty();
    assertThat(hidden.text(0, "reasoning_content")).isEmpty();
    assertThat(hidden.text()).isEqualTo(shown.text());
    assertThat(hidden.usage()).isEqualTo(shown.usage());
    assertThat(shown.usage().path("completion_tokens_details").path("reasoning_tokens").asInt())
        .isPositive();
  }

  @Test
  void models_listed_areThoseOfTheConfiguration() {
    var call =
        new ProviderCall(
            "GET", "/models", Map.of(), new byte[0], FaultPlan.HEALTHY.entry(1), 1, Played.NOW);

    var played = Played.of(new ProviderScript(CONFIG).steps(call));

    assertThat(played.json().path("data").path(0).path("id").asString())
        .isEqualTo("simulator/text");
  }

  @Test
  void requests_thatAreWrong_areRefusedAsAProviderDoes() {
    assertThat(Played.of(CONFIG, "{", "ok").head().status()).isEqualTo(400);
    assertThat(Played.of(CONFIG, "{\"model\":\"m\"}", "ok").head().status()).isEqualTo(400);
    assertThat(Played.of(CONFIG, request(",\"n\":99"), "ok").head().status()).isEqualTo(400);
    assertThat(Played.of(CONFIG.withApiKey("k"), request(""), "ok").head().status()).isEqualTo(401);
    var elsewhere =
        new ProviderCall(
            "POST", "/nope", Map.of(), new byte[0], FaultPlan.HEALTHY.entry(1), 1, Played.NOW);
    assertThat(Played.of(new ProviderScript(CONFIG).steps(elsewhere)).head().status())
        .isEqualTo(404);
  }

  @Test
  void rate_set_waitsBeforeEachToken() {
    var played = Played.of(CONFIG.withTokensPerSecond(50), request(",\"max_tokens\":10"), "ok");

    assertThat(played.waited()).isEqualTo(Duration.ofMillis(200));
  }

  @Test
  void everyRow_ofTheTable_playsToAnEndInEachManner() {
    for (FaultCase row : FaultCase.all()) {
      for (Manner manner : row.manners().each()) {
        for (int attempt = 1; attempt <= row.plan().entries().size() + 1; attempt++) {
          var entry = row.plan().entry(attempt);
          byte[] body = row.request().body("m-1", Style.VIETNAMESE, 1);
          var call =
              new ProviderCall(
                  "POST", "/chat/completions", Map.of(), body, entry, attempt, Played.NOW);

          Script script = new ProviderScript(CONFIG.withManner(manner)).steps(call);

          assertThat(isProper(script)).as("%s, attempt %d", row.name(), attempt).isTrue();
        }
      }
    }
  }

  @Test
  void positions_ofTheTable_liePastTheBeginningOfWhatTheyBreak() {
    for (long seed = 0; seed < 10; seed++) {
      var config = CONFIG.withModel(new Model(seed));
      for (Style style : Style.longEnough()) {
        var reasoning = Played.of(config, body(RequestKind.REASONING, style), "cut@10");
        var afterwards = Played.of(config, body(RequestKind.REASONING, style), "cut@70");
        var call = Played.of(config, body(RequestKind.TOOLS, style), "cut@30");

        assertThat(reasoning.text()).as("seed %d, %s", seed, style).isEmpty();
        assertThat(reasoning.text(0, "reasoning_content")).isNotEmpty();
        assertThat(afterwards.text()).as("seed %d, %s", seed, style).isNotEmpty();
        assertThat(call.arguments()).as("seed %d, %s", seed, style).isNotEmpty();
        assertThat(call.finish()).isEqualTo("none");
      }
    }
  }

  private static boolean isProper(Script script) {
    boolean headSeen = false;
    for (Step step : script.once()) {
      boolean terminal =
          step instanceof Step.Refuse
              || step instanceof Step.Reset
              || step instanceof Step.Cut
              || step instanceof Step.End
              || step instanceof Step.Hang;
      if (terminal && step != script.once().getLast()) {
        return false;
      }
      if (step instanceof Step.Send && !headSeen) {
        return false;
      }
      headSeen |= step instanceof Step.Head;
    }
    boolean open =
        script.once().getLast() instanceof Step.Send
            || script.once().getLast() instanceof Step.Head;
    return open != script.forEver().isEmpty();
  }

  private static String callId(Played played) {
    return played.chunks().stream()
        .map(chunk -> chunk.path("choices").path(0).path("delta").path("tool_calls").path(0))
        .map(call -> call.path("id").asString(""))
        .filter(id -> !id.isEmpty())
        .findFirst()
        .orElseThrow();
  }

  private static String body(RequestKind kind, Style style) {
    return new String(kind.body("m-1", style, 3), StandardCharsets.UTF_8);
  }

  private static String request(String extra) {
    return "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\",\"content\":\"hi [prose]\"}],"
        + "\"stream\":true"
        + extra
        + "}";
  }

  private static String continued(String prefix, String extra) {
    return "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\",\"content\":\"hi [prose]\"},"
        + "{\"role\":\"assistant\",\"content\":"
        + Json.quote(prefix)
        + "}],\"stream\":true"
        + extra
        + "}";
  }
}

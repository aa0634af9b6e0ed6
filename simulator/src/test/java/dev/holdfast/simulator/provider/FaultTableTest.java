package dev.holdfast.simulator.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.FaultCase;
import dev.holdfast.simulator.FaultCase.Expected;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Style;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The table can be kept: a client of a few lines that knows the manner of its upstream gets the
 * whole text wherever the table says so, and never where it says otherwise.
 */
class FaultTableTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int ATTEMPTS_MAX = 20;
  private static final int EVENT_CHARS_MAX = 1 << 20;
  private static final Set<Integer> FINAL = Set.of(307, 400, 401, 402, 403, 404, 413, 422);
  private static final Set<String> NO_FINISH =
      Set.of("", "null", "error", "abort", "insufficient_system_resource");
  private static final long SEED = 5;

  @ParameterizedTest
  @EnumSource(
      value = Style.class,
      names = {"EMOJI", "VIETNAMESE", "REFRAIN"})
  void textRows_forASimpleClient_comeOutAsTheTableSays(Style style) {
    var config = ProviderConfig.DEFAULTS.withModel(new Model(SEED));
    String request = new String(RequestKind.TEXT.body("m-1", style, 1), StandardCharsets.UTF_8);
    String whole = Played.of(config, request, "ok").text();

    for (FaultCase row : FaultCase.all()) {
      if (row.request() != RequestKind.TEXT || row.name().startsWith("usage_option")) {
        continue;
      }
      for (Manner manner : row.manners().each()) {
        var client = new Client(config.withManner(manner), request, row);

        client.run();

        String label = "%s, %s, seed %d".formatted(row.name(), manner, SEED);
        assertThat(client.complete).as(label).isEqualTo(row.expected() instanceof Expected.Equal);
        assertThat(whole).as(label).startsWith(client.text);
        if (client.complete) {
          assertThat(client.text).as(label).isEqualTo(whole);
        }
        assertThat(client.text.isEmpty())
            .as(label)
            .isEqualTo(row.expected() instanceof Expected.Status);
      }
    }
  }

  private static final class Client {
    private final ProviderScript script;
    private final String request;
    private final FaultCase row;
    private final boolean echoes;
    private String text = "";
    private boolean complete;
    private boolean doneWithoutFinish;

    Client(ProviderConfig config, String request, FaultCase row) {
      this.script = new ProviderScript(config);
      this.echoes = config.manner() == Manner.ECHO || config.manner() == Manner.ECHO_GLUED;
      this.request = request;
      this.row = row;
    }

    void run() {
      int noProgress = 0;
      int unfinished = 0;
      for (int attempt = 1; attempt <= ATTEMPTS_MAX && noProgress < 5; attempt++) {
        int before = text.length();
        doneWithoutFinish = false;
        Played played = play(attempt);
        if (FINAL.contains(played.head().status())) {
          return;
        }
        if (played.head().header("content-type").startsWith("text/event-stream")
            && played.head().header("content-encoding").isEmpty()
            && played.head().status() == 200) {
          read(played);
        }
        if (complete || isFinal(played)) {
          return;
        }
        if (doneWithoutFinish && ++unfinished == 2) {
          return;
        }
        noProgress = text.length() > before ? 0 : noProgress + 1;
      }
    }

    private Played play(int attempt) {
      String messages = ",{\"role\":\"assistant\",\"content\":" + Json.quote(text) + "}],";
      String body = text.isEmpty() ? request : request.replace("],", messages);
      return Played.of(
          script.steps(
              new ProviderCall(
                  "POST",
                  "/chat/completions",
                  Map.of(),
                  body.getBytes(StandardCharsets.UTF_8),
                  row.plan().entry(attempt),
                  attempt,
                  Played.NOW)));
    }

    private static boolean isFinal(Played played) {
      return List.of("insufficient_quota", "content_policy", "context_length").stream()
          .anyMatch(played.bodyText()::contains);
    }

    private void read(Played played) {
      var said = new StringBuilder();
      boolean finished = false;
      for (String data : played.data()) {
        JsonNode chunk;
        try {
          if (data.equals("[DONE]")) {
            doneWithoutFinish = !finished;
            break;
          }
          if (data.length() > EVENT_CHARS_MAX) {
            break;
          }
          chunk = MAPPER.readTree(data);
        } catch (JacksonException e) {
          break;
        }
        JsonNode choice = chunk.path("choices").path(0);
        if (chunk.has("error")
            || chunk.path("object").asString("").equals("error")
            || chunk.path("x_groq").has("error")
            || choice.has("error")
            || choice.has("native_finish_reason")) {
          break;
        }
        said.append(choice.path("delta").path("content").asString(""));
        JsonNode reason = choice.path("finish_reason");
        finished |= reason.isString() && !NO_FINISH.contains(reason.asString());
      }
      String news = said.toString();
      if (echoes && !text.isEmpty()) {
        news = news.length() < text.length() ? "" : news.substring(text.length());
      }
      text += news;
      complete = finished;
    }
  }
}

package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.Manner;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Callers that do not stream get what the upstream itself would have said in one body. */
class OneBodyTest {
  private static final JsonMapper JSON = new JsonMapper();

  /** They differ from call to call. */
  private static final List<String> OF_THE_CALL = List.of("id", "created", "system_fingerprint");

  @ParameterizedTest
  @EnumSource(RequestKind.class)
  void answer_ofEachKind_isThatOfOneUnbrokenCall(RequestKind kind) throws Exception {
    for (var plan : new String[] {"ok", "reset@9; ok"}) {
      try (var simulator = SimulatorServer.start()) {
        simulator.add("direct", "ok", Manner.PREFILL);
        var url = simulator.add("up", plan, Manner.PREFILL);
        try (var rig =
            RelayRig.start(RelayRig.oneUpstream(url) + "retry: { base: 20ms, cap: 50ms }\n")) {
          var heard = RawClient.post(rig.port(), RawClient.COMPLETIONS, whole(kind, "up/m"));

          assertThat(heard.status()).as("%s", heard).isEqualTo(200);
          assertThat(heard.header("content-type")).isEqualTo("application/json");
          assertThat(withoutCall(heard.body()))
              .isEqualTo(
                  withoutCall(
                      RawClient.post(
                              simulator.port(), "/direct/v1/chat/completions", whole(kind, "m"))
                          .body()));
          assertThat(simulator.attempts("up")).isEqualTo(plan.equals("ok") ? 1 : 2);
        }
      }
    }
  }

  @Test
  void request_withAnUnknownMember_goesUpUnstreamedAndIsStillRetried() throws Exception {
    try (var simulator = SimulatorServer.start()) {
      var url = simulator.add("up", "503; end@9; ok", Manner.PREFILL);
      try (var rig =
          RelayRig.start(RelayRig.oneUpstream(url) + "retry: { base: 20ms, cap: 50ms }\n")) {
        var body =
            new String(whole(RequestKind.NONSTREAM, "up/m"), StandardCharsets.UTF_8)
                .replace("\"stream\":false", "\"stream\":false,\"a thing to come\":[1.0]");

        var heard =
            RawClient.post(
                rig.port(), RawClient.COMPLETIONS, body.getBytes(StandardCharsets.UTF_8));

        assertThat(heard.status()).as("%s", heard).isEqualTo(200);
        var unbroken = Unbroken.of(new Model(1), RequestKind.NONSTREAM, Style.PROSE, 5, 0);
        assertThat(SeenAnswer.ofBody(heard.body()).choices.firstEntry().getValue().text.toString())
            .isEqualTo(unbroken.text());
        assertThat(simulator.calls("up"))
            .hasSize(3)
            .allSatisfy(call -> assertThat(call.bodyText()).isEqualTo(body.replace("up/m", "m")));
      }
    }
  }

  private static byte[] whole(RequestKind kind, String model) {
    return new String(kind.body(model, Style.PROSE, 5), StandardCharsets.UTF_8)
        .replace("\"stream\":true", "\"stream\":false")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode withoutCall(byte[] body) {
    var root = (ObjectNode) JSON.readTree(body);
    OF_THE_CALL.forEach(name -> {
      assertThat(root.has(name)).as(name).isTrue();
      root.remove(name);
    });
    for (var choice : root.path("choices")) {
      for (var call : choice.path("message").path("tool_calls")) {
        assertThat(call.path("id").asString()).isNotEmpty();
        ((ObjectNode) call).remove("id");
      }
    }
    return root;
  }
}

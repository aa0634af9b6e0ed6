package dev.holdfast.relay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.holdfast.relay.config.Resolution.Found;
import dev.holdfast.relay.config.Resolution.NotFound;
import dev.holdfast.relay.config.Resolution.Target;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What holds without a file. */
class EnvironmentConfigTest {

  @Test
  void fromEnvironment_always_isLoopback8080WithoutKeysOrRoutes() {
    RelayConfig config = RelayConfig.fromEnvironment(Map.of("OPENAI_API_KEY", "canary"));

    assertThat(config.listen()).hasToString("127.0.0.1:8080");
    assertThat(config.keys()).isEmpty();
    assertThat(config.routes()).isEmpty();
    assertThat(config.toString()).doesNotContain("canary");
  }

  @Test
  void fromEnvironment_eachProvidersKey_isAnUpstreamOfItsProfile() {
    RelayConfig config =
        RelayConfig.fromEnvironment(
            Map.of(
                "HOLYSHEEP_API_KEY", "a",
                "OPENAI_API_KEY", " b\n",
                "DEEPSEEK_API_KEY", "c",
                "MISTRAL_API_KEY", "d",
                "OPENROUTER_API_KEY", "e"));

    assertThat(config.upstreams())
        .extracting(Upstream::name, Upstream::url)
        .containsExactly(
            tuple("holysheep", "https://api.holysheep.ai/v1"),
            tuple("openai", "https://api.openai.com/v1"),
            tuple("deepseek", "https://api.deepseek.com"),
            tuple("mistral", "https://api.mistral.ai/v1"),
            tuple("openrouter", "https://openrouter.ai/api/v1"));
    assertThat(config.upstream("openai").orElseThrow().key()).isEqualTo(new Secret("b"));
  }

  @Test
  void fromEnvironment_keyOfADialectNotBuilt_isNamedAndSkipped() {
    RelayConfig config =
        RelayConfig.fromEnvironment(Map.of("ANTHROPIC_API_KEY", "canary", "OPENAI_API_KEY", "k"));

    assertThat(config.upstreams()).extracting(Upstream::name).containsExactly("openai");
    assertThat(config.notices())
        .contains("ANTHROPIC_API_KEY: skipped, its dialect anthropic-messages is not built yet");
  }

  @Test
  void fromEnvironment_keyThatNoHeaderCarries_isNamedAndSkipped() {
    RelayConfig config =
        RelayConfig.fromEnvironment(Map.of("OPENAI_API_KEY", "canary two", "MISTRAL_API_KEY", "k"));

    assertThat(config.upstreams()).extracting(Upstream::name).containsExactly("mistral");
    assertThat(config.notices())
        .contains("OPENAI_API_KEY: skipped, expected visible ASCII characters")
        .noneMatch(notice -> notice.contains("canary"));
  }

  @Test
  void fromEnvironment_noKey_isTheSimulatorUnderItsOwnNamesOnly() {
    RelayConfig config = RelayConfig.fromEnvironment(Map.of("OPENAI_API_KEY", "  "));

    assertThat(config.upstreams())
        .extracting(Upstream::name, Upstream::url)
        .containsExactly(tuple("simulator", ""));
    assertThat(config.router().resolve("simulator/echo"))
        .isEqualTo(
            new Found(
                "simulator/*",
                List.of(new Target("simulator", "echo", true, true)),
                config.policy()));
    assertThat(config.notices())
        .anyMatch(
            notice -> notice.startsWith("no provider key") && notice.contains("OPENAI_API_KEY"));
  }

  @Test
  void resolve_anyOtherNameAtTheSimulator_namesTheVariablesToSet() {
    Router router = RelayConfig.fromEnvironment(Map.of()).router();

    for (String model : new String[] {"gpt-4.1", "openai/gpt-4.1", "simulator", "simulator/", ""}) {
      assertThat(router.resolve(model))
          .isInstanceOfSatisfying(
              NotFound.class,
              notFound ->
                  assertThat(notFound.message())
                      .contains("simulator/…", "OPENAI_API_KEY", "DEEPSEEK_API_KEY")
                      .doesNotContain("ANTHROPIC_API_KEY"));
    }
  }
}

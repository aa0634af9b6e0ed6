package dev.holdfast.engine.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.Profile.Rung;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfilesTest {

  @Test
  void names_whole_areFoundUnderThemselves() {
    assertThat(Profiles.names())
        .contains(
            "openai",
            "deepseek",
            "mistral",
            "vllm",
            "llama.cpp",
            "holysheep",
            "openai-compatible",
            "simulator")
        .allSatisfy(name -> assertThat(profile(name)).extracting(Profile::name).isEqualTo(name));
    assertThat(Profiles.find("Openai")).isEmpty();
  }

  @Test
  void source_ofEachProfile_isStated() {
    assertThat(Profiles.names())
        .filteredOn(name -> !List.of(Profiles.SIMULATOR, "holdfast").contains(name))
        .allSatisfy(name -> assertThat(profile(name).source()).contains("2026-"));
  }

  /** Exactly the hosted providers whose documentation vouches for it. */
  @Test
  void proven_overAllProfiles_areDocumentedHostedOnes() {
    assertThat(Profiles.names())
        .filteredOn(name -> profile(name).prefill().proven())
        .containsExactly("deepseek", "mistral");
  }

  @Test
  void echo_overAllProfiles_isSettledOnlyWhereProven() {
    assertThat(profile("deepseek").echo()).isEqualTo(Echo.NEVER);
    assertThat(profile("mistral").echo()).isEqualTo(Echo.ALWAYS);
    assertThat(Profiles.names())
        .filteredOn(name -> !profile(name).prefill().proven())
        .allSatisfy(name -> assertThat(profile(name).echo()).isEqualTo(Echo.UNKNOWN));
  }

  @Test
  void openai_partialAnswer_isNeverPrefilled() {
    assertThat(profile("openai").continuation()).containsExactly(Rung.ANCHOR, Rung.REPLAY);
  }

  @Test
  void deepseek_prefill_goesToTheBetaPathOfItsOwnHost() {
    assertThat(profile("deepseek").prefill().path()).isEqualTo("/beta/chat/completions");
    assertThat(profile("deepseek").prefill().members()).isEqualTo("\"prefix\":true");
  }

  @ParameterizedTest
  @CsvSource({
    "openai, o1, true",
    "openai, o3-mini, true",
    "openai, o4-mini, true",
    "openai, gpt-5-nano, true",
    "openai, gpt-4.1, false",
    "openai, gpt-4o, false",
    "deepseek, deepseek-reasoner, true",
    "deepseek, deepseek-chat, false",
    "mistral, magistral-medium-latest, true",
    "mistral, mistral-small-latest, false",
    "openrouter, openai/o3, true",
    "openrouter, openai/gpt-4o, false",
    "openai-compatible, Qwen3-8B, true",
  })
  void reasons_byModelName_followsTheDatedPatterns(String name, String model, boolean expected) {
    assertThat(profile(name).reasons(model)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-4.1, openai",
    "o3, openai",
    "deepseek-chat, deepseek",
    "codestral-latest, mistral",
    "meta-llama/llama-4, openrouter",
  })
  void serves_bareName_isClaimedByOneProfile(String model, String owner) {
    assertThat(Profiles.names())
        .filteredOn(name -> profile(name).serves(model))
        .containsExactly(owner);
  }

  @ParameterizedTest
  @ValueSource(strings = {"claude-sonnet-4.5", "omni", "gpt"})
  void serves_nameOfNobody_isClaimedByNone(String model) {
    assertThat(Profiles.names()).noneMatch(name -> profile(name).serves(model));
  }

  private static Profile profile(String name) {
    return Profiles.find(name).orElseThrow();
  }
}

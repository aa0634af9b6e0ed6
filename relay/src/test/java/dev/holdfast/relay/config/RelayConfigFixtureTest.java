package dev.holdfast.relay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.relay.config.Resolution.Found;
import dev.holdfast.relay.config.Resolution.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The example that the design shows, as it stands there. */
class RelayConfigFixtureTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "HOME", "/home/someone",
          "HOLYSHEEP_API_KEY", "hs-canary-1",
          "DEEPSEEK_API_KEY", "ds-canary-2");

  @Test
  void parse_designExample_refusesExactlyWhatIsNotBuilt() {
    var thrown =
        catchThrowableOfType(
            ConfigException.class, () -> RelayConfig.parse(Fixtures.full(), ENVIRONMENT));

    assertThat(thrown.problems())
        .extracting(ConfigProblem::toString)
        .containsExactly(
            "admin (line 3): not built yet",
            "upstreams.deepseek.bucket (line 8): not built yet",
            "keys[0].credit (line 14): not built yet");
  }

  @Test
  void parse_designExampleWithoutThose_isTheConfiguration() {
    RelayConfig config = RelayConfig.parse(Fixtures.built(), ENVIRONMENT);

    assertThat(config.listen()).isEqualTo(new Listen("127.0.0.1", 8080));
    assertThat(config.workers()).isEqualTo(1);
    assertThat(config.journal())
        .isEqualTo(
            new JournalSettings(
                Path.of("/home/someone/.local/state/holdfast"),
                Duration.ofHours(1),
                10L << 30,
                JournalSettings.Sync.OS));
    assertThat(config.policy()).isEqualTo(Route.Policy.DEFAULTS);
    assertThat(config.breaker()).isEqualTo(BreakerSettings.DEFAULTS);
    assertThat(config.onDisconnect()).isEqualTo(OnDisconnect.AUTO);
    assertThat(config.insecure()).isFalse();
    assertThat(config.bodyBytesMax()).isEqualTo(16 << 20);
    assertThat(config.comments()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.drain()).isEqualTo(DrainTimes.DEFAULTS);
  }

  @Test
  void parse_designExample_readsItsUpstreams() {
    RelayConfig config = RelayConfig.parse(Fixtures.built(), ENVIRONMENT);

    assertThat(config.upstreams())
        .extracting(Upstream::name)
        .containsExactly("holysheep", "deepseek", "bench");
    Upstream deepseek = config.upstream("deepseek").orElseThrow();
    assertThat(deepseek.url()).isEqualTo("https://api.deepseek.com");
    assertThat(deepseek.key()).isEqualTo(new Secret("ds-canary-2"));
    Upstream bench = config.upstream("bench").orElseThrow();
    assertThat(bench.url()).isEqualTo("http://127.0.0.1:9100/v1");
    assertThat(bench.profile().name()).isEqualTo("openai-compatible");
    assertThat(bench.profile().continuation()).containsExactly(Rung.PREFILL, Rung.ANCHOR);
    // Written out, so its operator vouches; what comes is still looked at.
    assertThat(bench.profile().prefill().proven()).isTrue();
    assertThat(bench.profile().echo()).isEqualTo(Echo.UNKNOWN);
  }

  @Test
  void parse_designExample_readsItsRoutesAndKeys() {
    RelayConfig config = RelayConfig.parse(Fixtures.built(), ENVIRONMENT);

    assertThat(config.router().resolve("gpt-4.1"))
        .isEqualTo(
            new Found(
                "gpt-4.1",
                List.of(
                    new Target("holysheep", "gpt-4.1", true, true),
                    new Target("deepseek", "deepseek-chat", true, true)),
                config.policy()));
    ClientKey web = config.keys().get(0);
    assertThat(web.name()).isEqualTo("web");
    assertThat(web.hashes())
        .containsExactly(KeyHash.of("hf-test-key-one"), KeyHash.of("hf-test-key-two"));
    assertThat(web.models()).containsExactly(new ModelPattern("gpt-4.1"));
  }

  @Test
  void notices_ofMemoryJournal_sayThatSessionsDoNotOutliveTheProcess() {
    RelayConfig config = RelayConfig.parse(Fixtures.built(), ENVIRONMENT);

    assertThat(config.notices())
        .containsExactly(
            "journal: in memory, sessions are kept 1h and up to 10GB, never more than a quarter of"
                + " the heap; they do not outlive the process yet, so dir and sync have no effect");
  }

  @Test
  void toString_ofConfiguration_holdsNoKey() {
    RelayConfig config = RelayConfig.parse(Fixtures.built(), ENVIRONMENT);

    assertThat(config.toString()).doesNotContain("canary").contains("***");
  }
}

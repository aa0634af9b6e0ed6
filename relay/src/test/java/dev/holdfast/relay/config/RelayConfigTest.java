package dev.holdfast.relay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.retry.RetryPolicy.Jitter;
import dev.holdfast.engine.session.Clocks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelayConfigTest {
  private static final String UPSTREAM =
      "upstreams: { u: { dialect: openai-chat, url: \"http://127.0.0.1:1/v1/\" } }\n";

  @Test
  void parse_onlyAnUpstream_takesEveryDefault() {
    RelayConfig config = parse("");

    assertThat(config.listen()).isEqualTo(Listen.DEFAULTS);
    assertThat(config.workers()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(config.routes()).isEmpty();
    assertThat(config.keys()).isEmpty();
    assertThat(config.policy()).isEqualTo(Route.Policy.DEFAULTS);
    assertThat(config.journal().dir()).isEqualTo(Path.of("/h/.local/state/holdfast"));
  }

  @Test
  void parse_ownUpstream_isUnknownAndWithoutKey() {
    Upstream upstream = parse("").upstream("u").orElseThrow();

    assertThat(upstream.url()).isEqualTo("http://127.0.0.1:1/v1");
    assertThat(upstream.key()).isNull();
    assertThat(upstream.profile().name()).isEqualTo("openai-compatible");
    assertThat(upstream.profile().prefill().proven()).isFalse();
    assertThat(upstream.concurrencyMax()).isEqualTo(Upstream.CONCURRENCY_UNBOUNDED);
  }

  @Test
  void parse_mannerOfUpstream_overridesTheProfileFieldByField() {
    RelayConfig config =
        parseWhole(
            "upstreams: { m: { profile: mistral, key: k, echo: detect, finish: done, concurrency: 3,"
                + " deterministic: true } }");

    Profile profile = config.upstream("m").orElseThrow().profile();
    assertThat(profile.echo()).isEqualTo(Echo.UNKNOWN);
    assertThat(profile.doneWithoutReason()).isTrue();
    assertThat(profile.deterministic()).isTrue();
    assertThat(profile.prefill().members()).isEqualTo("\"prefix\":true");
    assertThat(config.upstream("m").orElseThrow().concurrencyMax()).isEqualTo(3);
  }

  @Test
  void parse_continuationWithoutPrefill_vouchesForNothing() {
    RelayConfig config =
        parseWhole(
            "upstreams: { v: { profile: vllm, url: \"http://h/v1\", continuation: anchor } }");

    assertThat(config.upstream("v").orElseThrow().profile().prefill().proven()).isFalse();
  }

  @Test
  void parse_everyPolicy_isRead() {
    RelayConfig config =
        parse(
            """
            listen: "[::1]:0"
            workers: 3
            journal: { dir: /var/lib/holdfast, keep: 10m, size-max: 64MB, sync: always }
            retry: { attempts: 3, attempts-in-all: 7, base: 500ms, cap: 2s, jitter: none,
                     wait-before-content: 1m, wait-after-content: 2m, wait-without-hint: 30s,
                     spread: 0s, input-tokens-floor: 5, input-spend-factor: 2 }
            clocks: { connect: 1s, first-progress: 2s, first-progress-reasoning: 3s,
                      idle-progress: 4s, idle-progress-quiet: 5s, liveness: 6s, recovery: 7s,
                      answer: 8s, finish-grace: 0s, queue: 9s }
            commit-after: 0s
            breaker: { failures-in-row: 2, rate: 10%, results-min: 4, window: 1s, open: 2s,
                       open-max: 3s, successes: 1 }
            on-disconnect: cancel
            seams: lenient
            probe: on-break
            anchor: { preset: seed-session, note: "Go on: {anchor}", second-note: "Again: {anchor}",
                      quotes: shortest }
            insecure: on
            body-max: 1MB
            request-within: 9s
            comments: 5s
            drain: { accept: 0s, readers: 1s }
            """);

    assertThat(config.listen()).isEqualTo(new Listen("::1", 0));
    assertThat(config.workers()).isEqualTo(3);
    assertThat(config.journal())
        .isEqualTo(
            new JournalSettings(
                Path.of("/var/lib/holdfast"),
                Duration.ofMinutes(10),
                64 << 20,
                JournalSettings.Sync.ALWAYS));
    assertThat(config.policy())
        .isEqualTo(
            new Route.Policy(
                new RetryPolicy(
                    3,
                    7,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(2),
                    Jitter.NONE,
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(2),
                    Duration.ofSeconds(30),
                    Duration.ZERO,
                    5,
                    2),
                new Clocks(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(6),
                    Duration.ofSeconds(7),
                    Duration.ofSeconds(8),
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ofSeconds(9)),
                Seams.LENIENT,
                Probe.ON_BREAK,
                new AnchorTemplate(
                    AnchorTemplate.Role.SYSTEM,
                    "Go on: {anchor}",
                    "Again: {anchor}",
                    AnchorTemplate.Quotes.SHORTEST)));
    assertThat(config.breaker())
        .isEqualTo(
            new BreakerSettings(
                true,
                2,
                10,
                4,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                1));
    assertThat(config.onDisconnect()).isEqualTo(OnDisconnect.CANCEL);
    assertThat(config.insecure()).isTrue();
    assertThat(config.bodyBytesMax()).isEqualTo(1 << 20);
    assertThat(config.requestWithin()).isEqualTo(Duration.ofSeconds(9));
    assertThat(config.comments()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.drain()).isEqualTo(new DrainTimes(Duration.ZERO, Duration.ofSeconds(1)));
  }

  @Test
  void parse_longerClock_raisesTheOneOfThoseThatThink() {
    Clocks clocks = parse("clocks: { first-progress: 10m, idle-progress: 1s }").policy().clocks();

    assertThat(clocks.firstProgressReasoning()).isEqualTo(Duration.ofMinutes(10));
    assertThat(clocks.idleProgressQuiet()).isEqualTo(Duration.ofSeconds(300));
  }

  @ParameterizedTest
  @CsvSource({
    "retry: seed-basic, 4",
    "retry: seed-session, 5",
    "retry: { preset: seed-basic }, 4",
  })
  void parse_retryPreset_isTheSeedsDoubling(String line, int attempts) {
    RetryPolicy retry = parse(line).policy().retry();

    assertThat(retry.attemptsWithoutProgressMax()).isEqualTo(attempts);
    assertThat(retry.attemptsMax()).isEqualTo(attempts);
    assertThat(retry.base()).isEqualTo(Duration.ofSeconds(1));
    assertThat(retry.cap()).isEqualTo(Duration.ofSeconds(10));
    assertThat(retry.jitter()).isEqualTo(Jitter.NONE);
  }

  @Test
  void parse_numbersBesidePreset_win() {
    RetryPolicy retry = parse("retry: { preset: seed-basic, base: 2s }").policy().retry();

    assertThat(retry.base()).isEqualTo(Duration.ofSeconds(2));
    assertThat(retry.jitter()).isEqualTo(Jitter.NONE);
  }

  @Test
  void parse_breakerInOneWord_isOnOffOrTheSeeds() {
    assertThat(parse("breaker: on").breaker()).isEqualTo(BreakerSettings.DEFAULTS);
    assertThat(parse("breaker: off").breaker().enabled()).isFalse();
    assertThat(parse("breaker: seed-breaker").breaker()).isEqualTo(BreakerSettings.SEED);
    assertThat(parse("breaker: { preset: seed-breaker, open: 30s }").breaker())
        .extracting(BreakerSettings::open, BreakerSettings::successesToClose)
        .containsExactly(Duration.ofSeconds(30), 1);
  }

  @Test
  void parse_routeWithOwnRules_changesOnlyThose() {
    RelayConfig config =
        parse(
            """
            seams: lenient
            commit-after: 3s
            clocks: { connect: 2s }
            routes:
              m: { targets: [u/m], clocks: { answer: 5m }, retry: { attempts: 2 }, probe: on-break }
              n: u/n
            """);

    Route.Policy own = config.routes().get(0).policy();
    assertThat(own.clocks().answer()).isEqualTo(Duration.ofMinutes(5));
    assertThat(own.clocks().connect()).isEqualTo(Duration.ofSeconds(2));
    assertThat(own.clocks().commitAfter()).isEqualTo(Duration.ofSeconds(3));
    assertThat(own.retry().attemptsWithoutProgressMax()).isEqualTo(2);
    assertThat(own.seams()).isEqualTo(Seams.LENIENT);
    assertThat(own.probe()).isEqualTo(Probe.ON_BREAK);
    assertThat(config.routes().get(1).policy()).isEqualTo(config.policy());
  }

  @Test
  void parse_openAddressWithKeysOrInsecure_isAccepted() {
    assertThat(parse("listen: 0.0.0.0:80\ninsecure: true").notices())
        .anyMatch(notice -> notice.startsWith("insecure: anyone who reaches 0.0.0.0:80"));
    assertThat(
            parse("listen: 0.0.0.0:80\nkeys: [{ name: w, sha256: " + "a".repeat(64) + " }]")
                .notices())
        .noneMatch(notice -> notice.contains("insecure"));
  }

  @Test
  void parse_keyWithoutModels_mayAskForAll() {
    RelayConfig config = parse("keys: [{ name: w, sha256: " + "A".repeat(64) + " }]");

    assertThat(config.keys().get(0).models()).containsExactly(new ModelPattern("*"));
    assertThat(config.keys().get(0).hashes())
        .containsExactly(KeyHash.parse("a".repeat(64)).orElseThrow());
  }

  @Test
  void notices_keyOverPlainHttp_isNamedOnlyForOtherMachines() {
    assertThat(
            parseWhole(
                    "upstreams: { u: { dialect: openai-chat, url: \"http://h/v1\", key: canary } }")
                .notices())
        .contains("upstreams.u: its key and all text go over http, readable by all");
    assertThat(
            parseWhole(
                    "upstreams: { u: { dialect: openai-chat, url: \"http://localhost/v1\", key: c }"
                        + " }")
                .notices())
        .noneMatch(notice -> notice.contains("http"));
  }

  @ParameterizedTest
  @CsvSource({
    "~, /h",
    "~/x, /h/x",
    "~//x, /h/x",
    "/a/../b, /b",
  })
  void parse_directory_isExpandedAndNormal(String written, String expected) {
    assertThat(parse("journal: { dir: \"" + written + "\" }").journal().dir())
        .isEqualTo(Path.of(expected));
  }

  @Test
  void parse_stateHomeInEnvironment_isWhereStateLies() {
    RelayConfig config = RelayConfig.parse(UPSTREAM, Map.of("XDG_STATE_HOME", "/state"));

    assertThat(config.journal().dir()).isEqualTo(Path.of("/state/holdfast"));
  }

  @Test
  void parse_environmentInsideAText_isPutIn() {
    RelayConfig config =
        RelayConfig.parse(
            "upstreams: { u: { dialect: openai-chat, url: \"http://${HOST}:${PORT}/v1\" } }",
            Map.of("HOST", "10.0.0.1", "PORT", "9"));

    assertThat(config.upstream("u").orElseThrow().url()).isEqualTo("http://10.0.0.1:9/v1");
  }

  @Test
  void withPort_ofCommandLine_keepsTheHost() {
    assertThat(parse("listen: localhost:1").withPort(0).listen())
        .isEqualTo(new Listen("localhost", 0));
  }

  @Test
  void withUpstreamUrl_ofNobody_isRefused() {
    assertThat(parse("").withUpstreamUrl("u", "http://x").upstream("u").orElseThrow().url())
        .isEqualTo("http://x");
    assertThatThrownBy(() -> parse("").withUpstreamUrl("nobody", "http://x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nobody");
  }

  @Test
  void secret_printed_isStars() {
    assertThat(new Secret("canary")).hasToString("***");
    assertThatThrownBy(() -> new Secret("canary\r\nX: y"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("canary");
  }

  private static RelayConfig parse(String more) {
    return parseWhole(UPSTREAM + more);
  }

  private static RelayConfig parseWhole(String yaml) {
    return RelayConfig.parse(yaml, Map.of("HOME", "/h"));
  }
}

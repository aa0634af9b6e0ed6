package dev.holdfast.relay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A wrong file names key, line, value and rule. */
class RelayConfigProblemsTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("SECRET", "canary-secret", "BAD", "canary with space", "NOTHING", "");

  /** A file that holds, to which one wrong line is added. */
  private static final String GOOD =
      "upstreams: { a: { dialect: openai-chat, url: \"http://127.0.0.1:1/v1\" } }\n";

  static Stream<Arguments> wrongLines() {
    return Stream.of(
        // Unknown, twice, not built.
        arguments("lisen: 127.0.0.1:1", "lisen (line 2): unknown key; did you mean listen?"),
        arguments(
            "drain: { zzzzzz: 1s }",
            "drain.zzzzzz (line 2): unknown key; known here: accept, readers"),
        arguments(
            "clocks: { conect: 1s }",
            "clocks.conect (line 2): unknown key; did you mean" + " connect?"),
        arguments(
            "workers: 1\nworkers: 2",
            "workers (line 3): expected once, is also written in" + " line 2"),
        arguments("admin: 127.0.0.1:9090", "admin (line 2): not built yet"),
        arguments("cors: { origins: [] }", "cors (line 2): not built yet"),
        arguments("recover: { when: start }", "recover (line 2): not built yet"),
        // Forms of single values.
        arguments(
            "clocks: { idle-progress: 60 }",
            "clocks.idle-progress (line 2): expected a time such as 60s, got 60"),
        arguments(
            "clocks: { idle-progress: 0s }",
            "clocks.idle-progress (line 2): expected a time such as 60s, got 0s"),
        arguments("clocks: 60s", "clocks (line 2): expected a map, got 60s"),
        arguments(
            "commit-after:",
            "commit-after (line 2): expected a time such as 60s or 0s, got" + " nothing"),
        arguments("workers: 0", "workers (line 2): expected a whole number from 1 to 1024, got 0"),
        arguments(
            "workers: [1]",
            "workers (line 2): expected a whole number from 1 to 1024, got a" + " list"),
        arguments(
            "body-max: 1",
            "body-max (line 2): expected a size such as 64MB, from 1KB to 1GB," + " got 1"),
        arguments("insecure: maybe", "insecure (line 2): expected true or false, got maybe"),
        arguments("seams: loose", "seams (line 2): expected one of strict, lenient, got loose"),
        arguments(
            "anchor: mine", "anchor (line 2): expected one of default, seed-session, got mine"),
        arguments(
            "anchor: { note: go on }",
            "anchor.note (line 2): expected a text that holds {anchor} once, got go on"),
        arguments("probe: always", "probe (line 2): expected one of never, on-break, got always"),
        arguments(
            "on-disconnect: stop",
            "on-disconnect (line 2): expected one of auto, continue," + " cancel, got stop"),
        arguments(
            "journal: { dir: ~root/x }",
            "journal.dir (line 2): expected a directory, got" + " ~root/x"),
        arguments(
            "journal: { sync: never }",
            "journal.sync (line 2): expected one of os, always," + " got never"),
        arguments(
            "breaker: { rate: 50 }",
            "breaker.rate (line 2): expected a percentage such as"
                + " 50%, from 1% to 100%, got 50"),
        arguments(
            "breaker: maybe",
            "breaker (line 2): expected on, off, seed-breaker or a map of" + " numbers, got maybe"),
        arguments(
            "retry: seed",
            "retry (line 2): expected one of seed-basic, seed-session, got" + " seed"),
        arguments(
            "retry: { jitter: some }",
            "retry.jitter (line 2): expected one of full, none, got" + " some"),
        // Values that must fit each other.
        arguments(
            "retry: { base: 20s }",
            "retry.cap (line 2): expected at least base (20s), got" + " 10s"),
        arguments(
            "retry: { attempts: 9, attempts-in-all: 3 }",
            "retry.attempts-in-all (line 2):" + " expected at least attempts (9), got 3"),
        arguments(
            "breaker: { open: 10s, open-max: 1s }",
            "breaker.open-max (line 2): expected at" + " least open (10s), got 1s"),
        arguments(
            "drain: { accept: 30s }",
            "drain.readers (line 2): expected at least accept (30s),"
                + " both count from the signal; got 25s"),
        // Where it listens.
        arguments(
            "listen: 8080",
            "listen (line 2): expected host:port such as 127.0.0.1:8080, the"
                + " port from 0 to 65535, got 8080"),
        arguments(
            "listen: 127.0.0.1:70000",
            "listen (line 2): expected host:port such as"
                + " 127.0.0.1:8080, the port from 0 to 65535, got 127.0.0.1:70000"),
        arguments(
            "listen: 0.0.0.0:8080",
            "listen (line 2): expected a loopback address, or keys, or"
                + " insecure: true; got 0.0.0.0:8080 without keys, where anyone could spend your"
                + " credit"),
        // Routes.
        arguments(
            "routes: { m: [b/m] }",
            "routes.m[0] (line 2): no upstream is named b; did you" + " mean a?"),
        arguments(
            "routes: { m: [m] }",
            "routes.m[0] (line 2): expected upstream/model, without *"
                + " because the route has none, got m"),
        arguments(
            "routes: { m: [a/*] }",
            "routes.m[0] (line 2): expected upstream/model, without *"
                + " because the route has none, got a/*"),
        arguments(
            "routes: { m: [] }",
            "routes.m (line 2): expected at least one target, got an" + " empty list"),
        arguments("routes: { m: [a/m, a/m] }", "routes.m[1] (line 2): expected each target once"),
        arguments(
            "routes: { m: { targets: a/m, clock: {} } }",
            "routes.m.clock (line 2): unknown key; did you mean clocks?"),
        arguments(
            "routes: { m: [{ target: a/m, when: [break] }] }",
            "routes.m (line 2): expected at" + " least one target that may start"),
        arguments(
            "routes: { m: [{ target: a/m, when: now }] }",
            "routes.m[0].when (line 2):" + " expected one of start, break, got now"),
        arguments(
            "routes: { \"a*b*\": [a/m] }",
            "routes.\"a*b*\" (line 2): expected a model name" + " with at most one *"),
        // Keys.
        arguments("keys: []", "keys (line 2): expected a list of keys, got an empty list"),
        arguments(
            "keys: [{ name: web }]",
            "keys[0].sha256 (line 2): expected the SHA-256 of at" + " least one key, got nothing"),
        arguments(
            "keys: [{ name: a b, sha256: " + "0".repeat(64) + " }]",
            "keys[0].name (line 2): expected a name of 1 to 64 letters, digits, dots, dashes and"
                + " underscores, got a b"),
        arguments(
            "keys: [{ name: w, sha256: canary-key }]",
            "keys[0].sha256 (line 2): expected 64 hexadecimal digits, the SHA-256 of a key that is"
                + " not empty, got another text of 10 characters"),
        arguments(
            "keys: [{ name: w, sha256:"
                + " e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 }]",
            "keys[0].sha256 (line 2): expected 64 hexadecimal digits, the SHA-256 of a key that is"
                + " not empty, got another text of 64 characters"),
        arguments(
            "keys: [{ name: w, sha256: "
                + "0".repeat(64)
                + " }, { name: v, sha256: "
                + "0".repeat(64)
                + " }]",
            "keys[1].sha256 (line 2): 00000000… is already a key of w"),
        arguments(
            "keys: [{ name: w, sha256: "
                + "0".repeat(64)
                + " }, { name: w, sha256: "
                + "1".repeat(64)
                + " }]",
            "keys[1].name (line 2): expected each owner once, with all hashes in one list; got w"),
        arguments("keys: [canary-key]", "keys[0] (line 2): expected a map with name and sha256"),
        // The environment.
        arguments(
            "seams: ${NOT_THERE}",
            "seams (line 2): environment variable NOT_THERE is not" + " set"),
        arguments("seams: ${NOTHING}", "seams (line 2): environment variable NOTHING is empty"),
        arguments(
            "seams: ${not closed",
            "seams (line 2): expected ${NAME} with the name of an" + " environment variable"),
        arguments(
            "seams: ${SECRET}",
            "seams (line 2): expected one of strict, lenient, got" + " ${SECRET}"),
        arguments(
            "retry: { base: &x 1s, cap: *x }",
            "retry.cap (line 2): expected the value itself," + " got a YAML alias"));
  }

  @ParameterizedTest
  @MethodSource("wrongLines")
  void parse_oneWrongLine_isTheOnlyProblem(String line, String problem) {
    assertThat(problems(GOOD + line + "\n")).containsExactly(problem);
  }

  static Stream<Arguments> wrongUpstreams() {
    return Stream.of(
        arguments(
            "{ profile: deepsek, key: k }",
            "upstreams.u.profile (line 1): expected one of"
                + " openai, deepseek, mistral, openrouter, holysheep, vllm, llama.cpp,"
                + " openai-compatible, holdfast, simulator; did you mean deepseek?"),
        arguments(
            "{ profile: anthropic, key: k }",
            "upstreams.u.profile (line 1): anthropic: not" + " built yet"),
        arguments(
            "{ dialect: anthropic-messages, key: k }",
            "upstreams.u.dialect (line 1):" + " anthropic-messages: not built yet"),
        arguments(
            "{ dialect: openai-responses, key: k }",
            "upstreams.u.dialect (line 1):" + " openai-responses: not built yet"),
        arguments(
            "{ profile: openai, key: k, pass-through: true }",
            "upstreams.u.pass-through (line" + " 1): not built yet"),
        arguments(
            "{ profile: openai }",
            "upstreams.u.key (line 1): expected the provider's key, such"
                + " as \"${PROVIDER_API_KEY}\""),
        arguments(
            "{ profile: openai, key: canary key }",
            "upstreams.u.key (line 1): expected a"
                + " credential of visible ASCII characters, got another text of 10 characters"),
        arguments(
            "{ profile: openai, key: \"${BAD}\" }",
            "upstreams.u.key (line 1): expected a"
                + " credential of visible ASCII characters, got another text of 17 characters"),
        arguments(
            "{ profile: openai, key: \"${NOT_THERE}\" }",
            "upstreams.u.key (line 1):" + " environment variable NOT_THERE is not set"),
        arguments(
            "{ dialect: openai-chat }",
            "upstreams.u.url (line 1): expected a base URL, because"
                + " profile and dialect name none"),
        arguments(
            "{ dialect: openai-chat, url: \"ftp://h/v1\" }",
            "upstreams.u.url (line 1):"
                + " expected a base URL such as https://api.example.com/v1, without user, query or"
                + " fragment, got ftp://h/v1"),
        arguments(
            "{ dialect: openai-chat, url: \"http://u:canary@h/v1\" }",
            "upstreams.u.url (line 1): expected a base URL such as https://api.example.com/v1,"
                + " without user, query or fragment, got another text of 20 characters"),
        arguments(
            "{ dialect: openai-chat, url: \"http://h/v1?key=canary\" }",
            "upstreams.u.url (line 1): expected a base URL such as https://api.example.com/v1,"
                + " without user, query or fragment, got another text of 22 characters"),
        arguments(
            "{ profile: deepseek, key: k, url: \"https://api.deepseek.com/v1\" }",
            "upstreams.u.url (line 1): expected https://api.deepseek.com, because an answer is"
                + " continued at /beta/chat/completions of it"),
        arguments(
            "{ profile: openai, key: k, continuation: [prefil] }",
            "upstreams.u.continuation[0] (line 1): expected one of native, prefill, anchor, replay, got"
                + " prefil"),
        arguments(
            "{ profile: openai, key: k, continuation: [anchor, anchor] }",
            "upstreams.u.continuation (line 1): expected each way once"),
        arguments(
            "{ profile: openai, key: k, echo: maybe }",
            "upstreams.u.echo (line 1): expected" + " one of always, never, detect, got maybe"),
        arguments(
            "{ profile: openai, key: k, finish: eof }",
            "upstreams.u.finish (line 1): expected" + " one of done, reason, got eof"),
        arguments(
            "{ profile: openai, key: k, concurrency: 0 }",
            "upstreams.u.concurrency (line 1):"
                + " expected a whole number from 1 to 1000000, got 0"),
        arguments("here", "upstreams.u (line 1): expected a map, got here"));
  }

  @ParameterizedTest
  @MethodSource("wrongUpstreams")
  void parse_oneWrongUpstream_isTheOnlyProblem(String upstream, String problem) {
    assertThat(problems("upstreams: { u: " + upstream + " }\n")).containsExactly(problem);
  }

  @Test
  void parse_neitherProfileNorDialect_saysBoth() {
    assertThat(problems("upstreams: { u: { url: \"http://h/v1\" } }"))
        .singleElement()
        .asString()
        .startsWith("upstreams.u.profile (line 1): expected a profile (openai, ")
        .endsWith("or a dialect (openai-chat)");
  }

  @Test
  void parse_slashInUpstreamName_isRefused() {
    assertThat(problems("upstreams: { a/b: { profile: openai, key: k } }"))
        .singleElement()
        .asString()
        .startsWith("upstreams.\"a/b\" (line 1): expected a name of letters");
  }

  @Test
  void parse_noUpstream_isRefused() {
    assertThat(problems("listen: 127.0.0.1:0"))
        .containsExactly("upstreams (line 1): expected at least one upstream, got none");
    assertThat(problems("upstreams: {}"))
        .containsExactly("upstreams (line 1): expected a map of names to upstreams, got a map");
  }

  @Test
  void parse_severalWrongThings_areAllTold() {
    var yaml =
        """
        clocks:
          connect: 5
          answer: soon
        upstreams:
          one: { profile: openai }
        seams: x
        """;

    assertThat(problems(yaml))
        .extracting(problem -> problem.replaceAll(":.*", ""))
        .containsExactly(
            "clocks.connect (line 2)",
            "clocks.answer (line 3)",
            "upstreams.one.key (line 5)",
            "seams (line 6)");
  }

  @Test
  void parse_brokenYaml_namesThePlaceAndQuotesNothing() {
    var yaml = "upstreams:\n  a: { profile: openai, key: canary-secret\nlisten: [";

    assertThat(problems(yaml))
        .singleElement()
        .asString()
        .startsWith("line 3: expected YAML")
        .doesNotContain("canary");
  }

  @Test
  void parse_unquotedStar_advisesQuotes() {
    assertThat(problems(GOOD + "routes:\n  *: [a/*]\n"))
        .singleElement()
        .asString()
        .startsWith("line 3: expected YAML")
        .contains("* and texts with : or # need quotes");
  }

  @Test
  void parse_nothing_isRefused() {
    assertThat(problems("")).containsExactly("line 1: expected a map of keys, got nothing");
    assertThat(problems("- a")).containsExactly("line 1: expected a map of keys, got a list");
    assertThat(problems(GOOD + "---\nworkers: 1\n"))
        .containsExactly("line 3: expected one document, got another after ---");
  }

  @Test
  void read_missingFile_isNamed(@TempDir Path directory) {
    Path file = directory.resolve("none.yaml");

    var thrown =
        catchThrowableOfType(ConfigException.class, () -> RelayConfig.read(file, Map.of()));

    assertThat(thrown).hasMessage("no such file: " + file);
  }

  @Test
  void read_file_isParsed(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("relay.yaml"), GOOD);

    assertThat(RelayConfig.read(file, Map.of()).upstream("a")).isPresent();
  }

  @Test
  void read_otherEncoding_isRefused(@TempDir Path directory) throws Exception {
    Path file = Files.write(directory.resolve("relay.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe});

    var thrown =
        catchThrowableOfType(ConfigException.class, () -> RelayConfig.read(file, Map.of()));

    assertThat(thrown).hasMessage("expected UTF-8 in " + file);
  }

  /** Each text of a problem, which never holds a canary. */
  private static List<String> problems(String yaml) {
    var thrown =
        catchThrowableOfType(ConfigException.class, () -> RelayConfig.parse(yaml, ENVIRONMENT));
    assertThat(thrown).as("problems of %s", yaml).isNotNull();
    assertThat(thrown.getMessage()).doesNotContain("canary");
    return thrown.problems().stream().map(ConfigProblem::toString).toList();
  }
}

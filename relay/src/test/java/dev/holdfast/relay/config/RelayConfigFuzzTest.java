package dev.holdfast.relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in the file, it is a configuration or a list of problems, and nothing leaks. */
class RelayConfigFuzzTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("HOLYSHEEP_API_KEY", "canary-1", "DEEPSEEK_API_KEY", "canary-2");

  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ":",
          ": ",
          ",",
          "\n",
          "  ",
          "-",
          "- ",
          "\"",
          "'",
          "*",
          "&a ",
          "*a",
          "!!binary ",
          "!x ",
          "|\n",
          ">\n",
          "?",
          "? ",
          "#",
          "%",
          "@",
          "`",
          "\t",
          "\0",
          "\uFEFF",
          "\uD83D\uDE00",
          "\uD83D",
          "${",
          "${}",
          "${DEEPSEEK_API_KEY}",
          "---\n",
          "...\n",
          "0x1F",
          ".inf",
          ".nan",
          "1e999",
          "-0",
          "null",
          "~",
          "<<: ",
          "2001-01-01",
          "999999999999999999");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void parse_mutatedExample_isAConfigurationOrProblems(long seed) {
    var random = new Random(seed);
    String whole = Fixtures.built();
    for (int run = 0; run < 150; run++) {
      var text = new StringBuilder(whole);
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
          case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(12)));
          default -> text.setLength(Math.max(1, at));
        }
      }

      assertThat(outcome(text.toString())).as("seed %s run %s", seed, run).doesNotContain("canary");
    }
  }

  @Test
  void parse_oddScalars_areTextsOrProblems() {
    for (String piece : PIECES) {
      assertThat(outcome("upstreams: { u: { profile: openai, key: " + piece + " } }")).isNotNull();
      assertThat(outcome("workers: " + piece)).isNotNull();
      assertThat(outcome(piece)).isNotNull();
    }
  }

  @Test
  void parse_deepNesting_isAProblem() {
    assertThat(outcome("upstreams: " + "[".repeat(2_000))).contains("expected YAML");
    assertThat(outcome("upstreams: " + "[".repeat(400) + "]".repeat(400))).contains("upstreams");
  }

  private static String outcome(String yaml) {
    try {
      return RelayConfig.parse(yaml, ENVIRONMENT).toString();
    } catch (ConfigException e) {
      assertThat(e.problems()).isNotEmpty();
      return String.valueOf(e.getMessage());
    }
  }
}

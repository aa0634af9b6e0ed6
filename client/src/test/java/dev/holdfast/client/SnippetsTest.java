package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The examples of the documentation do what they say. */
class SnippetsTest {
  @Test
  void first_againstAProvider_returnsTheWholeAnswer() {
    try (var upstreams = new Upstreams()) {
      var answer = Snippets.first(upstreams.at("503(retry-after-ms=1); ok"), "k");

      assertThat(answer.text()).isEqualTo(Upstreams.unbroken("Explain retry logic"));
    }
  }

  @Test
  void decided_byOutcome_saysWhatCame() {
    try (var upstreams = new Upstreams();
        var holdfast = Holdfast.builder().baseUrl(upstreams.at("400*")).build()) {
      assertThat(Snippets.decided(holdfast, Upstreams.request())).startsWith("given up with");
    }
  }

  /** Page and javadoc show the very lines that are compiled here. */
  @Test
  void pages_showTheFirstExample() throws Exception {
    var source = Files.readString(Path.of("src/test/java/dev/holdfast/client/Snippets.java"));
    var begin = "// @start region=\"first\"\n";
    int from = source.indexOf(begin) + begin.length();
    var lines = source.substring(from, source.indexOf("// @end", from)).stripTrailing();
    var region = lines.stripIndent();
    var page = Files.readString(Path.of("src/main/java/dev/holdfast/client/Holdfast.java"));

    assertThat(page.replace("\n * ", "\n")).contains(region);
    assertThat(Files.readString(Path.of("../README.md"))).contains(region);
  }
}

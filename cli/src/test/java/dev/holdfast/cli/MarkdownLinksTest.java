package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkdownLinksTest {
  private static final Path PAGE = Path.of("docs", "page.md");

  @TempDir private Path root;

  @Test
  void linkToAMissingFile_isBroken() {
    assertThat(MarkdownLinks.broken(root, PAGE, "[a](gone.md#x) [b](/gone)"))
        .containsExactly("docs/page.md: gone.md#x", "docs/page.md: /gone");
  }

  @Test
  void linkInCode_orToAnAnchor_orToTheWeb_isNotOurs() {
    String page = "`[a](a.md)` [b](#here) [c](https://example.org)\n```\n[d](d.md)\n```\n";
    assertThat(MarkdownLinks.broken(root, PAGE, page)).isEmpty();
  }

  @Test
  void linkToAFile_isSeenFromThePage() throws IOException {
    Files.createDirectory(root.resolve("docs"));
    Files.createFile(root.resolve("README.md"));
    assertThat(MarkdownLinks.broken(root, PAGE, "[a](../README.md) [b](/README.md)")).isEmpty();
  }
}

package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds the whole repository to {@link HouseRules}; each rule is also shown to catch a breach. */
class HouseRulesTest {
  private static final Set<String> SKIPPED =
      Set.of("target", ".git", "node_modules", "__pycache__", ".idea", ".venv");

  private static Path root;
  private static List<Path> files;

  @BeforeAll
  static void findFiles() throws IOException {
    root = repositoryRoot();
    files = filesUnder(root);
  }

  @ParameterizedTest
  @EnumSource
  void javaSource_keepsTheRule(HouseRules rule) {
    assertThat(
            sources()
                .filter(rule::governs)
                .flatMap(path -> rule.breaches(path, read(path)).stream())
                .toList())
        .as(rule.sentence())
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void breach_isCaught(HouseRules rule) {
    assertThat(rule.breaches(Path.of("Breach.java"), rule.example()))
        .as(rule.sentence())
        .isNotEmpty();
  }

  @Test
  void links_leadToFilesThatExist() {
    assertThat(
            markdown()
                .flatMap(page -> MarkdownLinks.broken(root, page, read(page)).stream())
                .toList())
        .isEmpty();
  }

  @Test
  void promises_nameTestsThatExist() {
    Path readme = root.resolve("README.md");
    Set<String> classes =
        Set.copyOf(
            sources().map(path -> path.getFileName().toString().replace(".java", "")).toList());
    assertThat(PromiseTable.faults(read(readme), classes::contains)).isEmpty();
  }

  private static Stream<Path> sources() {
    return files.stream().filter(named(".java")).map(root::relativize);
  }

  private static Stream<Path> markdown() {
    return files.stream().filter(named(".md")).map(root::relativize);
  }

  private static Predicate<Path> named(String suffix) {
    return path -> path.getFileName().toString().endsWith(suffix);
  }

  private static String read(Path path) {
    try {
      return Files.readString(root.resolve(path));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The first folder upwards that holds both the reactor and the launcher. */
  private static Path repositoryRoot() {
    Path start = Path.of("").toAbsolutePath();
    for (Path at = start; at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("pom.xml")) && Files.exists(at.resolve("holdfast"))) {
        return at;
      }
    }
    throw new IllegalStateException("expected pom.xml and holdfast in a folder above " + start);
  }

  private static List<Path> filesUnder(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return SKIPPED.contains(dir.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            found.add(file);
            return FileVisitResult.CONTINUE;
          }
        });
    found.sort(null);
    return found;
  }
}

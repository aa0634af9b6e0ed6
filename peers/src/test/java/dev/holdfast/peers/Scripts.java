package dev.holdfast.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The scripts under {@code .ci} that bring the peers. */
final class Scripts {
  private Scripts() {}

  /** The first folder upwards that holds both the reactor and the scripts. */
  static Path repositoryRoot() {
    var start = Path.of("").toAbsolutePath();
    for (var at = start; at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve(".ci")) && Files.exists(at.resolve("holdfast"))) {
        return at;
      }
    }
    throw new IllegalStateException("expected .ci and holdfast in a folder above " + start);
  }

  static ProcessBuilder builder(String script, String... arguments) {
    var command =
        Stream.concat(
                Stream.of("bash", repositoryRoot().resolve(".ci").resolve(script).toString()),
                Stream.of(arguments))
            .toList();
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  /** Runs a script to its end; it must succeed. */
  static List<String> output(String script, String... arguments)
      throws IOException, InterruptedException {
    var process = builder(script, arguments).start();
    process.getOutputStream().close();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("exit code of .ci/" + script).isZero();
    return text.lines().toList();
  }
}

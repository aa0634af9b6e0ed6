package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.FaultCase;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FaultPageTest {
  private static final String PAGE = "docs/FAULTS.md";

  @Test
  void page_ofTheRepository_isTheOneOfTheTable() throws Exception {
    var root = root();
    var generated = FaultPage.of(FaultCase.all());
    var written = root.resolve("relay/target/FAULTS.md");
    Files.createDirectories(root.resolve("relay/target"));
    Files.writeString(written, generated);

    var committed = root.resolve(PAGE);

    assertThat(committed).exists();
    assertThat(Files.readString(committed))
        .as("after a change of faults.csv: cp relay/target/FAULTS.md " + PAGE)
        .isEqualTo(generated);
  }

  /** The repository, whether the build was started there or in the module. */
  private static Path root() {
    var here = Path.of("").toAbsolutePath();
    for (var at = here; at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("docs/ARCHITECTURE.md"))) {
        return at;
      }
    }
    throw new AssertionError("expected docs/ARCHITECTURE.md above " + here);
  }
}

package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.seams.SeamCampaign;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SeamsCommandTest {
  private static final Path PAGE = Path.of("..", "docs", "SEAMS.md");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void everyRow_inTheShortForm_isNeverSilentlyWrong() {
    execute("seams", "--breaks", "12", "--seed", "3");

    assertThat(out.toString()).contains("silent wrong 0").doesNotContain("SILENT WRONG");
  }

  @Test
  void oneRow_isWrittenAsAPage(@TempDir Path folder) throws IOException {
    var page = folder.resolve("page.md");

    int code =
        execute(
            "seams", "--breaks", "40", "--row", "prefill, exact [fixed]", "--write", "" + page);

    assertThat(code).as(out.toString()).isZero();
    assertThat(rows(page)).containsExactly("prefill, exact [fixed]");
    assertThat(Files.readString(page)).contains("./holdfast seams --breaks 40 --seed 1");
  }

  @Test
  void page_ofTheRepository_hasTheRowsOfTheCampaign() throws IOException {
    assertThat(rows(PAGE)).isEqualTo(SeamCampaign.names());
  }

  @Test
  void unknownRow_namesThoseThereAre() {
    assertThat(execute("seams", "--row", "lunch")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("anchor, obeyed [differing]").contains("came lunch");
  }

  private static List<String> rows(Path page) throws IOException {
    return Files.readString(page)
        .lines()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| row |"))
        .map(line -> line.split(" \\| ", -1)[0].substring(2))
        .toList();
  }

  private int execute(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}

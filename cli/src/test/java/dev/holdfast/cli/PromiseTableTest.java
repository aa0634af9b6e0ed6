package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PromiseTableTest {

  @Test
  void rowNamingAMissingTest_isAFault() {
    assertThat(PromiseTable.faults(table("`GoneTest`"), name -> false))
        .contains("P3 names GoneTest, which does not exist");
  }

  @Test
  void rowWithoutProofOrAdmission_isAFault() {
    assertThat(PromiseTable.faults(table("surely"), name -> true))
        .contains("P3 names no test and does not say that it has none");
  }

  @Test
  void missingRow_isAFault() {
    assertThat(PromiseTable.faults("| P1 a | b | *not yet* |", name -> true)).hasSize(1);
  }

  @Test
  void wholeTable_passes() {
    assertThat(PromiseTable.faults(table("`SseTest`, *not yet* on disk"), "SseTest"::equals))
        .isEmpty();
  }

  /** A table of eight rows whose third has {@code proof}. */
  private static String table(String proof) {
    return IntStream.rangeClosed(1, 8)
        .mapToObj(n -> "| P" + n + " name | sentence | " + (n == 3 ? proof : "*not yet*") + " |")
        .collect(Collectors.joining("\n"));
  }
}

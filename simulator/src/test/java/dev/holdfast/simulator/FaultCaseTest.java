package dev.holdfast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.simulator.FaultCase.Expected;
import dev.holdfast.simulator.FaultCase.Manners;
import dev.holdfast.simulator.fault.ErrorShape;
import dev.holdfast.simulator.fault.Fault;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.fault.Hint;
import dev.holdfast.simulator.fault.Quirk;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultCaseTest {
  private static final List<FaultCase> CASES = FaultCase.all();
  private static final List<FaultPlan.Entry> ENTRIES =
      CASES.stream().flatMap(row -> row.plan().entries().stream()).toList();
  private static final List<Fault> FAULTS = ENTRIES.stream().map(FaultPlan.Entry::fault).toList();

  @Test
  void names_ofTheTable_areUniqueAndInSnakeCase() {
    assertThat(CASES).extracting(FaultCase::name).doesNotHaveDuplicates();
    assertThat(CASES).allSatisfy(row -> assertThat(row.name()).matches("[a-z0-9_]+"));
  }

  @Test
  void plans_ofTheTable_areWrittenInTheOneForm() {
    assertThat(CASES)
        .allSatisfy(
            row -> assertThat(FaultPlan.parse(row.plan().toString())).isEqualTo(row.plan()));
    assertThat(CASES)
        .allSatisfy(row -> assertThat(row.readerSees()).isNotBlank().doesNotContain("\""));
  }

  @Test
  void kinds_ofEveryFault_appear() {
    for (Class<?> kind : Fault.class.getPermittedSubclasses()) {
      assertThat(FAULTS).as(kind.getSimpleName()).anyMatch(kind::isInstance);
    }
  }

  @Test
  void variants_ofEveryFault_appear() {
    assertThat(FAULTS).contains(impostors());
    assertThat(FAULTS)
        .filteredOn(Fault.InBand.class::isInstance)
        .extracting(fault -> ((Fault.InBand) fault).shape())
        .contains(ErrorShape.values());
    assertThat(FAULTS)
        .filteredOn(Fault.Status.class::isInstance)
        .flatExtracting(fault -> ((Fault.Status) fault).hints())
        .extracting(hint -> ((Hint) hint).form())
        .contains(Hint.Form.values());
    assertThat(ENTRIES).flatExtracting(FaultPlan.Entry::quirks).contains(Quirk.values());
    assertThat(CASES).extracting(FaultCase::request).contains(RequestKind.values());
  }

  @Test
  void statuses_ofTheDesign_appear() {
    assertThat(FAULTS)
        .filteredOn(Fault.Status.class::isInstance)
        .extracting(fault -> ((Fault.Status) fault).status())
        .contains(400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529);
  }

  @Test
  void whole_answers_endInAHealthyAttempt() {
    assertThat(CASES)
        .filteredOn(row -> row.expected() instanceof Expected.Equal && row.retryable())
        .allSatisfy(
            row -> assertThat(row.plan().entry(21).fault()).isInstanceOf(Fault.Healthy.class));
  }

  @Test
  void errors_beforeContent_areNeverStatusesThatClientsRetryInVain() {
    assertThat(CASES)
        .extracting(FaultCase::expected)
        .doesNotContain(new Expected.Status(408), new Expected.Status(409));
  }

  @Test
  void seams_areRunInEveryProvenManner() {
    assertThat(CASES)
        .filteredOn(row -> row.expected() instanceof Expected.Equal)
        .filteredOn(row -> row.phase() == FaultCase.Phase.AFTER_CONTENT && row.retryable())
        .filteredOn(row -> row.request() == RequestKind.TEXT)
        .allSatisfy(row -> assertThat(row.manners()).isEqualTo(Manners.PREFILL_AND_ECHO));
  }

  @Test
  void ways_ofRowsThatNobodyGoesOnFrom_areTheSame() {
    assertThat(CASES)
        .filteredOn(row -> row.phase() != FaultCase.Phase.AFTER_CONTENT)
        .allSatisfy(row ->
            assertThat(row.ways().values())
                .hasSize(FaultStrategy.Column.values().length)
                .containsOnly(row.outcome(FaultStrategy.PREFILL)));
  }

  @Test
  void ways_ofASeam_areEqualWhereItIsProvenAndANamedErrorWhereItIsNot() {
    var unproven = new FaultCase.Outcome(new Expected.ErrorAndCut(), "unproven_seam");
    assertThat(CASES)
        .filteredOn(row -> row.manners() == Manners.PREFILL_AND_ECHO)
        .isNotEmpty()
        .allSatisfy(row -> {
          var equal = new FaultCase.Outcome(new Expected.Equal(), row.why());
          for (var strategy : FaultStrategy.values()) {
            boolean proves =
                switch (strategy.column()) {
                  case PROVEN, ANCHOR, REPLAY -> true;
                  case UNHEEDED, DIFFERING -> false;
                };
            assertThat(row.outcome(strategy))
                .as("%s by %s", row.name(), strategy)
                .isEqualTo(proves ? equal : unproven);
          }
        });
  }

  @Test
  void runs_ofEveryExtent_askForTextsThatGoOnByTheirStrategy() {
    for (var extent : FaultRun.Extent.values()) {
      var runs = FaultRun.all(extent, 1);

      assertThat(runs).extracting(FaultRun::strategy).contains(FaultStrategy.values());
      assertThat(runs).extracting(FaultRun::number).doesNotHaveDuplicates();
      assertThat(runs).allSatisfy(run -> assertThat(run.row().judges(run.strategy())).isTrue());
      assertThat(runs).allSatisfy(run -> assertThat(run.style()).isNotNull());
    }
    assertThat(FaultRun.all(FaultRun.Extent.SAMPLED, 1))
        .isEqualTo(FaultRun.all(FaultRun.Extent.SAMPLED, 1));
  }

  @Test
  void parse_ofAWrongRow_namesTheLine() {
    String table =
        "name,plan,request,phase,manners,retryable,expected,why,"
            + "anchor,unheeded,replay,differing,reader_sees\n"
            + "a,rset@1,text,before-head,any,yes,equal,reset,same,same,same,same,x\n";

    assertThatThrownBy(() -> FaultCase.parse(table))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line 2");
  }

  private static Fault[] impostors() {
    return List.of(Fault.Impostor.Kind.values()).stream()
        .map(Fault.Impostor::new)
        .toArray(Fault[]::new);
  }
}

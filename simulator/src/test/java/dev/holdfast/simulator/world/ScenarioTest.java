package dev.holdfast.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each named history once; more seeds are a command. */
final class ScenarioTest {
  @ParameterizedTest
  @EnumSource
  void scenario_once_keepsItsFigures(Scenario scenario) {
    var measured = scenario.measure(1);

    System.out.println(scenario.title() + ": " + measured.figures());
    assertThat(measured.problem()).as(scenario.title()).isEmpty();
  }
}

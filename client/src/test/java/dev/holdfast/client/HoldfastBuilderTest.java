package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.retry.Presets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What settings become. */
class HoldfastBuilderTest {
  private static final GuardSettings OF_THE_CALLER =
      GuardSettings.DEFAULTS
          .withBreaker(GuardSettings.Breaker.DEFAULTS.withOn(false))
          .withBudget(new GuardSettings.Budget(0.5, 1, Duration.ofSeconds(7)))
          .withRecovery(new GuardSettings.Recovery(2, 4, 3))
          .withWaitingMax(11)
          .withConcurrencyMax(5);

  private static HoldfastBuilder builder() {
    return Holdfast.builder().baseUrl("http://localhost/v1");
  }

  @ParameterizedTest
  @CsvSource({"seed-breaker, 60, 1", "standard, 30, 3"})
  void presetOfABreaker_leavesTheOtherGuards(String preset, int openSeconds, int successes) {
    try (var holdfast = builder().guards(OF_THE_CALLER).preset(preset).build()) {
      var breaker =
          GuardSettings.Breaker.DEFAULTS.withRow(5, Duration.ofSeconds(openSeconds), successes);

      assertThat(holdfast.settings().guards()).isEqualTo(OF_THE_CALLER.withBreaker(breaker));
    }
  }

  @Test
  void presetOfWaits_leavesTheGuards() {
    try (var holdfast = builder().guards(OF_THE_CALLER).preset("seed-basic").build()) {
      assertThat(holdfast.settings().guards()).isEqualTo(OF_THE_CALLER);
      assertThat(holdfast.settings().retry())
          .isEqualTo(Presets.find("seed-basic").orElseThrow().policy());
    }
  }

  /** Upstreams are found by their names. */
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:8080", "[::1]:8080", "[::1]", "a.example", "a-b.example:1"})
  void places_atOneAddress_haveNamesOfTheirOwn(String at) {
    var url = "http://" + at;

    try (var holdfast =
        Holdfast.builder()
            .baseUrl(url + "/v1")
            .fallback(url + "/v2", null, null)
            .fallback("http://axexample/v1", null, null)
            .fallback(url, null, null)
            .build()) {
      assertThat(holdfast.settings().upstreams())
          .extracting(place -> place.upstream().name())
          .containsExactly(at, at + "#2", "axexample", at + "#3");
    }
  }
}

package dev.holdfast.relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "500ms, 500",
        "1s, 1000",
        "1.5s, 1500",
        "10m, 600000",
        "1h, 3600000",
        "7d, 604800000",
        "0s, 0",
        "60, -",
        "1.5ms, -",
        "-1s, -",
        "1 s, -",
        "1S, -",
        "s, -",
        "'', -",
        "1s1s, -",
        "PT1S, -",
        "367d, -",
        "9999999999s, -",
      })
  void time_asWritten_isItsMillisecondsOrNothing(String text, Long millis) {
    assertThat(Units.time(text)).isEqualTo(Optional.ofNullable(millis).map(Duration::ofMillis));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "4096, 4096",
        "1B, 1",
        "16KB, 16384",
        "64MB, 67108864",
        "64 MB, 67108864",
        "10GB, 10737418240",
        "1TB, 1099511627776",
        "0.5KB, 512",
        "0, 0",
        "1.5B, -",
        "1kb, -",
        "1KiB, -",
        "-1, -",
        "GB, -",
        "1e3, -",
        "999999TB, -",
      })
  void size_asWritten_isItsBytesOrNothing(String text, Long bytes) {
    assertThat(Units.size(text)).isEqualTo(Optional.ofNullable(bytes));
  }

  @ParameterizedTest
  @CsvSource({"500ms", "1s", "90s", "10m", "1h", "7d", "0ms"})
  void print_ofATime_canBeReadAgain(String text) {
    Duration time = Units.time(text).orElseThrow();

    assertThat(Units.print(time)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"10GB, 10GB", "1536MB, 1536MB", "16384, 16KB", "17, 17 bytes"})
  void print_ofASize_takesTheLargestWholeUnit(String text, String printed) {
    assertThat(Units.print(Units.size(text).orElseThrow())).isEqualTo(printed);
  }
}

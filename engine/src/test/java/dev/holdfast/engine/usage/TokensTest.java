package dev.holdfast.engine.usage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokensTest {
  @ParameterizedTest
  @CsvSource({"'',0", "a,1", "four,1", "fives,2", "漢字,2", "かなカナ,4", "한글,2", "漢a,2", "😀,1"})
  void estimate_isACharacterInAScriptWithoutSpacesElseAQuarter(String text, long tokens) {
    assertThat(Tokens.estimate(text)).isEqualTo(tokens);
  }
}

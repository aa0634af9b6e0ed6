package dev.holdfast.engine.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.json.JsonValue.Num;
import dev.holdfast.engine.json.JsonValue.Str;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValueTest {

  @Test
  void parse_objectWithEveryKind_givesTheTree() {
    var value =
        JsonValue.parse(
                "{\"s\":\"\\u00e9\\n\",\"n\":1.20,\"t\":true,\"z\":null,\"a\":[1,{\"b\":2}]}")
            .orElseThrow();

    assertThat(value.at("s")).isEqualTo(new Str("é\n"));
    assertThat(value.at("n")).isEqualTo(new Num("1.20"));
    assertThat(value.at("t").truthy()).isTrue();
    assertThat(value.at("z").exists()).isFalse();
    assertThat(value.at("a").items()).hasSize(2);
    assertThat(value.at("a").items().get(1).at("b").text()).isEqualTo("2");
  }

  @Test
  void at_missingOrNotAnObject_isNull() {
    var value = JsonValue.parse("{\"a\":[1]}").orElseThrow();

    assertThat(value.at("b", "c")).isEqualTo(JsonValue.NULL);
    assertThat(value.at("a", "c")).isEqualTo(JsonValue.NULL);
  }

  @Test
  void parse_sameNameTwice_lastCounts() {
    assertThat(JsonValue.parse("{\"a\":1,\"a\":2}").orElseThrow().at("a").text()).isEqualTo("2");
  }

  @Test
  void parse_byteOrderMarkAndBlankLines_areSkipped() {
    var bytes = "\uFEFF\n\n {\"a\":1}\n".getBytes(UTF_8);

    assertThat(JsonValue.parse(bytes).orElseThrow().at("a").text()).isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "1 2", "<html>", "{}x", "nul"})
  void parse_notOneJsonText_isEmpty(String text) {
    assertThat(JsonValue.parse(text)).isEmpty();
  }

  @Test
  void parse_nestingAtAndAboveTheLimit_isReadAndRefused() {
    assertThat(JsonValue.parse("[".repeat(128) + "]".repeat(128))).isPresent();
    assertThat(JsonValue.parse("[".repeat(129) + "]".repeat(129))).isEmpty();
    assertThat(JsonValue.parse("[".repeat(1_000_000))).isEmpty();
  }

  @Test
  void truthy_emptyAndZero_areNot() {
    for (var text : new String[] {"\"\"", "0", "-0.0", "false", "null", "{}", "[]"}) {
      assertThat(JsonValue.parse(text).orElseThrow().truthy()).as(text).isFalse();
    }
    assertThat(JsonValue.parse("0.5").orElseThrow().truthy()).isTrue();
  }
}

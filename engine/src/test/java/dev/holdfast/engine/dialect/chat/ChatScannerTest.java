package dev.holdfast.engine.dialect.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.engine.dialect.chat.ChatChunk.ErrorPlace;
import dev.holdfast.engine.dialect.chat.ChatChunk.Field;
import dev.holdfast.engine.dialect.chat.ChatChunk.Finish;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatScannerTest {
  private final ChatScanner scanner = new ChatScanner();
  private final JacksonOracle oracle = new JacksonOracle();

  @Test
  void scan_everyEventOfTheCorpus_agreesWithJacksonAlsoCutOff() {
    for (byte[] event : ChatCorpus.events()) {
      for (int to = 0; to <= event.length; to++) {
        assertThat(oracle.difference(scanner.scan(event, 0, to), event, 0, to)).isNull();
      }
    }
  }

  @Test
  void scan_openAiChunk_readsTheFields() {
    ChatChunk chunk =
        scan(
            """
            {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1741569952,\
            "model":"gpt-4.1","system_fingerprint":"fp_1","choices":[{"index":0,"delta":\
            {"content":" \\"xin ch\\u00e0o\\""},"logprobs":null,"finish_reason":null}],\
            "usage":null,"obfuscation":"x9"}\
            """);

    assertThat(chunk.wellFormed()).isTrue();
    assertThat(raw(chunk, Field.ID)).isEqualTo("\"chatcmpl-1\"");
    assertThat(raw(chunk, Field.CREATED)).isEqualTo("1741569952");
    assertThat(chunk.has(Field.USAGE)).isFalse();
    assertThat(chunk.choiceCount()).isEqualTo(1);
    assertThat(chunk.finish(0)).isEqualTo(Finish.NONE);
    assertThat(chunk.hasContent(0)).isTrue();
    assertThat(chunk.hasProgress(0)).isTrue();
    assertThat(content(chunk, 0)).isEqualTo(" \"xin chào\"");
  }

  @Test
  void scan_severalChoices_keepsThemApart() {
    ChatChunk chunk =
        scan(
            """
            {"choices":[{"index":2,"delta":{"content":"a"}},{"index":0,"finish_reason":"stop"},
            {"delta":{"refusal":"no"}},{"index":7,"delta":{"role":"assistant"}}]}\
            """);

    assertThat(chunk.choiceCount()).isEqualTo(4);
    assertThat(List.of(chunk.index(0), chunk.index(1), chunk.index(2), chunk.index(3)))
        .containsExactly(2, 0, 0, 7);
    assertThat(chunk.finish(1)).isEqualTo(Finish.STOP);
    assertThat(chunk.hasContent(1)).isFalse();
    assertThat(chunk.hasRefusal(2)).isTrue();
    assertThat(chunk.hasRole(3)).isTrue();
    assertThat(chunk.hasProgress(3)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "0, 0",
        "9, 9",
        "109, 109",
        "-3, -3",
        "2147483647, 2147483647",
        "2147483648, 0",
        "-2147483648, -2147483648",
        "-2147483649, 0",
        "99999999999999999999, 0",
        "1.5, 0",
        "1e1, 0",
        "`\"1\"`, 0",
        "null, 0",
      })
  void index_thatIsAnInt_isThatAndElseZero(String index, int expected) {
    ChatChunk chunk = scan("{\"choices\":[{\"index\":" + index + "}]}");

    assertThat(chunk.index(0)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "null, NONE",
        "`\"\"`, NONE",
        "`\"null\"`, NONE",
        "0, NONE",
        "`{}`, NONE",
        "`\"stop\"`, STOP",
        "`\"st\\u006fp\"`, STOP",
        "`\"length\"`, LENGTH",
        "`\"tool_calls\"`, TOOL_CALLS",
        "`\"content_filter\"`, CONTENT_FILTER",
        "`\"function_call\"`, FUNCTION_CALL",
        "`\"error\"`, NOT_COMPLETE",
        "`\"abort\"`, NOT_COMPLETE",
        "`\"insufficient_system_resource\"`, NOT_COMPLETE",
        "`\"model_length\"`, OTHER",
        "`\"STOP\"`, OTHER",
        "`\"stop \"`, OTHER",
        "`\"\\u0000\"`, OTHER",
        "`\"ngừng\"`, OTHER",
      })
  void finish_reason_comesTo(String reason, Finish finish) {
    ChatChunk chunk = scan("{\"choices\":[{\"finish_reason\":" + reason + "}]}");

    assertThat(chunk.finish(0)).isEqualTo(finish);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = ';',
      value = {
        "{};NONE",
        "{\"error\":null};NONE",
        "{\"error\":\"\"};NONE",
        "{\"error\":false};NONE",
        "{\"error\":-0.0e7};NONE",
        "{\"error\":[ ]};NONE",
        "{\"error\":{}};TOP",
        "{\"error\":\"gone\"};TOP",
        "{\"error\":500};TOP",
        "{\"error\":9};TOP",
        "{\"error\":0.01};TOP",
        "{\"error\":true};TOP",
        "{\"error\":[1]};TOP",
        "{\"error\":{},\"error\":null};NONE",
        "{\"x_groq\":{\"error\":\"busy\"}};X_GROQ",
        "{\"x_groq\":{\"error\":\"busy\"},\"x_groq\":{}};NONE",
        "{\"x_groq\":{\"error\":\"busy\"},\"x_groq\":1};NONE",
        "{\"x_groq\":{\"error\":\"busy\"},\"error\":1};TOP",
        "{\"object\":\"error\",\"message\":\"m\"};FLAT",
        "{\"object\":\"err\\u006fr\"};FLAT",
        "{\"object\":\"ch\\u0061t\"};NONE",
        "{\"object\":1};NONE",
        "{\"object\":\"error\",\"object\":\"chat\"};NONE",
        "[{\"error\":{}}];NONE",
      })
  void error_itsPlace_isTold(String event, ErrorPlace place) {
    ChatChunk chunk = scan(event);

    assertThat(chunk.errorPlace()).isEqualTo(place);
    assertThat(chunk.hasError()).isEqualTo(place != ErrorPlace.NONE);
    assertThat(chunk.has(Field.ERROR)).isEqualTo(place != ErrorPlace.NONE);
  }

  @Test
  void error_insideAChoice_isToldThere() {
    ChatChunk chunk =
        scan(
            """
            {"choices":[{"finish_reason":"stop","native_finish_reason":"error",
            "error":{"code":500}},{"error":null}]}\
            """);

    assertThat(chunk.hasError()).isFalse();
    assertThat(chunk.choiceError(0)).isTrue();
    assertThat(chunk.nativeError(0)).isTrue();
    assertThat(text(chunk, chunk.choiceErrorStart(0), chunk.choiceErrorEnd(0)))
        .isEqualTo("{\"code\":500}");
    assertThat(chunk.choiceError(1)).isFalse();
  }

  @Test
  void content_ofParts_tellsTextFromThinking() {
    ChatChunk chunk =
        scan(
            """
            {"choices":[
            {"delta":{"content":[{"type":"text","text":"a"}]}},
            {"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"b"}]}]}},
            {"delta":{"content":[{"type":"text","text":""},{"thinking":[],"type":"thinking"}]}},
            {"delta":{"content":[{"text":"c","type":"reference"}]}},
            {"delta":{"content":[{"type":"thinking","thinking":"d"}]}},
            {"delta":{"content":[{"type":"thinking","thinking":""}]}},
            {"delta":{"content":[{"type":"thinking","thinking":"e","thinking":7}]}},
            {"delta":{"content":"f","content":7}}]}\
            """);

    assertThat(chunk.hasContent(0)).isTrue();
    assertThat(chunk.hasReasoning(0)).isFalse();
    assertThat(chunk.hasContent(1)).isFalse();
    assertThat(chunk.hasReasoning(1)).isTrue();
    assertThat(chunk.reasoningIsText(1)).isFalse();
    assertThat(chunk.hasProgress(2)).isFalse();
    assertThat(chunk.hasProgress(3)).isFalse();
    assertThat(chunk.contentIsParts(3)).isTrue();
    assertThat(chunk.hasReasoning(4)).isTrue();
    assertThat(chunk.hasProgress(5)).isFalse();
    assertThat(chunk.hasProgress(6)).isFalse();
    assertThat(chunk.hasProgress(7)).isFalse();
    assertThat(chunk.contentIsText(7)).isFalse();
  }

  @Test
  void reasoning_underEitherName_isFound() {
    ChatChunk chunk =
        scan(
            """
            {"choices":[{"delta":{"reasoning":"a","reasoning_content":""}},
            {"delta":{"reasoning":"b","reasoning_content":"c"}},
            {"delta":{"reasoning_details":[{}]}},{"delta":{"reasoning_details":[]}}]}\
            """);

    assertThat(text(chunk, chunk.reasoningStart(0), chunk.reasoningEnd(0))).isEqualTo("a");
    assertThat(text(chunk, chunk.reasoningStart(1), chunk.reasoningEnd(1))).isEqualTo("c");
    assertThat(chunk.hasReasoning(2)).isTrue();
    assertThat(chunk.hasReasoning(3)).isFalse();
  }

  @Test
  void scan_keyWrittenTwice_theLastCounts() {
    ChatChunk chunk =
        scan(
            """
            {"choices":[{"finish_reason":"stop"},{}],"id":"a","usage":{},"id":"b","usage":null,
            "choices":[{"index":1,"index":2,"delta":{"role":"r","content":"x","tool_calls":[1]},
            "delta":{"content":[{"type":"text","text":"y"}],"content":"","refusal":"n"}}]}\
            """);

    assertThat(raw(chunk, Field.ID)).isEqualTo("\"b\"");
    assertThat(chunk.has(Field.USAGE)).isFalse();
    assertThat(chunk.choiceCount()).isEqualTo(1);
    assertThat(chunk.index(0)).isEqualTo(2);
    assertThat(chunk.finish(0)).isEqualTo(Finish.NONE);
    assertThat(chunk.hasRole(0)).isFalse();
    assertThat(chunk.hasToolCalls(0)).isFalse();
    assertThat(chunk.hasContent(0)).isFalse();
    assertThat(chunk.contentIsText(0)).isTrue();
    assertThat(chunk.hasRefusal(0)).isTrue();
  }

  @Test
  void scan_choicesReplacedByNull_areNoChoices() {
    ChatChunk chunk = scan("{\"choices\":[{\"finish_reason\":\"stop\"}],\"choices\":null}");

    assertThat(chunk.has(Field.CHOICES)).isFalse();
    assertThat(chunk.choiceCount()).isZero();
  }

  @Test
  void scan_escapedKeys_match() {
    ChatChunk chunk =
        scan(
            """
            {"ch\\u006fices":[{"delt\\u0061":{"con\\u0074ent":"a"},"finish\\u005Freason":"stop"}]}\
            """);

    assertThat(content(chunk, 0)).isEqualTo("a");
    assertThat(chunk.finish(0)).isEqualTo(Finish.STOP);
  }

  @Test
  void scan_textThatHoldsJson_isText() {
    ChatChunk chunk =
        scan(
            """
            {"choices":[{"delta":{"content":"{\\"finish_reason\\":\\"stop\\",\\"error\\":{}}"},\
            "message":{"finish_reason":"stop","content":"whole"}}],"x":{"error":{},"choices":[{}]}}\
            """);

    assertThat(chunk.hasError()).isFalse();
    assertThat(chunk.choiceCount()).isEqualTo(1);
    assertThat(chunk.finish(0)).isEqualTo(Finish.NONE);
    assertThat(content(chunk, 0)).isEqualTo("{\"finish_reason\":\"stop\",\"error\":{}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "{}}",
        "{} {}",
        "{},",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "{'a':1}",
        "{\"a\" 1}",
        "[1 2]",
        "[\"a\" \"b\"]",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "NaN",
        "[Infinity]",
        "nul",
        "truex",
        "tru",
        "True",
        "falze",
        "\"a",
        "\"\t\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u123\"",
        "\"\\",
        "// c\n1",
        "1 # c",
        "[1]x",
        "[DONE]",
        "\u000b1",
        "[1a]",
        "{\"\\ud83d\":1}",
        "{\"\\ude00\\ud83d\":1}",
        "\uFEFF",
      })
  void scan_malformed_saysNothing(String event) {
    ChatChunk chunk = scan(event);

    assertThat(chunk.wellFormed()).isFalse();
    assertThat(chunk.isObject()).isFalse();
    assertThat(chunk.choiceCount()).isZero();
    assertThat(JacksonOracle.accepts(event.getBytes(UTF_8), 0, event.getBytes(UTF_8).length))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        " -0.0e-0 ",
        "\"\"",
        "null",
        "[]",
        " [ ] ",
        "{ }",
        "\uFEFF{}",
        "\r\n\t {\"a\":[{}]}\n",
        "\"\\u0000\\ud83d\"",
        "\"\u007f\"",
        "{\"\":0,\"\":1}",
        "{\"\\ud83d\\ude00\":1}",
        "[1E9999999]",
      })
  void scan_unusualButWellFormed_isAccepted(String event) {
    assertThat(scan(event).wellFormed()).isTrue();
    assertThat(JacksonOracle.accepts(event.getBytes(UTF_8), 0, event.getBytes(UTF_8).length))
        .isTrue();
  }

  @Test
  void scan_afterAMalformedEvent_startsAnew() {
    scan("{\"error\":1,\"x_groq\":{\"error\":1},\"object\":\"error\",\"choices\":[{}");

    ChatChunk chunk = scan("{}");

    assertThat(chunk.wellFormed()).isTrue();
    assertThat(chunk.hasError()).isFalse();
    assertThat(chunk.choiceCount()).isZero();
  }

  @Test
  void scan_atJacksonsLimits_agreesWithJackson() {
    for (int n : List.of(499, 500, 501)) {
      agree("[".repeat(n) + "]".repeat(n), n <= 500);
      agree(
          "{\"choices\":[{\"delta\":".repeat(n / 3)
              + "[".repeat(n - n / 3 * 3)
              + "]".repeat(n - n / 3 * 3)
              + "}]}".repeat(n / 3),
          n <= 500);
    }
    for (int n : List.of(999, 1_000, 1_001)) {
      agree("1".repeat(n), n <= 1_000);
      agree("[-" + "1".repeat(n) + "]", n <= 1_000);
      agree("[1." + "1".repeat(n - 1) + "]", n <= 1_000);
      agree("[1e-" + "1".repeat(n - 1) + "]", n <= 1_000);
      agree("[1.5E+" + "1".repeat(n - 2) + "]", n <= 1_000);
    }
    for (int n : List.of(49_996, 50_000, 50_004)) {
      agree("{\"" + "a".repeat(n) + "\":1}", n <= 50_000);
      agree("{\"" + "\\u0061".repeat(n) + "\":1}", n <= 50_000);
      agree("{\"" + "é".repeat(n / 2) + "\":1}", n <= 50_000);
      agree("{\"" + "\\u00e9".repeat(n / 2) + "\":1}", n <= 50_000);
      agree("{\"" + "\\ud83d\\ude00".repeat(n / 4) + "\":1}", n <= 50_000);
    }
  }

  @Test
  void scan_everyLeadByteOfUtf8_agreesWithJackson() {
    String[] frames = {"[\"....\"]", "{\"....\":1}", "{\"reasoning_content....\":1}"};
    int[] continuations = {0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFE, '"'};
    for (String frame : frames) {
      byte[] event = frame.getBytes(UTF_8);
      int at = frame.indexOf('.');
      for (int lead = 0x7F; lead < 0xFF; lead++) {
        event[at] = (byte) lead;
        for (int i = 0; i < 1_000; i++) {
          event[at + 1] = (byte) continuations[i % 10];
          event[at + 2] = (byte) continuations[i / 10 % 10];
          event[at + 3] = (byte) continuations[i / 100];
          assertThat(scanner.scan(event, 0, event.length).wellFormed())
              .as("lead %x, continuation %d in %s", lead, i, frame)
              .isEqualTo(JacksonOracle.accepts(event, 0, event.length));
        }
      }
    }
  }

  @Test
  void scan_sliceInsideAnArray_readsNothingAround() {
    byte[] array = "\"{\"choices\":[]}\"".getBytes(UTF_8);

    assertThat(scanner.scan(array, 1, array.length - 1).wellFormed()).isTrue();
    assertThat(scanner.scan(array, 1, array.length - 2).wellFormed()).isFalse();
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> scanner.scan(array, 0, array.length + 1));
  }

  @Test
  void accessor_ofWhatIsAbsent_isRefused() {
    ChatChunk chunk = scan("{\"choices\":[{}]}");

    assertThatIllegalStateException().isThrownBy(() -> chunk.start(Field.ID));
    assertThatIllegalStateException().isThrownBy(() -> chunk.contentStart(0));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> chunk.finish(1));
  }

  @Test
  void decode_halvesOfAPair_meetInTheTranscript() {
    StringBuilder transcript = new StringBuilder();

    for (String half : List.of("\\ud83d", "\\ude00", "é\\n🎉")) {
      byte[] bytes = half.getBytes(UTF_8);
      ChatText.append(transcript, bytes, 0, bytes.length);
    }

    assertThat(transcript.toString()).isEqualTo("😀é\n🎉");
  }

  private void agree(String event, boolean accepted) {
    byte[] bytes = event.getBytes(UTF_8);

    assertThat(JacksonOracle.accepts(bytes, 0, bytes.length)).isEqualTo(accepted);
    assertThat(scanner.scan(bytes, 0, bytes.length).wellFormed()).isEqualTo(accepted);
  }

  private ChatChunk scan(String event) {
    byte[] bytes = event.getBytes(UTF_8);
    return scanner.scan(bytes, 0, bytes.length);
  }

  private static String raw(ChatChunk chunk, Field field) {
    return text(chunk, chunk.start(field), chunk.end(field));
  }

  private static String text(ChatChunk chunk, int start, int end) {
    return new String(chunk.bytes(), start, end - start, UTF_8);
  }

  private static String content(ChatChunk chunk, int choice) {
    return ChatText.decode(chunk.bytes(), chunk.contentStart(choice), chunk.contentEnd(choice));
  }
}

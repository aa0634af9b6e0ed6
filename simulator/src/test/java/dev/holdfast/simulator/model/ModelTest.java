package dev.holdfast.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelTest {
  private static final long SEED = 20260;
  private static final Model MODEL = new Model(SEED);

  @ParameterizedTest
  @EnumSource(Style.class)
  void continuation_fromEveryPrefix_isExactlyTheRest(Style style) {
    var prompt = Prompt.of("Tell me. " + style.tag());
    String whole = MODEL.answer(prompt).text();
    int step = whole.length() > 2000 ? 37 : 1;

    for (int end = 1; end <= whole.length(); end += step) {
      String prefix = whole.substring(0, end);

      String rest = MODEL.continuation(prompt, prefix).text();

      assertThat(prefix + rest).as("seed %d, cut at %d", SEED, end).isEqualTo(whole);
    }
  }

  @ParameterizedTest
  @EnumSource(Style.class)
  void answer_ofTwoSeeds_differs(Style style) {
    var prompt = Prompt.of("Tell me. " + style.tag());

    var answers = IntStream.range(0, 12).mapToObj(i -> new Model(i).answer(prompt).text());

    assertThat(answers.distinct().count()).isGreaterThan(6);
  }

  @Test
  void answer_ofALongEnoughStyle_hasTokensForEveryFaultOfTheTable() {
    for (Style style : Style.longEnough()) {
      for (long seed = 0; seed < 40; seed++) {
        Answer answer = new Model(seed).answer(Prompt.of(style.tag()));

        assertThat(answer.textTokens()).as("%s, seed %d", style, seed).hasSizeGreaterThan(119);
      }
    }
  }

  @Test
  void answer_inTheLongStyle_hasSome1500Tokens() {
    assertThat(MODEL.answer(Prompt.of("[long]")).tokens()).isBetween(1300, 3500);
  }

  @Test
  void answer_inTheShortStyles_isBelowAnAnchor() {
    for (Style style : List.of(Style.WORD, Style.SHORT)) {
      for (long seed = 0; seed < 40; seed++) {
        assertThat(new Model(seed).answer(Prompt.of(style.tag())).text())
            .as("%s, seed %d", style, seed)
            .hasSizeLessThan(40);
      }
    }
  }

  @Test
  void answer_withATool_saysAFewWordsAndCalls() {
    var tool = new Prompt.Tool("tide", List.of("place", "day"));

    for (long seed = 0; seed < 40; seed++) {
      Answer answer = new Model(seed).answer(new Prompt("x", false, false, tool, 0));

      assertThat(answer.textTokens()).as("seed %d", seed).hasSizeBetween(4, 20);
      Answer.ToolCall call = Objects.requireNonNull(answer.call());
      assertThat(call.fragments()).hasSizeGreaterThan(60);
      assertThat(call.arguments()).startsWith("{\"place\":\"").endsWith("\"}");
    }
  }

  @Test
  void answer_withReasoning_keepsItShort() {
    for (long seed = 0; seed < 40; seed++) {
      Answer answer = new Model(seed).answer(new Prompt("[prose]", true, false, null, 0));

      assertThat(answer.reasoning()).as("seed %d", seed).hasSizeBetween(12, 60);
    }
  }

  @Test
  void answer_ofAnotherChoice_differs() {
    var first = MODEL.answer(new Prompt("[prose]", false, false, null, 0));
    var second = MODEL.answer(new Prompt("[prose]", false, false, null, 1));

    assertThat(first.text()).isNotEqualTo(second.text());
  }

  @Test
  void continuation_fromWhatTheModelNeverSaid_isClearlyOfAnotherAnswer() {
    var prompt = Prompt.of("[prose]");
    String whole = MODEL.answer(prompt).text();

    String rest = MODEL.continuation(prompt, whole.substring(0, 50) + "#").text();

    assertThat(rest).startsWith(" [elsewhere ");
    assertThat(whole).doesNotContain(rest.strip());
  }

  @Test
  void continuation_fromNothing_isMisuse() {
    assertThatThrownBy(() -> MODEL.continuation(Prompt.of("x"), ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'1 zorblat\n2 zorblat\n3' | ' zorblat\n4 zorblat\n5 zorblat\n6 zorblat\n7 zorblat'",
        "'1 zorblat\n2 zorblat\n3 zor' | 'blat\n4 zorblat\n5 zorblat\n6 zorblat\n7 zorblat'",
        "'1. quib\n2. quib\n3. quib\n4. quib\n5. quib\n6.' | ' quib\n7. quib'",
        "'1 a\n2 a' | '\n3 a\n4 a\n5 a\n6 a\n7 a'",
      })
  void continuation_ofAListThatRepeatsAWord_goesOnToLineSeven(String prefix, String rest) {
    assertThat(MODEL.continuation(Prompt.of("anything"), prefix).text()).isEqualTo(rest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1 a\n2 b\n3", "2 a\n3 a\n", "1 a", "1 a\n2 a\n4 a"})
  void continuation_ofAnotherList_doesNotFollowThatRule(String prefix) {
    assertThat(MODEL.continuation(Prompt.of("anything"), prefix).text()).startsWith(" [elsewhere ");
  }

  @Test
  void tokens_ofATextWithMarksAndJoiners_cutInsideSequencesButNotInsideCharacters() {
    var tokens = Tokens.of("Hi 👩🏽‍🚀 nguo\u031Bi\u0300 世界\n\n    return x");

    assertThat(String.join("", tokens))
        .isEqualTo("Hi 👩🏽‍🚀 nguo\u031Bi\u0300 世界\n\n    return x");
    assertThat(tokens).contains(" 👩", "🏽", "\u200D🚀", " 世", "界", "\n\n", "   ");
    assertThat(tokens)
        .allSatisfy(token -> {
          assertThat(Character.isLowSurrogate(token.charAt(0))).isFalse();
          assertThat(Character.isHighSurrogate(token.charAt(token.length() - 1))).isFalse();
        });
  }
}

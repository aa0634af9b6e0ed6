package dev.holdfast.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.model.Joins.Likeness;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DifferingModelTest {
  private static final long SEED = 77;
  private static final DifferingModel MODEL = new DifferingModel(SEED);

  @ParameterizedTest
  @EnumSource(Style.class)
  void continuation_fromEveryPrefix_makesAWholeTextOfBothAttempts(Style style) {
    var prompt = Prompt.of("Tell me. " + style.tag());
    String first = MODEL.answer(prompt, 1).text();
    int step = first.length() > 2000 ? 37 : 1;

    for (int end = 1; end < first.length(); end += step) {
      String prefix = first.substring(0, end);

      String joined = prefix + MODEL.continuation(prompt, prefix, 2).text();

      assertThat(MODEL.whole(prompt, joined))
          .as("%s, seed %d, cut at %d", style, SEED, end)
          .isEqualTo(joined);
    }
  }

  @ParameterizedTest
  @EnumSource(Style.class)
  void whole_ofATextWithAnythingLostOrRepeated_isNone(Style style) {
    var prompt = Prompt.of("Tell me. " + style.tag());
    String text = MODEL.answer(prompt, 1).text();
    int step = text.length() > 2000 ? 197 : 7;

    for (int from = 0; from < text.length(); from += step) {
      for (int length = 1; length <= 60 && from + length <= text.length(); length += 4) {
        String part = text.substring(from, from + length);
        if (part.isBlank()) {
          continue;
        }
        String lost = text.substring(0, from) + text.substring(from + length);
        String repeated = text.substring(0, from + length) + text.substring(from);

        assertThat(MODEL.whole(prompt, lost)).as("without \"%s\"", part).isNull();
        assertThat(MODEL.whole(prompt, repeated)).as("twice \"%s\"", part).isNull();
      }
    }
  }

  @Test
  void answer_ofAnotherAttempt_hasOtherWordsAndTheSameLength() {
    var prompt = Prompt.of("[prose]");

    String first = MODEL.answer(prompt, 1).text();
    String second = MODEL.answer(prompt, 2).text();

    assertThat(second).isNotEqualTo(first).isEqualTo(MODEL.answer(prompt, 2).text());
    assertThat(MODEL.whole(prompt, second)).isEqualTo(second);
    assertThat(second.substring(second.length() - 5))
        .isEqualTo(first.substring(first.length() - 5));
  }

  @Test
  void answer_inTheLongStyles_isLongEnoughForTheFaultTable() {
    for (Style style : Style.longEnough()) {
      for (long seed = 0; seed < 20; seed++) {
        assertThat(new DifferingModel(seed).answer(Prompt.of(style.tag()), 1).textTokens())
            .as("%s, seed %d", style, seed)
            .hasSizeGreaterThan(119);
      }
    }
  }

  @Test
  void continuation_fromWhiteSpaceThatWasChanged_goesOnAsIfItWereNot() {
    var prompt = Prompt.of("[prose]");
    String first = MODEL.answer(prompt, 1).text();
    String changed = first.substring(0, 50).replace(' ', '\n') + "  ";

    String joined = changed + MODEL.continuation(prompt, changed, 2).text();

    String whole = MODEL.whole(prompt, joined);
    assertThat(whole).isNotNull().isNotEqualTo(joined);
    assertThat(joined).hasSizeGreaterThan(changed.length() + 400);
  }

  @Test
  void continuation_fromAnotherText_isClearlyOfAnotherAnswer() {
    assertThat(MODEL.continuation(Prompt.of("[prose]"), "No word of it", 2).text())
        .startsWith(" [elsewhere ");
  }

  @Test
  void continuation_ofAListThatRepeatsAWord_followsTheRuleOfAllModels() {
    assertThat(MODEL.continuation(Prompt.of("x"), "1 pear\n2 pear\n3", 2).text())
        .startsWith(" pear\n4 pear");
  }

  @ParameterizedTest
  @EnumSource(Style.class)
  void lexicon_ofEachStyle_letsNoWordBecomeAnother(Style style) {
    List<String> words = Lexicon.of(style);

    for (String word : words) {
      for (int left = 1; left < word.length(); left++) {
        for (int right = 1; right < word.length(); right++) {
          String joined = word.substring(0, left) + word.substring(right);
          assertThat(joined.equals(word) || !words.contains(joined)).as(joined).isTrue();
        }
      }
      assertThat(words).filteredOn(other -> other.startsWith(word)).containsExactly(word);
    }
  }

  @Test
  void compare_ofJoinedTexts_allowsWhiteSpaceAtTheJointAlone() {
    assertThat(Joins.compare("one two", "one two", List.of(3))).isEqualTo(Likeness.EQUAL);
    for (String spaced : List.of("onetwo", "one\ntwo", "one \n two")) {
      assertThat(Joins.compare("one two", spaced, List.of(3)))
          .as(spaced)
          .isEqualTo(Likeness.BUT_FOR_WHITE_SPACE);
    }
    assertThat(Joins.compare("onetwo", "one two", List.of(4)))
        .isEqualTo(Likeness.BUT_FOR_WHITE_SPACE);
    assertThat(Joins.compare("one two", "one  two", List.of(1))).isEqualTo(Likeness.OTHER);
    assertThat(Joins.compare("one two", "one wo", List.of(4))).isEqualTo(Likeness.OTHER);
    assertThat(Joins.compare("one two", "one two\n", List.of())).isEqualTo(Likeness.OTHER);
    assertThat(Joins.compare("one two", "one twotwo", List.of(7))).isEqualTo(Likeness.OTHER);
    assertThat(Joins.compare("a b c", "ab\nc", List.of(1, 2)))
        .isEqualTo(Likeness.BUT_FOR_WHITE_SPACE);
  }
}

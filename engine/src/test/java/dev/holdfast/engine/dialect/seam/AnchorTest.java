package dev.holdfast.engine.dialect.seam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a text that a model is asked to repeat. */
class AnchorTest {
  private static final String PROSE =
      "The keeper counted the ships twice and wrote the number beside the first of them, "
          + "then he closed the book and looked at the water for a long while";

  private static String shortest(String text) {
    return Anchor.shortest(text).orElseThrow().text();
  }

  @Test
  void shortest_ofProse_isFortyCodePointsFromAWord() {
    assertThat(shortest(PROSE)).isEqualTo("and looked at the water for a long while");
  }

  @Test
  void firm_isTooLongToComeAgainOrTheWholeText() {
    var longer = Anchor.firm(PROSE).orElseThrow();
    var whole = Anchor.firm(PROSE.substring(0, 60)).orElseThrow();

    assertThat(longer.text().length()).isBetween(120, 140);
    assertThat(longer.isFirm(PROSE)).isTrue();
    assertThat(whole.text()).isEqualTo(PROSE.substring(0, 60));
    assertThat(whole.isFirm(PROSE.substring(0, 60))).isTrue();
    assertThat(Anchor.shortest(PROSE).orElseThrow().isFirm(PROSE)).isFalse();
    assertThat(Anchor.firm("It is amber 17.")).isEmpty();
  }

  @Test
  void shortest_keepsTheWhiteSpaceAtTheEnd() {
    assertThat(shortest(PROSE + ",\n  ")).endsWith("a long while,\n  ");
  }

  @Test
  void shortest_ofAShortText_isNone() {
    assertThat(Anchor.shortest("It is amber 17.")).isEmpty();
    assertThat(Anchor.shortest("x".repeat(39))).isEmpty();
    assertThat(Anchor.shortest(" ".repeat(400))).isEmpty();
    assertThat(Anchor.shortest("")).isEmpty();
  }

  @Test
  void shortest_ofAnEndThatStandsElsewhere_isLonger() {
    var line = "row until the morning, row until the morning light comes";
    var text = "Seven ropes and a gannet.\n" + line + "\nNine ropes and a drift.\n" + line;

    assertThat(shortest(text)).isEqualTo("drift.\n" + line);
  }

  @Test
  void shortest_whereWhiteSpaceAloneDiffers_isLonger() {
    var text =
        "zero one  two three four five six seven eight nine ten eleven twelve. "
            + "and one two\nthree four five six seven eight nine ten eleven twelve.";

    assertThat(shortest(text)).startsWith("and one two");
  }

  @Test
  void shortest_ofARefrain_isNone() {
    assertThat(Anchor.shortest("row, row to the light. ".repeat(40))).isEmpty();
  }

  @Test
  void shortest_inAScriptWithoutSpaces_mayBeginAnywhere() {
    var text = "第一号灯塔的看守人数了两遍船又在旁边写下数字每年冬天航道会移动几步可是只有几个人知道这件事情的经过木箱上写着";

    assertThat(shortest(text).codePointCount(0, shortest(text).length())).isEqualTo(40);
  }

  @Test
  void shortest_neverBeginsBehindAQuotationMark() {
    var text = PROSE + " \"this is said in one breath, quickly, by one";

    assertThat(shortest(text)).startsWith("\"this");
  }

  @Test
  void shortest_ofRandomTexts_isAnEndThatStandsOnce() {
    var random = new SplittableRandom(11);
    for (int round = 0; round < 2_000; round++) {
      var text = new StringBuilder();
      int length = random.nextInt(400);
      while (text.length() < length) {
        var pieces =
            new String[] {"a", "b ", " ", "\n", "ab", "é", "🏮", "e\u0301", ", ", "字", "“"};
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      var whole = text.toString();
      Anchor.shortest(whole)
          .ifPresent(anchor -> {
            var folded = FoldedText.fold(whole);
            var end = FoldedText.fold(anchor.text());
            assertThat(whole).endsWith(anchor.text());
            assertThat(end.codePointCount(0, end.length())).isBetween(40, 200);
            assertThat(folded.indexOf(end)).isEqualTo(folded.length() - end.length());
            assertThat(Character.isLowSurrogate(anchor.text().charAt(0))).isFalse();
          });
    }
  }

  @Test
  void shortest_ofALongText_isFoundInTime() {
    var text = "a".repeat(2_000_000) + PROSE;

    assertThat(shortest(text)).isEqualTo("and looked at the water for a long while");
  }

  @Test
  void shortest_ofAnEndThatStandsElsewhere_isTwoHundredCodePointsAtMost() {
    for (int length : new int[] {150, 198}) {
      var end = "x".repeat(length);
      assertThat(Anchor.shortest("a " + end + " b " + end).orElseThrow().text())
          .isEqualTo("b " + end);
    }
    var longer = "x".repeat(199);
    assertThat(Anchor.shortest("a " + longer + " b " + longer)).isEmpty();
  }

  @Test
  void shortest_withWhiteSpaceInside_isEightHundredCharactersAtMost() {
    var end = "begin" + " ".repeat(800 - 5 - 39) + "e".repeat(39);

    assertThat(Anchor.shortest("Zero. " + end).orElseThrow().text()).isEqualTo(end);
    assertThat(Anchor.shortest("Zero. " + end.replace("begin", "begin "))).isEmpty();
  }

  @Test
  void firm_whereNoWordBeginsSoFarBack_isTheShortest() {
    var text = "w".repeat(300) + " " + "e".repeat(60);

    assertThat(Anchor.firm(text)).isEqualTo(Anchor.shortest(text)).isPresent();
  }

  @Test
  void isFirm_fromAHundredAndTwentyCodePoints() {
    var whole = "x".repeat(200);

    assertThat(new Anchor("🏮".repeat(120)).isFirm(whole)).isTrue();
    assertThat(new Anchor("🏮".repeat(119)).isFirm(whole)).isFalse();
  }

  /** The anchor would have forty code points if it might begin inside what is seen as one. */
  @ParameterizedTest
  @CsvSource({"🇦🇿,40", "🇿🇦,40", "👍🏻,40", "👍🏿,40", "e\u0301,40", "👩\u200D🚀,39"})
  void shortest_neverBeginsInsideWhatIsSeenAsOne(String one, int most) {
    int inside = one.codePointCount(0, one.length());
    for (int behind = 41 - inside; behind <= most; behind++) {
      var end = one + "x".repeat(behind - 1);

      assertThat(shortest("Zero. " + end + "y")).as("%s behind", behind).isEqualTo(end + "y");
    }
  }

  @Test
  void last_isTheLastCharacters() {
    var text = PROSE + " – " + PROSE;

    assertThat(Anchor.last(text, 200).orElseThrow().text()).hasSize(200);
    assertThat(Anchor.last(PROSE, 200).orElseThrow().text()).isEqualTo(PROSE);
    assertThat(Anchor.last("short", 200)).isEmpty();
    assertThat(Anchor.last("x".repeat(39), 200)).isEmpty();
    assertThat(Anchor.last("x".repeat(40), 200)).isPresent();
  }

  private static AnchorTemplate template(String first, String second) {
    return new AnchorTemplate(
        AnchorTemplate.Role.USER, first, second, AnchorTemplate.Quotes.SHORTEST);
  }

  @ParameterizedTest
  @CsvSource({"go on,{anchor}", "{anchor},go on", "{anchor}{anchor},{anchor}", "'',{anchor}"})
  void template_withoutOnePlaceholder_isRefused(String first, String second) {
    assertThatThrownBy(() -> template(first, second))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("{anchor}");
  }

  @Test
  void template_ofEachTry_hasItsOwnNoteAndMark() {
    var template = template("{anchor}] go on", "again: <{anchor}>> please");
    var anchor = new Anchor("the end");

    assertThat(template.note(anchor, 1)).isEqualTo("the end] go on");
    assertThat(template.note(anchor, 2)).isEqualTo("again: <the end>> please");
    assertThat(template.markBehind(1)).isEqualTo("]");
    assertThat(template.markBehind(2)).isEqualTo(">>");
    assertThat(template("{anchor}", "{anchor}2").markBehind(1)).isEmpty();
    assertThat(template("{anchor}", "{anchor}2").markBehind(2)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "a <<<|>>>|a ",
        "a ``|``|a ",
        "a \"\"|\"|a \"",
        "“|”|~~",
        "a “ |”|a ",
        "Here:\\n```text\\n|```|Here:\\n",
      })
  void mark_openedAtTheEnd_isToldWithWhatStandsBeforeIt(
      String before, String closer, String introduction) {
    var text = before.replace("\\n", "\n");

    assertThat(Marks.closer(text)).contains(closer);
    assertThat(Marks.introduction(text)).isEqualTo(introduction.replace("\\n", "\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "a:", "a“b"})
  void mark_thatOpensNothing_isNone(String before) {
    assertThat(Marks.closer(before)).isEmpty();
  }

  @Test
  void template_seed_quotesTheLastTwoHundredCharacters() {
    var text = PROSE.repeat(3);
    var anchor = AnchorTemplate.SEED.anchor(text, 1).orElseThrow();

    assertThat(anchor.text()).hasSize(200);
    assertThat(AnchorTemplate.SEED.note(anchor, 1)).contains(anchor.text());
    assertThat(AnchorTemplate.SEED.role()).isEqualTo(AnchorTemplate.Role.SYSTEM);
  }
}

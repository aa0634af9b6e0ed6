package dev.holdfast.engine.dialect.seam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.seam.TextGate.Verdict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of an answer to an anchor is new; each answer is told whole and character by character. */
class AnchorJoinTest {
  private static final String TEXT =
      "The keeper counted the ships twice and wrote the number beside the first of them, "
          + "then he closed the book and looked at the water for a long while";

  private static final String REST =
      ", and nobody came. In the morning the lamp was out and the door stood open.";

  private static final String IN_DOUBT = "(in doubt)";

  private static String anchor(String text) {
    return Anchor.shortest(text).orElseThrow().text();
  }

  /** What is let through in the end, however the answer was cut into pieces. */
  private static String joined(String text, String answer) {
    return joined(text, answer, true);
  }

  private static String joined(String text, String answer, boolean byItself) {
    return joined(text, answer, byItself, 1);
  }

  /** The same at the second try, which asks for a longer anchor. */
  private static String joinedAtSecond(String text, String answer) {
    return joined(text, answer, true, 2);
  }

  private static String joined(String text, String answer, boolean byItself, int attempt) {
    var whole = fed(text, answer, answer.length(), byItself, attempt);
    for (int piece : new int[] {1, 2, 7, 31}) {
      assertThat(fed(text, answer, piece, byItself, attempt))
          .as("in pieces of %s", piece)
          .isEqualTo(whole);
    }
    return whole.orElse(IN_DOUBT);
  }

  private static Optional<String> fed(
      String text, String answer, int piece, boolean byItself, int attempt) {
    var gate = gate(text, false, attempt);
    var passed = new StringBuilder();
    for (int at = 0; at < answer.length(); at += piece) {
      var next = answer.substring(at, Math.min(answer.length(), at + piece));
      if (gate.offer(next) == Verdict.UNPROVEN) {
        return Optional.empty();
      }
      passed.append(gate.passed());
    }
    if (gate.end(byItself) == Verdict.UNPROVEN) {
      return Optional.empty();
    }
    return Optional.of(passed.append(gate.passed()).toString());
  }

  private static TextGate gate(String text, boolean accepting) {
    return gate(text, accepting, 1);
  }

  private static TextGate gate(String text, boolean accepting, int attempt) {
    var template = AnchorTemplate.DEFAULT;
    var anchor = template.anchor(text, attempt).orElseThrow();
    return TextGate.anchored(anchor, template, attempt, text, List.of(), accepting);
  }

  @Test
  void repetition_thenTheRest_isJoined() {
    assertThat(joined(TEXT, anchor(TEXT) + REST)).isEqualTo(REST);
  }

  @Test
  void repetition_inTheMiddleOfAWord_isJoined() {
    var text = TEXT.substring(0, TEXT.length() - 2);

    assertThat(joined(text, anchor(text) + "le" + REST)).isEqualTo("le" + REST);
  }

  @Test
  void repetition_ofMoreThanTheAnchor_isJoined() {
    assertThat(joined(TEXT, TEXT + REST)).isEqualTo(REST);
  }

  @Test
  void repetition_ofMoreThanTheAnchor_isJoinedFromAHundredAndTwentyCodePoints() {
    int anchorAt = TEXT.length() - anchor(TEXT).length();
    for (int from = 1; from < anchorAt - 1; from++) {
      int more = FoldedText.fold(TEXT.substring(from, anchorAt)).length();
      boolean enough = more + anchor(TEXT).length() >= 120;

      assertThat(joined(TEXT, TEXT.substring(from) + REST))
          .as("from %s, %s more than the anchor", from, more)
          .isEqualTo(enough ? REST : IN_DOUBT);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sure! Here is the rest:\n\n",
        "Tất nhiên, tôi viết tiếp đây:\n",
        "好的，继续：",
        "[continued]\n---\n",
        "* the rest:\n",
        "Here it goes on: "
      })
  void repetition_behindAnIntroduction_isJoinedByALongAnchorAlone(String introduction) {
    var longer = Anchor.firm(TEXT).orElseThrow().text();

    assertThat(joined(TEXT, introduction + anchor(TEXT) + REST)).isEqualTo(IN_DOUBT);
    assertThat(joinedAtSecond(TEXT, introduction + longer + REST)).isEqualTo(REST);
  }

  @Test
  void refrain_thatComesAgainInNewText_provesNothing() {
    var refrain = "Row, row to the amber light,\nrow until the morning.\n";
    var text = "9 ropes, a gannet and an isle,\n" + refrain.substring(0, refrain.length() - 8);
    var straightOn = "orning.\n\n35 ropes, a drift and a keel,\n" + refrain + "\nSo ends the song.";

    assertThat(anchor(text)).as("the anchor stands in the refrain").startsWith("Row");
    assertThat(joined(text, straightOn)).isEqualTo(IN_DOUBT);
    assertThat(joinedAtSecond(text, straightOn)).isEqualTo(IN_DOUBT);
  }

  @Test
  void verse_thatTheNewTextSaysOnceMore_provesNothing() {
    var verse =
        "the ebb light,\nrow until the morning.\n\n11 ropes, an isle and a keel,\nRow, row to ";
    var text = "7 ropes, a wharf and a yawl,\nRow, row to " + verse;

    assertThat(joined(text, verse + "the ebb light, and so it ended.")).isEqualTo(IN_DOUBT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // It goes on in the middle of a word, or of a sentence.
        "le, and so on. He said:\n",
        ", and nobody came. He said:\n",
        // It tells what the text tells.
        "The keeper counted the ships again:\n",
        // It announces nothing.
        "Nobody came. The lamp was out. "
      })
  void newText_inWhichALongAnchorComesAgain_provesNothing(String newText) {
    var longer = Anchor.firm(TEXT).orElseThrow().text();

    assertThat(joinedAtSecond(TEXT, newText + longer + REST)).isEqualTo(IN_DOUBT);
  }

  @Test
  void repetition_behindALongIntroduction_provesNothing() {
    var introduction = "I am sorry for the break. ".repeat(20);

    assertThat(joined(TEXT, introduction + anchor(TEXT) + REST)).isEqualTo(IN_DOUBT);
  }

  @Test
  void repetition_withOtherWhiteSpaceInside_isJoined() {
    assertThat(joined(TEXT, anchor(TEXT).replace(" ", "\n  ") + REST)).isEqualTo(REST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "The tide came.", "closed the book, and looked at the sea for ages"})
  void repetition_thatIsNone_provesNothing(String answer) {
    assertThat(joined(TEXT, answer)).isEqualTo(IN_DOUBT);
  }

  @Test
  void repetition_alone_isTheEnd() {
    assertThat(joined(TEXT, anchor(TEXT))).isEmpty();
    assertThat(joined(TEXT, anchor(TEXT) + ".")).isEqualTo(".");
  }

  @Test
  void repetition_twice_provesNothing() {
    assertThat(joined(TEXT, anchor(TEXT) + " " + anchor(TEXT) + REST)).isEqualTo(IN_DOUBT);
  }

  @Test
  void repetition_thenTheTextFromItsBeginning_provesNothing() {
    assertThat(joined(TEXT, anchor(TEXT) + "\n\n" + TEXT + REST)).isEqualTo(IN_DOUBT);
  }

  @Test
  void repetition_thatDoesNotComeInTime_isToldAtOnceAndWhy() {
    var gate = gate(TEXT, false);

    assertThat(gate.offer("I am sorry for the break. ".repeat(20))).isEqualTo(Verdict.UNPROVEN);
    assertThat(gate.doubt()).contains("did not repeat");
  }

  // ---- marks

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"“|”", "\"|\"", "<<<|>>>"})
  void mark_stillOpen_letsTheTextThroughAsItComes(String open, String close) {
    var gate = gate(TEXT, false);

    gate.offer(open + anchor(TEXT) + REST);
    assertThat(gate.passed()).isEqualTo(REST);
    gate.offer(" So it ended" + close);
    assertThat(gate.passed()).isEqualTo(" So it ended");
    gate.offer(" there.");

    assertThat(gate.passed()).isEqualTo(close + " there.");
  }

  @Test
  void fence_stillOpen_letsTheTextThroughAsItComes() {
    var gate = gate(TEXT, false);

    gate.offer("```\n" + anchor(TEXT) + REST + "\n");
    assertThat(gate.passed()).isEqualTo(REST);
    gate.offer("So it ended.\n``");
    assertThat(gate.passed()).isEqualTo("\nSo it ended.");
    gate.offer(" here");

    assertThat(gate.passed()).isEqualTo("\n`` here");
  }

  @Test
  void fence_neverClosed_keepsTheWhiteSpaceAtTheEnd() {
    assertThat(joined(TEXT, "```\n" + anchor(TEXT) + REST + "\n\n")).isEqualTo(REST + "\n\n");
  }

  @Test
  void mark_onALineOfItsOwnAtTheEnd_leavesTheLineBreak() {
    assertThat(joined(TEXT, "“" + anchor(TEXT) + REST + "\n”")).isEqualTo(REST + "\n");
  }

  @Test
  void mark_stillOpenAtALimit_isInDoubtOnlyIfTheLastWordsMayCloseIt() {
    assertThat(joined(TEXT, "“" + anchor(TEXT) + REST, false)).isEqualTo(REST);
    assertThat(joined(TEXT, "“" + anchor(TEXT) + REST + "”", false)).isEqualTo(IN_DOUBT);
  }

  @Test
  void mark_closedBehindTheRepetition_isNotHeldForEver() {
    var gate = gate(TEXT, false);
    gate.offer("\"" + anchor(TEXT) + "\"" + REST);
    assertThat(gate.passed()).isEmpty();

    assertThat(gate.offer("x".repeat(200 << 10))).isEqualTo(Verdict.PASS);
    assertThat(gate.offer("x".repeat(60 << 10))).isEqualTo(Verdict.UNPROVEN);
  }

  @Test
  void mark_aroundALongAnchorBehindAnIntroduction_provesNothing() {
    var longer = Anchor.firm(TEXT).orElseThrow().text();

    assertThat(joinedAtSecond(TEXT, "Here is the rest:\n“" + longer + "”" + REST))
        .isEqualTo(IN_DOUBT);
  }

  @Test
  void fence_thatTheTextOpensBeforeItsAnchor_isNotToldFromTheModels() {
    var text = "Run this:\n~~~\n" + "tide".repeat(11);
    var rest = ".close()  # and so on until the morning comes\n~~~\nSo it ended.";
    assertThat(anchor(text)).isEqualTo("tide".repeat(11));

    assertThat(joined(text, "~~~\n" + anchor(text) + rest)).isEqualTo(IN_DOUBT);
    assertThat(joined(text, anchor(text) + rest)).isEqualTo(rest);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"“|”", "\"|\"", "«|»", "「|」", "`|`", "``|``", "<<<|>>>", "‘|’"})
  void mark_closedBehindTheRepetition_isDropped(String open, String close) {
    assertThat(joined(TEXT, open + anchor(TEXT) + close + REST)).isEqualTo(REST);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"“|”", "\"|\"", "«|»", "「|」", "`|`", "<<<|>>>"})
  void mark_closedAtTheEnd_isDropped(String open, String close) {
    assertThat(joined(TEXT, open + anchor(TEXT) + REST + close)).isEqualTo(REST);
    assertThat(joined(TEXT, open + anchor(TEXT) + REST + close + "\n")).isEqualTo(REST);
  }

  @Test
  void whiteSpace_insideAMarkThatCloses_isOfTheRepetition() {
    var text = "Run:\n```python\nfor hour in range(7):\n    for minute in range(60):\n   ";
    var rest = "     marks.append(hour)\n```\nThat is all there is.";

    assertThat(joined(text, "“" + anchor(text) + "”" + rest)).isEqualTo(rest);
    assertThat(joined(text, "~~~\n" + anchor(text) + "\n~~~\n" + rest)).isEqualTo(rest);
  }

  @Test
  void mark_thatMayBeOfTheAnswer_isKept() {
    var rest = ", \"no,\" she said, and \"no\" again. So it was that nobody went.";

    assertThat(joined(TEXT, "\"" + anchor(TEXT) + rest + "\"")).isEqualTo(rest);
    assertThat(joined(TEXT, "\"" + anchor(TEXT) + rest)).isEqualTo(rest);
  }

  @Test
  void mark_behindTheRepetitionAndAtTheEnd_provesNothing() {
    var rest = "\" was all he said, and what they answered was \"no, and never, and nowhere.";

    assertThat(joined(TEXT, "\"" + anchor(TEXT) + rest + "\"")).isEqualTo(IN_DOUBT);
  }

  @Test
  void mark_behindTheRepetitionAndALimit_provesNothing() {
    assertThat(joined(TEXT, "\"" + anchor(TEXT) + "\"" + REST, false)).isEqualTo(IN_DOUBT);
  }

  @Test
  void mark_aroundACitationInAnIntroduction_provesNothing() {
    var answer = "You stopped at \"" + anchor(TEXT) + "\". Here is the rest: " + REST;

    assertThat(joined(TEXT, answer)).isEqualTo(IN_DOUBT);
  }

  @Test
  void mark_ofTheTemplate_copiedAlone_provesNothing() {
    assertThat(joined(TEXT, anchor(TEXT) + ">>>" + REST)).isEqualTo(IN_DOUBT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"```\n", "```text\n", "~~~\n"})
  void fence_closedBehindTheRepetition_isDropped(String open) {
    var close = "\n" + open.substring(0, 3) + "\n";

    assertThat(joined(TEXT, open + anchor(TEXT) + close + REST)).isEqualTo(REST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"```\n", "```text\n", "Here:\n```\n", "~~~\n"})
  void fence_closedAtTheEnd_isDropped(String open) {
    var fence = open.contains("~") ? "~~~" : "```";
    var longer = Anchor.firm(TEXT).orElseThrow().text();

    assertThat(joinedAtSecond(TEXT, open + longer + REST + "\n" + fence)).isEqualTo(REST);
  }

  @Test
  void fence_ofTheTextItself_isNotTakenForTheModels() {
    var text = "Run this:\n```python\nfor hour in range(7): marks.append(hour * 3); print(marks)";
    var rest = "\n    tide.close()  # and so on until the morning comes\n```";

    assertThat(joined(text, text + rest)).isIn(rest, IN_DOUBT);
    assertThat(joined(text, anchor(text) + rest)).isEqualTo(rest);
  }

  // ---- white space

  @ParameterizedTest
  @CsvSource({"'',' ',' '", "' ',' ',''", "' ','',''", "'\\n','\\n  ','  '", "'  ',' ',''"})
  void whiteSpace_ofTheModel_lessWhatTheReaderHas(String has, String wrote, String shown) {
    var text = TEXT + has.replace("\\n", "\n");
    var rest = "so it went on until the lamp was out and the door stood open.";

    assertThat(joined(text, anchor(TEXT) + wrote.replace("\\n", "\n") + rest))
        .isEqualTo(shown + rest);
  }

  @Test
  void whiteSpace_thatDisagrees_isProseOrDoubt() {
    var rest = "so it went on until the lamp was out and the door stood open.";

    assertThat(joined(TEXT + " ", anchor(TEXT) + "\n" + rest)).isEqualTo(rest);
    assertThat(joined(TEXT + "\n", anchor(TEXT) + " " + rest)).isEqualTo(IN_DOUBT);
    assertThat(joined("```\n" + TEXT + "  ", anchor(TEXT) + "\n" + rest)).isEqualTo(IN_DOUBT);
  }

  // ---- accepting

  @Test
  void straightOn_acceptingGate_letsItThroughAndSaysSo() {
    var gate = gate(TEXT, true);
    gate.offer(REST);

    assertThat(gate.end(true)).isEqualTo(Verdict.PASS);
    assertThat(gate.passed()).isEqualTo(REST);
    assertThat(gate.accepted()).isTrue();
  }

  @Test
  void repetition_acceptingGate_isProvenLikeAnyOther() {
    var gate = gate(TEXT, true);
    gate.offer(anchor(TEXT) + REST);

    assertThat(gate.passed()).isEqualTo(REST);
    assertThat(gate.accepted()).isFalse();
  }

  // ---- replay

  @Test
  void replay_thatRepeatsAll_isJoined() {
    var gate = TextGate.replayed("It is amber", List.of());

    assertThat(gate.offer("It is am")).isEqualTo(Verdict.PASS);
    assertThat(gate.passed()).isEmpty();
    gate.offer("ber 17");
    assertThat(gate.passed()).isEqualTo(" 17");
    gate.offer(".");
    assertThat(gate.passed()).isEqualTo(".");
    assertThat(gate.end(true)).isEqualTo(Verdict.PASS);
  }

  @Test
  void replay_thatDiffersOrEndsEarly_provesNothing() {
    assertThat(TextGate.replayed("It is amber", List.of()).offer("It is a drift"))
        .isEqualTo(Verdict.UNPROVEN);
    var early = TextGate.replayed("It is amber", List.of());
    early.offer("It is");
    assertThat(early.end(true)).isEqualTo(Verdict.UNPROVEN);
    assertThat(early.doubt()).contains("ends before its end");
  }
}

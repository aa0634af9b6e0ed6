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
    var whole = fed(text, answer, answer.length(), byItself);
    for (int piece : new int[] {1, 2, 7, 31}) {
      assertThat(fed(text, answer, piece, byItself)).as("in pieces of %s", piece).isEqualTo(whole);
    }
    return whole.orElse(IN_DOUBT);
  }

  private static Optional<String> fed(String text, String answer, int piece, boolean byItself) {
    var gate = gate(text, false);
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
    return TextGate.anchored(
        Anchor.shortest(text).orElseThrow(), AnchorTemplate.DEFAULT, 1, text, List.of(), accepting);
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
  void repetition_behindAnIntroduction_isJoined() {
    assertThat(joined(TEXT, "Sure! Here is the rest:\n\n" + anchor(TEXT) + REST)).isEqualTo(REST);
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

  // ---- marks

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

    assertThat(joined(TEXT, open + anchor(TEXT) + REST + "\n" + fence)).isEqualTo(REST);
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
  }
}

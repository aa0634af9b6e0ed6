package dev.holdfast.simulator.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Dice;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Prompt;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NoteMannerTest {
  private static final Model MODEL = new Model(3);
  private static final Prompt PROMPT = Prompt.of("user: Go. [prose]\n");
  private static final String WHOLE = MODEL.answer(PROMPT).text();
  private static final int CUT = 300;
  private static final String ANCHOR = WHOLE.substring(CUT - 51, CUT);
  private static final String REST = WHOLE.substring(CUT);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Repeat \"%s\" and go on.",
        "The answer broke off after:\n<<<%s>>>\nRepeat it.",
        "Hãy lặp lại: %s",
        "%s"
      })
  void note_inAnyTemplate_isFoundByTheQuotation(String template) {
    for (String role : new String[] {"user", "system"}) {
      String said = said(NoteManner.OBEYED, role, template.replace("%s", ANCHOR), 2);

      assertThat(said).isEqualTo(ANCHOR + REST);
    }
  }

  @Test
  void note_thatQuotesNothing_isAnOrdinaryTurn() {
    String said = said(NoteManner.OBEYED, "user", "Thanks. And then?", 2);

    assertThat(said).isNotEqualTo(REST).doesNotContain(ANCHOR);
  }

  @ParameterizedTest
  @EnumSource(
      value = NoteManner.class,
      names = {"PREAMBLE", "QUOTED", "QUOTED_TO_END", "FENCED", "FENCED_TO_END"})
  void obedience_withSomethingAround_holdsAnchorAndRest(NoteManner manner) {
    String said = said(manner, "user", "Repeat: " + ANCHOR, 2);

    assertThat(said).contains(ANCHOR).contains(REST).isNotEqualTo(ANCHOR + REST);
    assertThat(said.endsWith(REST)).isEqualTo(!manner.name().endsWith("TO_END"));
  }

  @Test
  void whiteSpace_changedInsideOrAtTheJoin_leavesTheRestAsItIs() {
    String inside = said(NoteManner.SPACE_INSIDE, "user", "Repeat: " + ANCHOR, 2);
    String atJoin = said(NoteManner.SPACE_AT_JOIN, "user", "Repeat: " + ANCHOR, 2);

    assertThat(inside).endsWith(REST).isNotEqualTo(ANCHOR + REST);
    assertThat(folded(inside)).isEqualTo(folded(ANCHOR + REST));
    assertThat(atJoin).startsWith(ANCHOR.stripTrailing()).endsWith(REST.stripLeading());
  }

  @Test
  void disobedience_ofEachKind_doesNotRepeatTheAnchorBeforeTheRest() {
    String note = "Repeat: " + ANCHOR;

    assertThat(said(NoteManner.PARAPHRASED, "user", note, 2)).endsWith(REST).doesNotContain(ANCHOR);
    assertThat(said(NoteManner.IGNORED, "user", note, 2)).isEqualTo(REST);
    assertThat(said(NoteManner.RESTARTED, "user", note, 2)).isEqualTo(WHOLE);
  }

  /** "so" said as "so to speak," is "so", repeated, and a continuation of its own. */
  @Test
  void paraphrase_ofAWordThatAnotherBeginsWith_isNoRepetition() {
    for (var end : List.of(" so", " in", " as", " na")) {
      for (int seed = 0; seed < 200; seed++) {
        var said = Repetition.of(NoteManner.PARAPHRASED, ANCHOR + end, REST, Dice.of(seed));

        assertThat(said).as("seed %d", seed).doesNotStartWith(ANCHOR + end);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"IGNORED_AT_FIRST, IGNORED", "PARAPHRASED_AT_FIRST, PARAPHRASED"})
  void obedience_atTheSecondTry_followsTheNumberOfTheAttempt(NoteManner manner, NoteManner first) {
    String note = "Repeat: " + ANCHOR;

    assertThat(said(manner, "user", note, 2)).isEqualTo(said(first, "user", note, 2));
    assertThat(said(manner, "user", note, 3)).isEqualTo(ANCHOR + REST);
  }

  private static String said(NoteManner manner, String role, String note, int attempt) {
    String body =
        "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Go. "
            + "[prose]\"},{\"role\":\"assistant\",\"content\":"
            + Json.quote(WHOLE.substring(0, CUT))
            + "},{\"role\":\""
            + role
            + "\",\"content\":"
            + Json.quote(note)
            + "}]}";
    var script =
        new ProviderScript(ProviderConfig.DEFAULTS.withModel(MODEL).withNotes(manner))
            .steps(
                new ProviderCall(
                    "POST",
                    "/chat/completions",
                    Map.of(),
                    body.getBytes(StandardCharsets.UTF_8),
                    FaultPlan.HEALTHY.entry(1),
                    attempt,
                    Played.NOW));
    return Played.of(script).text();
  }

  private static String folded(String text) {
    return text.replaceAll("\\s+", " ");
  }
}

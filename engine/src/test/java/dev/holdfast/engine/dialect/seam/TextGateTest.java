package dev.holdfast.engine.dialect.seam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.seam.TextGate.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of a text that was handed back is shown, and when. */
class TextGateTest {
  private static final String FORTY = "The keeper counted the ships twice, then";

  private static TextGate prefilled(String sent, Echo echo, String... stops) {
    return TextGate.prefilled(sent, echo, sent, List.of(stops));
  }

  private static String passed(TextGate gate, String text) {
    assertThat(gate.offer(text)).isEqualTo(Verdict.PASS);
    return gate.passed();
  }

  private static String ended(TextGate gate) {
    assertThat(gate.end(true)).isEqualTo(Verdict.PASS);
    return gate.passed();
  }

  // ---- echo

  @Test
  void echo_ofFortyCodePoints_isToldByWhatComes() {
    assertThat(FORTY).hasSize(40);

    assertThat(passed(prefilled(FORTY, Echo.UNKNOWN), FORTY + " he slept."))
        .isEqualTo(" he slept.");
  }

  @Test
  void echo_ofLess_isNotToldAndSaysWhy() {
    var gate = prefilled(FORTY.substring(1), Echo.UNKNOWN);

    assertThat(gate.offer(FORTY.substring(1) + " he slept.")).isEqualTo(Verdict.UNPROVEN);
    assertThat(gate.doubt()).contains("short text");
  }

  @Test
  void echo_thatDiffers_isTextAtOnce() {
    var gate = prefilled(FORTY, Echo.UNKNOWN);

    assertThat(passed(gate, "The keeper ")).isEmpty();
    assertThat(passed(gate, "slept")).isEqualTo("The keeper slept");
    assertThat(passed(gate, ".")).isEqualTo(".");
  }

  @Test
  void echo_thatEndsBeforeItsWhiteSpace_addsNone() {
    var gate = prefilled(FORTY + "  ", Echo.UNKNOWN);

    assertThat(passed(gate, FORTY + " ")).isEmpty();
    assertThat(ended(gate)).isEmpty();
  }

  @Test
  void echo_withoutItsFirstSpace_isOneToo() {
    var gate = prefilled(" " + FORTY, Echo.UNKNOWN);

    assertThat(passed(gate, FORTY + " he slept.")).isEqualTo(" he slept.");
  }

  @Test
  void echo_cutOffInTheMiddle_isTextAfterAll() {
    var gate = prefilled(FORTY, Echo.UNKNOWN);

    assertThat(passed(gate, "The keeper")).isEmpty();
    assertThat(ended(gate)).isEqualTo("The keeper");
  }

  // ---- stop sequences

  @Test
  void stop_acrossTheSeam_stops() {
    var gate = prefilled("one\n\nEN", Echo.NEVER, "END");

    assertThat(gate.offer("D and more")).isEqualTo(Verdict.STOP);
  }

  @Test
  void stop_acrossTheSeamInPieces_isHeldUntilItIsOne() {
    var gate = prefilled("one E", Echo.NEVER, "END OF");

    assertThat(passed(gate, "ND")).isEmpty();
    assertThat(passed(gate, "")).isEmpty();
    assertThat(gate.offer(" OF it")).isEqualTo(Verdict.STOP);
  }

  @Test
  void stop_thatIsNone_isShown() {
    var gate = prefilled("one E", Echo.NEVER, "END OF", "EXIT");

    assertThat(passed(gate, "ND")).isEmpty();
    assertThat(passed(gate, " is")).isEqualTo("ND is");
    assertThat(passed(gate, " ND OF")).isEqualTo(" ND OF");
  }

  @Test
  void stop_thatTheEndLeavesOpen_isShown() {
    var gate = prefilled("one E", Echo.NEVER, "END OF");

    assertThat(passed(gate, "ND")).isEmpty();
    assertThat(ended(gate)).isEqualTo("ND");
    assertThat(ended(gate)).isEmpty();
  }

  @Test
  void stop_wholeBeforeTheSeam_isNotLookedForAgain() {
    assertThat(passed(prefilled("END", Echo.NEVER, "END"), "ING")).isEqualTo("ING");
  }

  @Test
  void stop_notBegunBeforeTheSeam_isLeftToTheProvider() {
    assertThat(passed(prefilled("one ", Echo.NEVER, "END"), "ENDING")).isEqualTo("ENDING");
  }

  @Test
  void stop_longerThanTheText_isLookedForInAllOfIt() {
    assertThat(prefilled("E", Echo.NEVER, "END").offer("ND")).isEqualTo(Verdict.STOP);
  }

  // ---- halves of a pair

  @Test
  void half_ofAPair_waitsForTheOther() {
    var gate = TextGate.open();

    assertThat(passed(gate, "a\uD83C")).isEqualTo("a");
    assertThat(passed(gate, "")).isEmpty();
    assertThat(passed(gate, "\uDFEE.")).isEqualTo("🏮.");
    assertThat(ended(gate)).isEmpty();
  }

  @Test
  void half_ofAPairAtTheEnd_isShown() {
    var gate = TextGate.open();

    assertThat(passed(gate, "a\uD83C")).isEqualTo("a");
    assertThat(ended(gate)).isEqualTo("\uD83C");
    assertThat(ended(gate)).isEmpty();
  }
}

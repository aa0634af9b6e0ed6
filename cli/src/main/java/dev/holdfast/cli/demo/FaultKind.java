package dev.holdfast.cli.demo;

import dev.holdfast.simulator.model.Dice;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.Manner;
import dev.holdfast.simulator.provider.NoteManner;
import java.util.List;
import java.util.Locale;

/** A way in which a provider of the demo lets its callers down; each demo has every one of them. */
enum FaultKind {
  RESET("connection reset", "the connection is reset (RST) in mid-answer"),
  SILENT_TRUNCATION("silent truncation", "the body ends in mid-answer and looks well finished"),
  CUT_EVENT("FIN inside event", "the connection closes in the middle of an event"),
  CUT_CHARACTER("cut in character", "the body ends inside a character of several bytes"),
  STALL("keep-alive stall", "no more text, but keep-alives go on for ever"),
  UNAVAILABLE("503, then 502", "two refusals before it answers, one of them a page of HTML"),
  RATE_LIMITED("429 with a hint", "the rate is limited, and the error says for how long"),
  ERROR_AND_DONE("error and [DONE]", "an error inside the stream, closed with [DONE] as if whole"),
  EARLY_ERROR("early error", "a 200 whose stream holds an error and no text"),
  MALFORMED("malformed JSON", "an event in mid-answer is broken JSON"),
  NO_FINISH("no finish reason", "[DONE] in mid-answer without a finish reason"),
  SEVERAL("several breaks", "reset, FIN, 503, silent end, error: one after another"),
  ECHO("echoing provider", "asked for the rest, it first repeats what it had said (llama.cpp)"),
  ANCHOR("no prefill", "it can't be handed its text, but repeats the end of it and goes on"),
  READER_DROPS("reader drops", "the reader's own line breaks as well; it comes back for the rest"),
  TOOL_CALL("broken tool call", "the connection is reset inside the arguments of a tool call"),
  LONG_SILENCE(
      "silent reasoning", "it thinks for seconds and shows nothing: healthy, so left alone");

  private static final List<Style> OF_WIDE_CHARACTERS =
      List.of(Style.CHINESE, Style.JAPANESE, Style.EMOJI);

  private static final List<Style> OF_SENTENCES = List.of(Style.PROSE, Style.VIETNAMESE);

  private final String label;
  private final String sentence;

  FaultKind(String label, String sentence) {
    this.label = label;
    this.sentence = sentence;
  }

  /** A name of at most 17 columns. */
  String label() {
    return label;
  }

  /** What the provider does. */
  String sentence() {
    return sentence;
  }

  boolean reasons() {
    return this == LONG_SILENCE;
  }

  boolean callsTool() {
    return this == TOOL_CALL;
  }

  /** Whether nothing is to be seen for seconds, so that the rest had better come faster. */
  boolean isSilent() {
    return reasons() || callsTool();
  }

  /** Whether the reader goes away in mid-answer and comes back. */
  boolean dropsReader() {
    return this == READER_DROPS;
  }

  /** Whether an answer of this style lets the fault do its worst. */
  boolean takes(Style style) {
    return switch (this) {
      case CUT_CHARACTER -> OF_WIDE_CHARACTERS.contains(style);
      // The end of a song or a table stands in it more than once.
      case ANCHOR -> OF_SENTENCES.contains(style);
      default -> true;
    };
  }

  /** A style that it takes when all others have been given away. */
  Style lastStyle() {
    return this == CUT_CHARACTER ? Style.CHINESE : Style.PROSE;
  }

  /** How its provider may be asked to go on, as configuration writes it. */
  String continuation() {
    return this == ANCHOR ? "anchor" : "prefill";
  }

  /** What its model does when it is asked to repeat the end of its text. */
  NoteManner notes() {
    return NoteManner.PREAMBLE;
  }

  Manner manner() {
    return this == ECHO ? Manner.ECHO_GLUED : Manner.PREFILL;
  }

  /**
   * A plan of this kind in the language of the simulator.
   *
   * @param tokens of the unbroken answer
   */
  String plan(Dice dice, int tokens) {
    int middle = dice.between(tokens / 4, tokens * 2 / 3);
    return switch (this) {
      case RESET, ANCHOR -> "reset@" + middle;
      case READER_DROPS -> "reset@" + dice.between(tokens / 2, tokens * 2 / 3);
      case SILENT_TRUNCATION -> "end@" + middle;
      case CUT_EVENT -> "cut@event:" + middle;
      case CUT_CHARACTER -> "end@utf8:" + middle;
      case STALL -> "stall@" + middle + "(keep-alive=200ms)";
      case UNAVAILABLE -> dice.pick(List.of("503; 502(shape=html)", "529; 502(shape=html)"));
      case RATE_LIMITED -> "429(" + hint(dice) + ")";
      case ERROR_AND_DONE -> error(dice, middle);
      case EARLY_ERROR ->
          "error@0(shape=%s)"
              .formatted(dice.pick(List.of("openai", "event", "openrouter", "groq", "google")));
      case MALFORMED -> "malformed@" + middle;
      case NO_FINISH -> "no-finish@" + middle;
      case SEVERAL ->
          String.join(
              "; ",
              "reset@" + part(dice, tokens),
              "cut@event:" + part(dice, tokens),
              "503",
              "end@" + part(dice, tokens),
              error(dice, part(dice, tokens)));
      case ECHO -> "reset@" + 2 * part(dice, tokens) + "; end@" + part(dice, tokens);
      case TOOL_CALL -> "reset@" + dice.between(tokens / 2, tokens * 3 / 4);
      case LONG_SILENCE ->
          "pause@0(for=%dms)+hidden-reasoning".formatted(dice.between(40, 50) * 100);
    };
  }

  /** So many tokens that several breaks find room in one answer. */
  private static int part(Dice dice, int tokens) {
    return dice.between(tokens / 8, tokens / 5);
  }

  private static String error(Dice dice, int at) {
    return "error@%d(shape=%s,done)".formatted(at, dice.pick(List.of("openai", "openrouter")));
  }

  private static String hint(Dice dice) {
    String form =
        dice.pick(
            List.of(
                "retry-after",
                "retry-after-ms",
                "reset-requests",
                "shape=google,retry-info",
                "message"));
    return String.format(Locale.ROOT, "%s=%dms", form, dice.between(9, 15) * 100);
  }
}

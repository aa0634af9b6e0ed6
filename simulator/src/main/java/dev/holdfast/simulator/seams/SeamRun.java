package dev.holdfast.simulator.seams;

import dev.holdfast.engine.dialect.Dialect;
import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.chat.ChatDialect;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.engine.session.SessionPlan;
import dev.holdfast.simulator.fault.Fault;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.fault.Position;
import dev.holdfast.simulator.model.Dice;
import dev.holdfast.simulator.model.DifferingModel;
import dev.holdfast.simulator.model.Joins;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Prompt;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One answer of a row, broken up to three times at places drawn from its seed, and judged. */
final class SeamRun {
  /** How an answer ended. */
  enum End {
    /** Complete, and right to the last character. */
    EQUAL,
    /** Complete, and right but for white space directly at a seam. */
    SPACED,
    /** An explicit error. */
    UNANSWERED,
    /** Complete, and not right. */
    SILENT_WRONG
  }

  /**
   * What came of a run.
   *
   * @param breaks at the positions that the row counts
   * @param aside breaks at others
   * @param lost how many of those that count were not answered
   * @param why the final failure's word, or sentence; empty where the answer is complete
   * @param told where it went wrong, for a person; empty unless it is silently wrong
   */
  record Result(long seed, int breaks, int aside, int lost, End end, String why, String told) {}

  private static final int BREAKS_MAX = 3;

  /** More tokens than a repetition of the longest anchor and what may stand before it. */
  private static final int BEYOND_REPETITION = 260;

  private static final int CONTEXT = 70;

  private SeamRun() {}

  static Result of(SeamRow row, long seed) {
    Dice dice = Dice.of(seed, row.name());
    ProviderConfig provider = row.provider(seed);
    Style style = style(row, dice);
    String said = "Tell story " + seed + " " + style.tag();
    Prompt prompt = Prompt.of("user: " + said + "\n");
    int tokens = provider.model().answer(prompt, 1).textTokens().size();
    FaultPlan faults = faults(row, dice, tokens);

    var line = new SeamLine(provider, faults, said, dice);
    SessionPlan plan =
        SessionPlan.of(
                request(said, row.deterministic()),
                List.of(row.target()),
                RetryPolicy.DEFAULTS,
                Clocks.DEFAULTS)
            .withSeams(false, row.knowledge() == SeamRow.Knowledge.PROBED);
    Outcome outcome = line.drive(plan, seed);

    return switch (outcome) {
      case Outcome.Failed failed -> failed(row, seed, line, failed.failure());
      case Outcome.Complete complete -> judged(row, seed, prompt, line);
    };
  }

  /** The long texts are drawn less often: one takes the time of ten others. */
  private static Style style(SeamRow row, Dice dice) {
    Style style = dice.pick(row.styles());
    return style == Style.LONG && dice.below(8) > 0 ? dice.pick(row.styles()) : style;
  }

  private static Result failed(SeamRow row, long seed, SeamLine line, Failure failure) {
    String text = line.text();
    // The last break is where the text ends, whether or not anybody was asked to go on.
    var places = new TreeSet<Integer>(line.joints());
    if (!text.isEmpty()) {
      places.add(text.length());
    }
    int counted = counted(row, text, places);
    int lost = text.isEmpty() ? 0 : counted(row, text, Set.of(text.length()));
    return new Result(
        seed, counted, places.size() - counted, lost, End.UNANSWERED, why(failure), "");
  }

  /** A seam that proved nothing says why in its sentence alone, ahead of what broke before. */
  private static String why(Failure failure) {
    String why = failure.why();
    return why.equals("unproven_seam")
        ? failure.message().replaceFirst("; before that: .*", "")
        : why;
  }

  private static Result judged(SeamRow row, long seed, Prompt prompt, SeamLine line) {
    String text = line.text();
    @Nullable String expected =
        switch (row.provider(seed).model()) {
          case Model model -> model.answer(prompt).text();
          case DifferingModel model -> model.whole(prompt, text);
        };
    End end =
        expected == null || !line.finishes().equals(List.of("stop"))
            ? End.SILENT_WRONG
            : switch (Joins.compare(expected, text, line.joints())) {
              case EQUAL -> End.EQUAL;
              case BUT_FOR_WHITE_SPACE -> End.SPACED;
              case OTHER -> End.SILENT_WRONG;
            };
    var places = new TreeSet<Integer>(line.joints());
    int counted = counted(row, text, places);
    boolean wrong = end == End.SILENT_WRONG;
    String told = wrong ? told(line, expected) : "";
    return new Result(seed, counted, places.size() - counted, wrong ? counted : 0, end, "", told);
  }

  private static int counted(SeamRow row, String text, Set<Integer> places) {
    int anchored = 0;
    for (int at : places) {
      anchored += Anchors.exists(text.substring(0, at)) ? 1 : 0;
    }
    return switch (row.positions()) {
      case ALL -> places.size();
      case ANCHORED -> anchored;
      case UNANCHORED -> places.size() - anchored;
    };
  }

  private static String told(SeamLine line, @Nullable String expected) {
    String text = line.text();
    var told = new StringBuilder("finish reasons " + line.finishes());
    for (int at : line.joints()) {
      told.append("\n  at ").append(at).append(": ");
      told.append(shown(text.substring(Math.max(0, at - CONTEXT), at))).append(" ‖ ");
      told.append(shown(text.substring(at, Math.min(text.length(), at + CONTEXT))));
    }
    if (expected != null) {
      int same = 0;
      while (same < Math.min(expected.length(), text.length())
          && expected.charAt(same) == text.charAt(same)) {
        same++;
      }
      int from = Math.max(0, same - CONTEXT / 2);
      told.append("\n  expected at ").append(same).append(": ");
      told.append(shown(expected.substring(from, Math.min(expected.length(), same + CONTEXT))));
      told.append("\n  came           : ");
      told.append(shown(text.substring(from, Math.min(text.length(), same + CONTEXT))));
    }
    for (String brought : line.brought()) {
      told.append("\n  a continuation began: ").append(shown(brought));
    }
    return told.toString();
  }

  private static String shown(String text) {
    return "[" + text.replace("\n", "⏎") + "]";
  }

  private static DialectRequest request(String said, boolean temperatureZero) {
    String body =
        String.format(
            Locale.ROOT,
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],"
                + "\"stream\":true%s}",
            said,
            temperatureZero ? ",\"temperature\":0" : "");
    return switch (ChatDialect.INSTANCE.read(body.getBytes(StandardCharsets.UTF_8))) {
      case Dialect.Reading.Read read -> read.request();
      case Dialect.Reading.Unreadable unreadable ->
          throw new IllegalStateException("expected a request, got " + unreadable.message());
    };
  }

  private static FaultPlan faults(SeamRow row, Dice dice, int tokens) {
    boolean later =
        switch (row.notes()) {
          // The model obeys in every second attempt alone, so that one must reach its anchor.
          case PARAPHRASED_AT_FIRST, IGNORED_AT_FIRST -> true;
          default -> false;
        };
    var entries = new ArrayList<FaultPlan.Entry>();
    int breaks = dice.between(1, BREAKS_MAX);
    entries.add(entry(dice, 1, 2 * tokens / 3));
    while (entries.size() < breaks) {
      if (later) {
        entries.add(FaultPlan.HEALTHY.entry(1));
      }
      entries.add(entry(dice, later ? BEYOND_REPETITION : 0, tokens / 3));
    }
    return new FaultPlan(entries);
  }

  /** A break at a token, inside an event, inside a character, or at any byte. */
  private static FaultPlan.Entry entry(Dice dice, int least, int tokens) {
    int token = dice.between(least, Math.max(least, tokens));
    Position at =
        switch (dice.below(6)) {
          case 0 -> new Position.InsideEvent(token);
          case 1 -> new Position.InsideUtf8(token);
          case 2 ->
              new Position.Bytes(dice.between(300 * least, 300 * (Math.max(least, tokens) + 2)));
          default -> new Position.Tokens(token);
        };
    var choices = new ArrayList<Fault>();
    choices.add(new Fault.Reset(at, Duration.ZERO));
    choices.add(new Fault.Cut(at, Duration.ZERO));
    choices.add(new Fault.CleanEnd(at, Duration.ZERO));
    choices.add(new Fault.Stall(at, null));
    return new FaultPlan.Entry(dice.pick(choices), Set.of(), false);
  }
}

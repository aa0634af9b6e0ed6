package dev.holdfast.cli.demo;

import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Dice;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Style;
import java.util.ArrayList;
import java.util.List;

/**
 * Which answers a demo runs and what goes wrong with each: a pure function of the seed.
 *
 * @param seed from which all else was drawn
 */
record DemoPlan(long seed, List<DemoAnswer> answers) {
  /** How long a person likes to watch one answer, in tenths of a second without its breaks. */
  private static final int TENTHS_LEAST = 80;

  private static final int TENTHS_MOST = 105;

  /** What is silent for seconds is faster in the rest, so that nobody waits for it alone. */
  private static final int TENTHS_BESIDE_SILENCE = 60;

  DemoPlan {
    answers = List.copyOf(answers);
  }

  /** The plan of a seed: every kind of fault once. */
  static DemoPlan of(long seed) {
    return of(seed, List.of(FaultKind.values()));
  }

  /** The plan of a seed with some kinds of fault. */
  static DemoPlan of(long seed, List<FaultKind> kinds) {
    var dice = Dice.of(seed, "demo");
    var model = new Model(seed);
    List<Style> styles = styles(dice);
    var answers = new ArrayList<DemoAnswer>();
    for (FaultKind kind : shuffled(dice, kinds)) {
      int number = answers.size() + 1;
      Style style = take(styles, kind);
      var own = Dice.of(seed, "answer", kind);
      int tokens = DemoAnswer.unbroken(model, number, kind, style).tokens();
      double seconds =
          (kind.isSilent() ? TENTHS_BESIDE_SILENCE : own.between(TENTHS_LEAST, TENTHS_MOST)) / 10.0;
      var faults = FaultPlan.parse(kind.plan(own, tokens));
      answers.add(new DemoAnswer(number, kind, style, faults, model, tokens / seconds));
    }
    return new DemoPlan(seed, answers);
  }

  /**
   * A kind of text for each answer, in random order. Right to left is there once: terminals that
   * turn lines around would mix two such panes of one line.
   */
  private static List<Style> styles(Dice dice) {
    return shuffled(
        dice,
        List.of(
            Style.VIETNAMESE,
            Style.VIETNAMESE,
            Style.VIETNAMESE,
            Style.CHINESE,
            Style.CHINESE,
            Style.JAPANESE,
            dice.pick(List.of(Style.ARABIC, Style.HEBREW)),
            Style.EMOJI,
            Style.COMBINING,
            Style.TABLE,
            Style.REFRAIN,
            Style.PYTHON,
            Style.JSON,
            Style.PROSE,
            Style.PROSE,
            Style.PROSE,
            Style.PROSE));
  }

  private static Style take(List<Style> styles, FaultKind kind) {
    if (kind.callsTool()) {
      return Style.PROSE;
    }
    for (int i = 0; i < styles.size(); i++) {
      if (kind.takes(styles.get(i))) {
        return styles.remove(i);
      }
    }
    return kind.lastStyle();
  }

  private static <T> List<T> shuffled(Dice dice, List<T> list) {
    var left = new ArrayList<T>(list);
    var order = new ArrayList<T>(list.size());
    while (!left.isEmpty()) {
      order.add(left.remove(dice.below(left.size())));
    }
    return order;
  }
}

package dev.holdfast.simulator.seams;

import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.Manner;
import dev.holdfast.simulator.provider.NoteManner;
import dev.holdfast.simulator.seams.SeamRow.Knowledge;
import dev.holdfast.simulator.seams.SeamRow.Positions;
import java.util.ArrayList;
import java.util.List;

/** The rows of the campaign, in the order of the page. */
final class SeamRows {
  private static final List<Style> SHORT = List.of(Style.WORD, Style.SHORT);
  private static final double OBEDIENT = 0.995;
  private static final double DISTURBED = 0.97;

  /** Below 40 code points an echo can't be told from chance, and one break in twenty is there. */
  private static final double RECOGNISED = 0.90;

  private static final double AT_SECOND_TRY = 0.90;

  private SeamRows() {}

  static List<SeamRow> all() {
    var rows = new ArrayList<SeamRow>();
    for (boolean differs : new boolean[] {false, true}) {
      prefill(differs, rows);
    }
    for (boolean differs : new boolean[] {false, true}) {
      for (NoteManner notes : NoteManner.values()) {
        rows.add(anchored(differs, notes));
      }
    }
    fall(rows);
    replay(rows);
    without(rows);
    return List.copyOf(rows);
  }

  private static void prefill(boolean differs, List<SeamRow> rows) {
    var all = List.of(Style.values());
    for (Manner manner : List.of(Manner.PREFILL, Manner.ECHO, Manner.ECHO_GLUED)) {
      String name = "prefill, " + word(manner) + model(differs);
      Echo said = manner == Manner.PREFILL ? Echo.NEVER : Echo.ALWAYS;
      rows.add(prefill(name, differs, manner, Knowledge.PROVEN, said, all, 1, 1));
      if (differs) {
        continue;
      }
      rows.add(
          prefill(
              "prefill, " + word(manner) + ", recognised by what comes" + model(differs),
              differs,
              manner,
              Knowledge.PROVEN,
              Echo.UNKNOWN,
              Style.longEnough(),
              RECOGNISED,
              1));
      rows.add(
          prefill(
              "prefill, " + word(manner) + ", proven by a known answer" + model(differs),
              differs,
              manner,
              Knowledge.PROBED,
              Echo.UNKNOWN,
              Style.longEnough(),
              DISTURBED,
              1));
    }
    rows.add(
        prefill(
            "prefill, restart, the known answer fails" + model(differs),
            differs,
            Manner.RESTART,
            Knowledge.PROBED,
            Echo.UNKNOWN,
            all,
            0,
            0));
    rows.add(
        prefill(
            "prefill, exact, not proven" + model(differs),
            differs,
            Manner.PREFILL,
            Knowledge.NONE,
            Echo.UNKNOWN,
            all,
            0,
            0));
  }

  private static SeamRow prefill(
      String name,
      boolean differs,
      Manner manner,
      Knowledge knowledge,
      Echo echo,
      List<Style> styles,
      double least,
      double most) {
    return new SeamRow(
        name,
        differs,
        manner,
        NoteManner.OBEYED,
        knowledge,
        echo,
        List.of(Rung.PREFILL),
        false,
        Positions.ALL,
        styles,
        least,
        most);
  }

  private static SeamRow anchored(boolean differs, NoteManner notes) {
    double least =
        switch (notes) {
          case OBEYED -> OBEDIENT;
          case PREAMBLE,
              QUOTED,
              QUOTED_TO_END,
              FENCED,
              FENCED_TO_END,
              SPACE_INSIDE,
              SPACE_AT_JOIN ->
              DISTURBED;
          case PARAPHRASED_AT_FIRST, IGNORED_AT_FIRST -> AT_SECOND_TRY;
          case PARAPHRASED, IGNORED, RESTARTED -> 0;
        };
    return note(
        "anchor, " + notes.text() + model(differs),
        differs,
        notes,
        List.of(Rung.ANCHOR),
        false,
        Positions.ANCHORED,
        Style.longEnough(),
        least,
        1);
  }

  /** From rung to rung. */
  private static void fall(List<SeamRow> rows) {
    for (Manner manner : List.of(Manner.REFUSE_LAST_TURN, Manner.REFUSE_PREFILL)) {
      rows.add(
          new SeamRow(
              "prefill, then anchor: " + word(manner) + model(true),
              true,
              manner,
              NoteManner.OBEYED,
              Knowledge.PROVEN,
              Echo.UNKNOWN,
              List.of(Rung.PREFILL, Rung.ANCHOR),
              false,
              Positions.ANCHORED,
              Style.longEnough(),
              OBEDIENT,
              1));
    }
    rows.add(
        new SeamRow(
            "prefill, then anchor: restart, the known answer fails" + model(true),
            true,
            Manner.RESTART,
            NoteManner.OBEYED,
            Knowledge.PROBED,
            Echo.UNKNOWN,
            List.of(Rung.PREFILL, Rung.ANCHOR),
            false,
            Positions.ANCHORED,
            Style.longEnough(),
            OBEDIENT,
            1));
  }

  private static void replay(List<SeamRow> rows) {
    for (boolean differs : new boolean[] {false, true}) {
      rows.add(
          note(
              "replay, temperature 0 at a target marked deterministic" + model(differs),
              differs,
              NoteManner.OBEYED,
              List.of(Rung.REPLAY),
              true,
              Positions.ALL,
              List.of(Style.values()),
              differs ? 0 : OBEDIENT,
              differs ? 0.2 : 1));
    }
  }

  private static void without(List<SeamRow> rows) {
    for (boolean differs : new boolean[] {false, true}) {
      rows.add(
          note(
              "no anchor, short answer: anchor alone" + model(differs),
              differs,
              NoteManner.OBEYED,
              List.of(Rung.ANCHOR),
              false,
              Positions.UNANCHORED,
              SHORT,
              0,
              0));
      rows.add(
          note(
              "no anchor, short answer: anchor, then replay" + model(differs),
              differs,
              NoteManner.OBEYED,
              List.of(Rung.ANCHOR, Rung.REPLAY),
              false,
              Positions.UNANCHORED,
              SHORT,
              differs ? 0 : OBEDIENT,
              differs ? 0.5 : 1));
    }
    rows.add(
        note(
            "no anchor, refrain: anchor alone" + model(false),
            false,
            NoteManner.OBEYED,
            List.of(Rung.ANCHOR),
            false,
            Positions.UNANCHORED,
            List.of(Style.LITANY),
            0,
            // The engine compares with white space folded, and so finds one now and then.
            0.05));
    rows.add(
        note(
            "no anchor, refrain: anchor, then replay at a deterministic target" + model(false),
            false,
            NoteManner.OBEYED,
            List.of(Rung.ANCHOR, Rung.REPLAY),
            true,
            Positions.UNANCHORED,
            List.of(Style.LITANY),
            OBEDIENT,
            1));
  }

  private static SeamRow note(
      String name,
      boolean differs,
      NoteManner notes,
      List<Rung> rungs,
      boolean deterministic,
      Positions positions,
      List<Style> styles,
      double least,
      double most) {
    return new SeamRow(
        name,
        differs,
        Manner.RESTART,
        notes,
        Knowledge.NONE,
        Echo.UNKNOWN,
        rungs,
        deterministic,
        positions,
        styles,
        least,
        most);
  }

  private static String model(boolean differs) {
    return differs ? " [differing]" : " [fixed]";
  }

  private static String word(Manner manner) {
    return switch (manner) {
      case PREFILL -> "exact";
      case ECHO -> "echo";
      case ECHO_GLUED -> "glued echo";
      case REFUSE_LAST_TURN -> "the last turn must be the user's";
      case REFUSE_PREFILL -> "prefill is not supported";
      case RESTART -> "restart";
    };
  }
}

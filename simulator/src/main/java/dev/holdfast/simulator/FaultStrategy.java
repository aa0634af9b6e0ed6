package dev.holdfast.simulator;

import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.simulator.model.DifferingModel;
import dev.holdfast.simulator.model.LanguageModel;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.provider.Manner;
import dev.holdfast.simulator.provider.NoteManner;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.util.List;
import java.util.Locale;

/**
 * A way to go on after a break that the rows of {@code faults.csv} are judged by: what the upstream
 * is asked for, and how it answers to that.
 */
public enum FaultStrategy {
  PREFILL(Manner.PREFILL),
  ECHO(Manner.ECHO),
  ECHO_GLUED(Manner.ECHO_GLUED),
  ANCHOR_OBEYED(Column.ANCHOR, NoteManner.OBEYED),
  ANCHOR_PREAMBLE(Column.ANCHOR, NoteManner.PREAMBLE),
  ANCHOR_QUOTED(Column.ANCHOR, NoteManner.QUOTED),
  ANCHOR_QUOTED_TO_END(Column.ANCHOR, NoteManner.QUOTED_TO_END),
  ANCHOR_FENCED(Column.ANCHOR, NoteManner.FENCED),
  ANCHOR_FENCED_TO_END(Column.ANCHOR, NoteManner.FENCED_TO_END),
  ANCHOR_SPACE_INSIDE(Column.ANCHOR, NoteManner.SPACE_INSIDE),
  ANCHOR_SPACE_AT_JOIN(Column.ANCHOR, NoteManner.SPACE_AT_JOIN),
  ANCHOR_PARAPHRASED_AT_FIRST(Column.ANCHOR, NoteManner.PARAPHRASED_AT_FIRST),
  ANCHOR_IGNORED_AT_FIRST(Column.ANCHOR, NoteManner.IGNORED_AT_FIRST),
  ANCHOR_PARAPHRASED(Column.UNHEEDED, NoteManner.PARAPHRASED),
  ANCHOR_IGNORED(Column.UNHEEDED, NoteManner.IGNORED),
  ANCHOR_RESTARTED(Column.UNHEEDED, NoteManner.RESTARTED),
  REPLAY(Column.REPLAY, NoteManner.IGNORED),
  REPLAY_DIFFERING(Column.DIFFERING, NoteManner.IGNORED);

  private static final long SEED = 1;

  private final Column column;
  private final Manner manner;
  private final NoteManner notes;

  FaultStrategy(Manner manner) {
    this.column = Column.PROVEN;
    this.manner = manner;
    this.notes = NoteManner.IGNORED;
  }

  FaultStrategy(Column column, NoteManner notes) {
    this.column = column;
    this.manner = Manner.RESTART;
    this.notes = notes;
  }

  /** The strategies that a row promises one and the same outcome of. */
  public enum Column {
    /** A text is handed back, and the target is known to go on from its last character. */
    PROVEN(List.of(Rung.PREFILL)),
    /** A note quotes the end, and is obeyed; a text that is too short for it is asked for again. */
    ANCHOR(List.of(Rung.ANCHOR, Rung.REPLAY)),
    /** A note quotes the end, and is never obeyed. */
    UNHEEDED(List.of(Rung.ANCHOR)),
    /** The answer is asked for again at temperature 0, of a target that repeats itself. */
    REPLAY(List.of(Rung.REPLAY)),
    /** The same, of a target that says something else. */
    DIFFERING(List.of(Rung.REPLAY));

    private final List<Rung> rungs;

    Column(List<Rung> rungs) {
      this.rungs = rungs;
    }
  }

  /** Where the table says what must come of it. */
  public Column column() {
    return column;
  }

  /** What the upstream is asked for, in order. */
  public List<Rung> rungs() {
    return column.rungs;
  }

  /** Whether the target is marked as one that repeats itself, and asked at temperature 0. */
  public boolean deterministic() {
    return column == Column.REPLAY || column == Column.DIFFERING;
  }

  /**
   * Whether an answer may end in {@code unproven_seam} instead, in one cell of twenty: a target
   * that obeys in its own manner may leave something that proves nothing.
   */
  public boolean disturbed() {
    return column == Column.ANCHOR && this != ANCHOR_OBEYED;
  }

  /** Whether white space at the seam may be another than in the unbroken answer. */
  public boolean respaced() {
    return this == ANCHOR_SPACE_AT_JOIN;
  }

  /**
   * The upstream's model. A restart of the fixed one would repeat the anchor after all, as the
   * answer's own text; so the one that restarts says something else.
   */
  public LanguageModel model() {
    boolean differs = column == Column.DIFFERING || this == ANCHOR_RESTARTED;
    return differs ? new DifferingModel(SEED) : new Model(SEED);
  }

  /** The upstream, when nothing goes wrong. */
  public ProviderConfig provider() {
    return ProviderConfig.DEFAULTS.withModel(model()).withManner(manner).withNotes(notes);
  }

  /** The strategy of a proven manner. */
  static FaultStrategy proven(Manner manner) {
    return valueOf(manner.name());
  }

  /** The strategy in words, as tables write it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}

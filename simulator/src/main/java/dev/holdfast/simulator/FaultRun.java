package dev.holdfast.simulator;

import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.simulator.FaultCase.Manners;
import dev.holdfast.simulator.FaultCase.Phase;
import dev.holdfast.simulator.FaultStrategy.Column;
import dev.holdfast.simulator.fault.Fault;
import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Answer;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.seams.Anchors;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A row of {@code faults.csv} to be run by one strategy, with the text that is asked for.
 *
 * @param number among all runs; it chooses the text, so that each kind of text meets many faults
 * @param row what is done and what must come of it
 * @param strategy what is asked for after a break, and how the upstream answers to that
 */
public record FaultRun(int number, FaultCase row, FaultStrategy strategy) {
  /** The earliest break of the table, but for those of a text that is too short on purpose. */
  private static final int TOKENS_MIN = 16;

  private static final int SAMPLE = 8;

  /** More are not needed by any row that ends well. */
  private static final int ATTEMPTS = 3;

  /**
   * Between what is sent and a reset, where the outcome hangs on how much arrived: a reset takes
   * with it what its receiver has not read.
   */
  private static final Duration TO_READ = Duration.ofMillis(300);

  /** How much of the table is run. */
  public enum Extent {
    /**
     * Every row in each proven manner, and where it breaks in mid-answer by an obeyed anchor and by
     * replay. Of each other manner towards an anchor eight rows that are drawn.
     */
    SAMPLED,
    /** Every row that breaks in mid-answer by every strategy. */
    WHOLE
  }

  /**
   * The runs, those of the proven manners first.
   *
   * @param seed draws the sample
   */
  public static List<FaultRun> all(Extent extent, long seed) {
    var runs = new ArrayList<FaultRun>();
    for (var row : FaultCase.all()) {
      for (var manner : row.manners().each()) {
        runs.add(new FaultRun(runs.size(), row, FaultStrategy.proven(manner)));
      }
    }
    for (var strategy : FaultStrategy.values()) {
      if (strategy.column() != Column.PROVEN) {
        for (var row : rows(strategy, extent, seed)) {
          runs.add(new FaultRun(runs.size(), row, strategy));
        }
      }
    }
    return List.copyOf(runs);
  }

  private static List<FaultCase> rows(FaultStrategy strategy, Extent extent, long seed) {
    var rows =
        new ArrayList<>(
            FaultCase.all().stream()
                .filter(row -> row.phase() == Phase.AFTER_CONTENT && row.judges(strategy))
                .toList());
    boolean inFull =
        switch (strategy.column()) {
          case PROVEN, REPLAY, DIFFERING -> true;
          case ANCHOR -> !strategy.disturbed();
          case UNHEEDED -> false;
        };
    if (extent == Extent.WHOLE || inFull) {
      return rows;
    }
    rows.removeIf(row -> row.manners() == Manners.ANY);
    Collections.shuffle(rows, new Random(seed + strategy.ordinal()));
    return rows.subList(0, SAMPLE);
  }

  /** What the upstream does. */
  public FaultPlan plan() {
    return strategy.column() == Column.PROVEN
        ? row.plan()
        : new FaultPlan(row.plan().entries().stream().map(FaultRun::readFirst).toList());
  }

  private static FaultPlan.Entry readFirst(FaultPlan.Entry entry) {
    return entry.fault() instanceof Fault.Reset reset && reset.after().isZero()
        ? new FaultPlan.Entry(new Fault.Reset(reset.at(), TO_READ), entry.quirks(), entry.repeats())
        : entry;
  }

  /** Its request. */
  public byte[] body(String model) {
    byte[] body = row.request().body(model, style(), number);
    return strategy.deterministic()
        ? new String(body, StandardCharsets.UTF_8)
            .replaceFirst("\\{", "{\"temperature\":0,")
            .getBytes(StandardCharsets.UTF_8)
        : body;
  }

  /**
   * The kind of text. Where an anchor is asked for it is one that has an anchor wherever the table
   * breaks it; those without stand in rows of their own, in {@code docs/SEAMS.md}. Where an answer
   * asked for again must be another, its first words are.
   */
  public Style style() {
    var styles =
        Style.longEnough().stream()
            // At a token each 20 ms the long text would take half a minute.
            .filter(s -> s != Style.LONG || !row.plan().toString().contains("trickle"))
            .toList();
    for (int i = 0; i < styles.size(); i++) {
      var style = styles.get((number + i) % styles.size());
      boolean fits =
          switch (strategy.column()) {
            case PROVEN, REPLAY -> true;
            case ANCHOR, UNHEEDED -> isAnchored(style);
            case DIFFERING -> differsAtOnce(style);
          };
      if (fits) {
        return style;
      }
    }
    throw new IllegalStateException("no kind of text is fit for run " + number);
  }

  private boolean differsAtOnce(Style style) {
    return IntStream.rangeClosed(1, ATTEMPTS)
            .mapToObj(attempt -> answer(row.request(), style, 0, attempt).textTokens().getFirst())
            .distinct()
            .count()
        == ATTEMPTS;
  }

  private boolean isAnchored(Style style) {
    var answer = answer(RequestKind.TEXT, style, 0, 1);
    var text = new StringBuilder();
    for (int i = 0; i < answer.textTokens().size(); i++) {
      text.append(answer.textTokens().get(i));
      if (i + 1 >= TOKENS_MIN && !Anchors.exists(text.toString())) {
        return false;
      }
    }
    return true;
  }

  /**
   * An answer, had it not been broken.
   *
   * @param attempt from 1; a model that differs says something else in each
   */
  public Answer unbroken(int choice, int attempt) {
    return answer(row.request(), style(), choice, attempt);
  }

  private Answer answer(RequestKind kind, Style style, int choice, int attempt) {
    return strategy.model().answer(kind.prompt(style, number, choice), attempt);
  }

  /** Whether a whole answer may have been joined by these ways: each once, in their order. */
  public boolean joinsBy(List<Rung> rungs) {
    if (row.manners() == Manners.ANY) {
      return true;
    }
    var ways = strategy.rungs();
    if (isShort()) {
      return rungs.equals(List.of(ways.getLast()));
    }
    if (rungs.isEmpty()) {
      // The reset took along all that was sent.
      return strategy.column() == Column.PROVEN
          && row.plan().entry(1).fault() instanceof Fault.Reset;
    }
    return mayBeShort() ? ways.containsAll(rungs) : rungs.equals(List.of(ways.getFirst()));
  }

  /** Whether what was sent before the break is too short to be quoted. */
  private boolean isShort() {
    return row.request() == RequestKind.TOOLS
        || row.readerSees().contains("shorter than an anchor");
  }

  /** Whether it is for some texts: the break is not counted in tokens of the text. */
  private boolean mayBeShort() {
    return row.request() == RequestKind.REASONING || row.plan().toString().contains("@byte:");
  }

  @Override
  public String toString() {
    return row.name() + " [" + strategy.text() + "]";
  }
}

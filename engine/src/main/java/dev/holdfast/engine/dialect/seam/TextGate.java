package dev.holdfast.engine.dialect.seam;

import dev.holdfast.engine.dialect.Profile;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a continuation's text may be shown. Two questions are asked at the seam, and text is held
 * back until both are answered: where does the new text begin ({@link Join}), and does a stop
 * sequence span the seam, of which the provider sees only its own half? Behind the seam it holds
 * nothing but half a surrogate pair.
 *
 * <p>One gate serves one attempt, on one thread.
 */
public final class TextGate {
  /** An echo that is shorter is not told by what comes. */
  public static final int ECHO_CODE_POINTS_MIN = 40;

  /** What became of a piece of text. */
  public enum Verdict {
    /** {@link #passed()} may be shown; it may be empty, as long as more is held. */
    PASS,
    /**
     * It can't be told what is new; {@link #doubt()} says why. Nothing more is asked of the gate.
     */
    UNPROVEN,
    /** A stop sequence is complete: the answer ends here. */
    STOP
  }

  private record Stop(String rest) {}

  private final Join join;
  private final List<Stop> stops = new ArrayList<>();
  private final StringBuilder fresh = new StringBuilder();
  private final StringBuilder held = new StringBuilder();
  private String passed = "";
  private String half = "";

  private TextGate(Join join, String committed, List<String> stopSequences) {
    this.join = join;
    for (var stop : stopSequences) {
      for (int k = Math.min(stop.length() - 1, committed.length()); k > 0; k--) {
        if (committed.endsWith(stop.substring(0, k))) {
          stops.add(new Stop(stop.substring(k)));
        }
      }
    }
  }

  /** A gate that lets all through, but for half a surrogate pair, which waits. */
  public static TextGate open() {
    return new TextGate(new OpenJoin(), "", List.of());
  }

  /**
   * A gate behind a text that was handed back as the answer's beginning.
   *
   * @param sent what was handed back, and an echo would repeat
   * @param echo what is known of the target
   * @param committed the text before the seam
   * @param stopSequences the caller's
   */
  public static TextGate prefilled(
      String sent, Profile.Echo echo, String committed, List<String> stopSequences) {
    return new TextGate(new EchoJoin(sent, echo), committed, stopSequences);
  }

  /**
   * A gate behind an anchor that the model was asked to repeat.
   *
   * @param template whose note asked
   * @param attempt which of its notes
   * @param accepting whether text without the anchor is let through too, see {@link #accepted}
   */
  public static TextGate anchored(
      Anchor anchor,
      AnchorTemplate template,
      int attempt,
      String committed,
      List<String> stopSequences,
      boolean accepting) {
    return new TextGate(
        new AnchorJoin(anchor, committed, template.markBehind(attempt), accepting),
        committed,
        stopSequences);
  }

  /** A gate behind an answer that was asked for again from its beginning. */
  public static TextGate replayed(String committed, List<String> stopSequences) {
    return new TextGate(new ReplayJoin(committed), committed, stopSequences);
  }

  /** Tells the next piece of the continuation's text. */
  public Verdict offer(String text) {
    fresh.setLength(0);
    passed = "";
    if (!join.offer(text, fresh)) {
      return Verdict.UNPROVEN;
    }
    return pass(fresh.toString());
  }

  private Verdict pass(String text) {
    if (stops.isEmpty()) {
      passed = whole(text);
      return Verdict.PASS;
    }
    held.append(text);
    var soFar = held.toString();
    if (soFar.isEmpty()) {
      return Verdict.PASS;
    }
    for (var stop : stops) {
      if (soFar.startsWith(stop.rest)) {
        held.setLength(0);
        return Verdict.STOP;
      }
    }
    stops.removeIf(stop -> !stop.rest.startsWith(soFar));
    if (stops.isEmpty()) {
      held.setLength(0);
      passed = whole(soFar);
    }
    return Verdict.PASS;
  }

  /** The text without a half pair at its end, which waits for the next. */
  private String whole(String text) {
    var joined = half + text;
    half = "";
    if (!joined.isEmpty() && Character.isHighSurrogate(joined.charAt(joined.length() - 1))) {
      half = joined.substring(joined.length() - 1);
      return joined.substring(0, joined.length() - 1);
    }
    return joined;
  }

  /**
   * The continuation is over: lets through what was held and was text after all.
   *
   * @param byItself whether the model ended as it wished, and not because of a limit
   */
  public Verdict end(boolean byItself) {
    fresh.setLength(0);
    passed = "";
    if (!join.end(byItself, fresh)) {
      return Verdict.UNPROVEN;
    }
    var verdict = pass(fresh.toString());
    if (verdict == Verdict.PASS) {
      stops.clear();
      passed += half + held;
      half = "";
      held.setLength(0);
    }
    return verdict;
  }

  /** What the last {@link #offer} or {@link #end} let through. */
  public String passed() {
    return passed;
  }

  /** Why the last verdict was {@link Verdict#UNPROVEN}. */
  public String doubt() {
    return join.doubt();
  }

  /** Whether text was let through of which nothing is known, because the caller accepts that. */
  public boolean accepted() {
    return join.accepted();
  }
}

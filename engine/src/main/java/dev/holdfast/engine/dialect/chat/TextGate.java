package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.TargetKnowledge;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a continuation's text is new. Two questions are asked at the join, and text is held back
 * until both are answered.
 *
 * <p><b>Is it an echo?</b> A continuation that begins with the whole of what was sent repeats it,
 * or is a restart that repeats itself; the same cut is right for both. Below 40 code points the
 * beginning may be chance, so there it takes knowledge of the target. What matches so far is held
 * until it differs, ends, or is whole.
 *
 * <p><b>Does a stop sequence span the join?</b> The provider sees only its own half of it.
 */
final class TextGate {
  /** An echo that is shorter is not told by what comes. */
  static final int ECHO_CODE_POINTS_MIN = 40;

  /** What became of a piece of text. */
  enum Verdict {
    /** {@link #passed()} may be shown; it may be empty, as long as more is held. */
    PASS,
    /** It begins with the whole of a short text: an echo or chance. */
    AMBIGUOUS,
    /** A stop sequence is complete: the answer ends here. */
    STOP
  }

  private record Stop(String rest) {}

  private final List<String> echoes = new ArrayList<>();
  private final List<Stop> stops = new ArrayList<>();
  private final boolean recognisable;
  private final TargetKnowledge knowledge;
  private final StringBuilder held = new StringBuilder();
  private boolean matching;
  private String passed = "";
  private String half = "";

  /**
   * A gate for one continuation.
   *
   * @param sent what was handed back, and an echo would repeat
   * @param echo what is known of the target
   * @param committed the text before the join
   * @param stopSequences the caller's
   * @param knowledge learns what is seen here
   */
  TextGate(
      String sent,
      Profile.Echo echo,
      String committed,
      List<String> stopSequences,
      TargetKnowledge knowledge) {
    this.knowledge = knowledge;
    this.matching = echo != Profile.Echo.NEVER && !sent.isEmpty();
    this.recognisable =
        echo == Profile.Echo.ALWAYS
            || sent.codePointCount(0, sent.length()) >= ECHO_CODE_POINTS_MIN;
    if (matching) {
      echoes.add(sent);
      // Tokenizers lose the space before the first word.
      var stripped = sent.stripLeading();
      if (!stripped.equals(sent) && !stripped.isEmpty()) {
        echoes.add(stripped);
      }
    }
    for (var stop : stopSequences) {
      for (int k = Math.min(stop.length() - 1, committed.length()); k > 0; k--) {
        if (committed.endsWith(stop.substring(0, k))) {
          stops.add(new Stop(stop.substring(k)));
        }
      }
    }
  }

  /** A gate that lets all through, but for half a surrogate pair, which waits. */
  static TextGate open(TargetKnowledge knowledge) {
    return new TextGate("", Profile.Echo.NEVER, "", List.of(), knowledge);
  }

  /** Tells the next piece of the continuation's text. */
  Verdict offer(String text) {
    passed = "";
    if (matching) {
      held.append(text);
      return match();
    }
    return pass(text);
  }

  private Verdict match() {
    for (var echo : echoes) {
      if (held.length() >= echo.length() && held.indexOf(echo) == 0) {
        if (!recognisable) {
          return Verdict.AMBIGUOUS;
        }
        matching = false;
        knowledge.learnEcho();
        var rest = held.substring(echo.length());
        held.setLength(0);
        return pass(rest);
      }
    }
    var soFar = held.toString();
    if (echoes.stream().anyMatch(e -> e.startsWith(soFar))) {
      return Verdict.PASS;
    }
    matching = false;
    held.setLength(0);
    var rest = afterTrimmedEcho(soFar);
    if (rest != null) {
      knowledge.learnEcho();
      return pass(rest);
    }
    knowledge.learnPlain();
    return pass(soFar);
  }

  /**
   * What follows an echo that lost the white space at its end, as templates trim it; null if the
   * text does not begin so. The reader has that white space already, so nothing is added for it.
   */
  private @Nullable String afterTrimmedEcho(String text) {
    for (var echo : echoes) {
      var trimmed = echo.stripTrailing();
      if (recognisable && !trimmed.isEmpty() && text.startsWith(trimmed)) {
        return text.substring(trimmed.length());
      }
    }
    return null;
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

  /** The continuation is over: what was held was text after all, and may be shown. */
  String end() {
    if (matching) {
      var after = afterTrimmedEcho(held.toString());
      if (after != null) {
        held.setLength(0);
        // What is left is a part of the white space that the reader has.
        held.append(after.isBlank() ? "" : after);
      }
    }
    matching = false;
    stops.clear();
    var rest = half + held;
    half = "";
    held.setLength(0);
    return rest;
  }

  /** What the last {@link #offer} let through. */
  String passed() {
    return passed;
  }
}

package dev.holdfast.engine.dialect.seam;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The model was asked to repeat the end of the text and to go on. New is what follows the
 * repetition, and nothing is let through before it was found.
 *
 * <p><b>Search.</b> White space is folded on both sides, and an {@link Introduction} is tolerated;
 * a repetition that does not come early, a second one behind the first, and a new beginning of the
 * whole text prove nothing.
 *
 * <p><b>Marks.</b> A quotation mark or fence that the model opened before the repetition is closed
 * behind it, or at the end of the answer. In the first case the same mark might be the first
 * character of the new text, and only the end of the answer tells: closed there again, it was. So
 * everything is held until then; if even the end leaves it open, nothing is proven. In the second
 * case the mark is held back wherever it could be the last, and dropped if it is.
 *
 * <p><b>White space</b> between the two halves is what the model wrote, less what the reader has.
 */
final class AnchorJoin implements Join {
  /** The repetition must end within so many code points behind its own length. */
  private static final int INTRODUCTION_CODE_POINTS_MAX = 400;

  /** So much behind the repetition is compared with the two places where a model starts again. */
  private static final int COMPARED_CODE_POINTS = 40;

  /** What is held until the end; as much as a session's unsent output may be. */
  private static final int HELD_CHARS_MAX = 256 << 10;

  private enum State {
    SEARCHING,
    /** Only the end tells whether the mark behind the repetition closes it. */
    CLOSED_OR_NEW,
    /** Joined; a mark that was opened may close at the end. */
    OPEN_MARK,
    JOINED,
    IN_DOUBT
  }

  private final String anchor;
  private final boolean firm;
  private final String committed;
  private final String before;
  private final String templateMark;
  private final boolean markBefore;
  private final boolean accepting;
  private final StringBuilder held = new StringBuilder();
  private State state = State.SEARCHING;
  private String closer = "";
  private String doubt = "";
  private boolean accepted;

  /**
   * A join behind an anchor.
   *
   * @param templateMark what stood behind the quotation in the note; empty if nothing
   */
  AnchorJoin(Anchor anchor, String committed, String templateMark, boolean accepting) {
    this.anchor = FoldedText.fold(anchor.text());
    this.firm = anchor.isFirm(committed);
    this.committed = committed;
    this.templateMark = templateMark;
    this.before = committed.substring(0, committed.length() - anchor.text().length());
    this.markBefore = Marks.closer(before).isPresent();
    this.accepting = accepting;
  }

  @Override
  public boolean offer(String text, StringBuilder fresh) {
    held.append(text);
    switch (state) {
      case SEARCHING -> search(fresh, false);
      case CLOSED_OR_NEW -> {
        if (held.length() > HELD_CHARS_MAX) {
          inDoubt("a quotation mark behind the anchor may be a part of the answer", held, fresh);
        }
      }
      case OPEN_MARK -> passBeforeMark(fresh);
      case JOINED -> release(fresh);
      case IN_DOUBT -> {}
    }
    return state != State.IN_DOUBT;
  }

  @Override
  public boolean end(boolean byItself, StringBuilder fresh) {
    if (state == State.SEARCHING) {
      search(fresh, true);
    }
    switch (state) {
      case CLOSED_OR_NEW -> closedOrNew(byItself, fresh);
      case OPEN_MARK -> {
        if (byItself) {
          dropMark();
        } else if (markAtEnd() < held.length()) {
          inDoubt("the answer was cut off at what may be a closing mark", held, fresh);
        }
        release(fresh);
      }
      case SEARCHING, JOINED, IN_DOUBT -> {}
    }
    return state != State.IN_DOUBT;
  }

  @Override
  public String doubt() {
    return doubt;
  }

  @Override
  public boolean accepted() {
    return accepted;
  }

  private void release(StringBuilder fresh) {
    fresh.append(held);
    held.setLength(0);
  }

  /** Nothing is proven: the text counts only where the caller accepts any. */
  private void inDoubt(String why, CharSequence newText, StringBuilder fresh) {
    doubt = why;
    if (!accepting) {
      state = State.IN_DOUBT;
      held.setLength(0);
      return;
    }
    accepted = true;
    fresh.append(newText);
    held.setLength(0);
    state = State.JOINED;
  }

  // ---- the search

  private void search(StringBuilder fresh, boolean over) {
    var folded = FoldedText.of(held);
    int at = folded.text().indexOf(anchor);
    int most = anchor.codePointCount(0, anchor.length()) + INTRODUCTION_CODE_POINTS_MAX;
    if (at < 0 || folded.text().codePointCount(0, at + anchor.length()) > most) {
      if (over || folded.codePoints() > most) {
        inDoubt("the model did not repeat the end of the text", held, fresh);
      }
      return;
    }
    int end = folded.origin(at + anchor.length() - 1) + 1;
    var after = held.substring(end);
    if (!over && FoldedText.of(after).codePoints() <= COMPARED_CODE_POINTS + closerLength()) {
      return;
    }
    found(held.substring(0, folded.origin(at)), after, fresh);
  }

  /** Room for a mark behind the repetition. */
  private static int closerLength() {
    return 8;
  }

  private void found(String written, String after, StringBuilder fresh) {
    Optional<String> opened = Marks.closer(written);
    var introduction = opened.isPresent() ? Marks.introduction(written) : written;
    boolean closed = opened.isPresent() && after.stripLeading().startsWith(opened.get());
    if (startsAgain(after) || (closed && startsAgain(behindMark(after, opened.get())))) {
      inDoubt("the model started again behind the anchor", after, fresh);
      return;
    }
    var said =
        Introduction.doubt(introduction, before, anchor.codePointCount(0, anchor.length()), firm);
    if (said.isPresent()) {
      inDoubt(said.get(), after, fresh);
      return;
    }
    if (opened.isPresent() && markBefore) {
      inDoubt("the mark before the anchor may be repeated, or new", after, fresh);
      return;
    }
    if (opened.isEmpty()
        && !templateMark.isEmpty()
        && after.stripLeading().startsWith(templateMark)) {
      inDoubt("the model copied the mark behind the anchor", after, fresh);
      return;
    }
    if (!closed) {
      closer = opened.orElse("");
      join(after, closer.isEmpty() ? State.JOINED : State.OPEN_MARK, fresh);
      return;
    }
    if (!introduction.isBlank()) {
      inDoubt("the model spoke of the anchor and did not go on from it", after, fresh);
      return;
    }
    closer = opened.get();
    state = State.CLOSED_OR_NEW;
    held.setLength(0);
    held.append(after);
  }

  private boolean startsAgain(String after) {
    var next = FoldedText.head(FoldedText.fold(after), COMPARED_CODE_POINTS);
    return next.codePointCount(0, next.length()) == COMPARED_CODE_POINTS
        && (next.equals(FoldedText.head(anchor, COMPARED_CODE_POINTS))
            || next.equals(FoldedText.head(FoldedText.fold(committed), COMPARED_CODE_POINTS)));
  }

  // ---- the join

  private void join(String after, State next, StringBuilder fresh) {
    var joined = whiteSpaceAtSeam(after);
    if (joined == null) {
      inDoubt("the white space at the seam disagrees where it has a meaning", after, fresh);
      return;
    }
    state = next;
    held.setLength(0);
    held.append(joined);
    if (next == State.OPEN_MARK) {
      passBeforeMark(fresh);
    } else {
      release(fresh);
    }
  }

  /** What follows the repetition, less the white space that the reader has; null in doubt. */
  private @Nullable String whiteSpaceAtSeam(String after) {
    var has = committed.substring(FoldedText.trimmedEnd(committed));
    int text = FoldedText.trimmedStart(after, 0);
    var wrote = after.substring(0, text);
    if (wrote.startsWith(has)) {
      return after.substring(has.length());
    }
    if (has.startsWith(wrote)) {
      return after.substring(text);
    }
    return has.indexOf('\n') >= 0 || insideCode() ? null : after.substring(text);
  }

  private boolean insideCode() {
    return committed.lines().filter(line -> line.stripLeading().startsWith("```")).count() % 2 == 1;
  }

  // ---- marks

  private static String behindMark(String after, String mark) {
    return after.substring(after.indexOf(mark) + mark.length());
  }

  private void closedOrNew(boolean byItself, StringBuilder fresh) {
    var after = held.toString();
    var text = behindMark(after, closer);
    if (!byItself || text.stripTrailing().endsWith(closer)) {
      inDoubt("a quotation mark behind the anchor may be a part of the answer", text, fresh);
      return;
    }
    join(behindAnchor(after.substring(0, after.indexOf(closer)), text), State.JOINED, fresh);
  }

  /**
   * What the model wrote behind the repetition, the mark left out: the white space before it is of
   * the repetition. The line breaks before a fence and after it are of the fence.
   */
  private String behindAnchor(String space, String text) {
    if (!isFence()) {
      return space + text;
    }
    var before = space.endsWith("\n") ? space.substring(0, space.length() - 1) : space;
    return before + (text.startsWith("\n") ? text.substring(1) : text);
  }

  /** Where a mark begins that may be the last; the length of what is held if there is none. */
  private int markAtEnd() {
    int end = FoldedText.trimmedEnd(held);
    int from = end;
    char of = closer.charAt(0);
    while (from > 0 && end - from < closer.length() && held.charAt(from - 1) == of) {
      from--;
    }
    if (from == end) {
      return held.length();
    }
    return isFence() ? FoldedText.trimmedEnd(held.substring(0, from)) : from;
  }

  private boolean isFence() {
    return closer.startsWith("```") || closer.startsWith("~~~");
  }

  private void passBeforeMark(StringBuilder fresh) {
    int from = isFence() ? Math.min(markAtEnd(), FoldedText.trimmedEnd(held)) : markAtEnd();
    fresh.append(held, 0, from);
    held.delete(0, from);
  }

  /** The closing mark goes, and the line break before a fence with it. */
  private void dropMark() {
    int end = FoldedText.trimmedEnd(held);
    if (!held.substring(0, end).endsWith(closer)) {
      return;
    }
    int from = end - closer.length();
    if (isFence() && from > 0 && held.charAt(from - 1) == '\n') {
      from--;
    }
    held.setLength(from);
  }
}

package dev.holdfast.engine.dialect.seam;

import dev.holdfast.engine.dialect.Profile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text was handed back as the beginning of the answer. A continuation that begins with the
 * whole of what was sent repeats it, or is a restart that repeats itself; the same cut is right for
 * both. Below 40 code points the beginning may be chance, so there it takes knowledge of the
 * target. What matches so far is held until it differs, ends, or is whole. Nothing is learnt from
 * it: the next call may be answered by another server, or by one that begins anew.
 */
final class EchoJoin implements Join {
  private final List<String> echoes = new ArrayList<>();
  private final boolean recognisable;
  private final StringBuilder held = new StringBuilder();
  private boolean matching;

  EchoJoin(String sent, Profile.Echo echo) {
    this.matching = echo != Profile.Echo.NEVER && !sent.isEmpty();
    this.recognisable =
        echo == Profile.Echo.ALWAYS
            || sent.codePointCount(0, sent.length()) >= TextGate.ECHO_CODE_POINTS_MIN;
    if (matching) {
      echoes.add(sent);
      // Tokenizers lose the space before the first word.
      var stripped = sent.stripLeading();
      if (!stripped.equals(sent) && !stripped.isEmpty()) {
        echoes.add(stripped);
      }
    }
  }

  @Override
  public boolean offer(String text, StringBuilder fresh) {
    if (!matching) {
      fresh.append(text);
      return true;
    }
    held.append(text);
    for (var echo : echoes) {
      if (held.length() >= echo.length() && held.indexOf(echo) == 0) {
        if (!recognisable) {
          return false;
        }
        release(held.substring(echo.length()), fresh);
        return true;
      }
    }
    var soFar = held.toString();
    if (echoes.stream().anyMatch(e -> e.startsWith(soFar))) {
      return true;
    }
    var rest = afterTrimmedEcho(soFar);
    release(rest == null ? soFar : rest, fresh);
    return true;
  }

  private void release(String text, StringBuilder fresh) {
    matching = false;
    held.setLength(0);
    fresh.append(text);
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

  @Override
  public boolean end(boolean byItself, StringBuilder fresh) {
    if (matching) {
      var after = afterTrimmedEcho(held.toString());
      // What is left of an echo is a part of the white space that the reader has.
      release(after == null ? held.toString() : after.isBlank() ? "" : after, fresh);
    }
    return true;
  }

  @Override
  public String doubt() {
    return "the continuation begins with the whole of a short text; an echo can't be told";
  }
}

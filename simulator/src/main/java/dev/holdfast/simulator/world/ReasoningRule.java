package dev.holdfast.simulator.world;

import java.util.List;
import java.util.TreeSet;

/**
 * What reasoning a reader may have got. Before there is text a call that breaks is made again and
 * its reasoning follows what was shown, so beginnings of the reasoning may stand one after the
 * other. The call that text came of had reasoned to the end, and all of that stands last.
 */
final class ReasoningRule {
  private ReasoningRule() {}

  /**
   * Whether that may be seen.
   *
   * @param seen the reasoning
   * @param text whether text followed
   */
  static boolean fits(Session session, String seen, boolean text) {
    var thoughts = session.spec.item().reasoning();
    var whole = String.join("", thoughts);
    var ends = new TreeSet<Integer>(List.of(0));
    for (var call : session.calls) {
      if (!call.asked.isOurs() || call.asked.goesOn() || call.script.status != 200) {
        continue;
      }
      if (text && ends.contains(seen.length() - whole.length()) && seen.endsWith(whole)) {
        return true;
      }
      var before = List.copyOf(ends);
      int shown = 0;
      for (int i = 0; i < Math.min(thoughts.size(), call.script.deltas); i++) {
        shown += thoughts.get(i).length();
        var beginning = whole.substring(0, shown);
        for (int from : before) {
          if (seen.startsWith(beginning, from)) {
            ends.add(from + shown);
          }
        }
      }
    }
    return !text && ends.contains(seen.length());
  }
}

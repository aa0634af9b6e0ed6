package dev.holdfast.relay.server;

import dev.holdfast.engine.session.AttemptRecord;
import dev.holdfast.journal.SessionNote;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The attempts of a session so far, as its notes tell them.
 *
 * @param count how many were made
 * @param wrote the names of the targets that added to the answer, the last of them last
 */
record AttemptHistory(int count, List<String> wrote) {
  static AttemptHistory of(List<SessionNote> notes) {
    Map<Integer, String> targets = new HashMap<>();
    var wrote = new ArrayList<String>();
    for (var note : notes) {
      if (note instanceof SessionNote.Attempt attempt) {
        targets.put(attempt.ordinal(), attempt.target());
      } else if (note instanceof SessionNote.Ended ended && ended.progressed()) {
        wrote.add(targets.getOrDefault(ended.attempt(), ""));
      }
    }
    return new AttemptHistory(targets.keySet().stream().mapToInt(n -> n).max().orElse(0), wrote);
  }

  /** What was tried beyond the first attempt, in the words of an error. */
  static List<String> strategies(List<AttemptRecord> attempts) {
    return attempts.stream()
        .filter(a -> a.number() > 1)
        .map(a -> a.purpose().equals("begin") ? "retry" : a.purpose())
        .distinct()
        .toList();
  }

  /** What an attempt used, as it is noted. Nothing is priced yet. */
  static SessionNote usage(AttemptRecord ended) {
    var tokens = ended.tokens();
    return new SessionNote.Usage(
        ended.number(),
        tokens.input(),
        tokens.output(),
        ended.wastedTokens(),
        0,
        "",
        tokens.measured());
  }
}

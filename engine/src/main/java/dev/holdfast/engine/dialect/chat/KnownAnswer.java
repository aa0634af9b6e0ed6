package dev.holdfast.engine.dialect.chat;

import dev.holdfast.engine.dialect.TargetKnowledge;

/**
 * A question with a beginning whose end is known: a list that repeats a word which the question
 * does not name. Only a model that took the beginning as its own can go on with that word; one that
 * starts afresh cannot know it.
 */
final class KnownAnswer {
  static final String QUESTION =
      "Count from 1 to 7, one line each, and put the same made-up word behind every number.";

  private static final String WORD = "zorblat";

  /** Longer than the least text whose echo is told by what comes. */
  static final String PREFIX = "1 zorblat\n2 zorblat\n3 zorblat\n4 zorblat\n5";

  private KnownAnswer() {}

  /** Notes what the answer proves; false if that is nothing. */
  static boolean learn(String answer, TargetKnowledge knowledge) {
    boolean echo = answer.startsWith(PREFIX);
    var rest = echo ? answer.substring(PREFIX.length()) : answer;
    if (!rest.stripLeading().startsWith(WORD)) {
      return false;
    }
    if (echo) {
      knowledge.learnEcho();
    } else {
      knowledge.learnPlain();
    }
    knowledge.learnPrefillProven();
    return true;
  }
}

package dev.holdfast.simulator.world;

import dev.holdfast.simulator.model.Tokens;
import java.util.List;

/**
 * How many tokens of completion one unbroken call would have counted, and how far the engine may be
 * from that.
 *
 * <p>Without a seam it is what the answering call says, which wrote the whole. Behind one it is
 * what was delivered before, and what the last call wrote of it. The engine has no tokenizer: it
 * takes an event for a token, and the anchor that a model repeats for a quarter of its characters.
 * So it may be wrong by the tokens that a join put into one event, by the halves of pairs that it
 * put together, and by that estimate. Too many it counts in one case more, which {@link
 * #writtenAgain} names.
 */
final class UsageRule {
  /** Of what a differing target puts before its text; a token less where it was torn. */
  private static final int VERSION_TOKENS = 4;

  private final Session session;
  private final Item item;

  UsageRule(Session session) {
    this.session = session;
    this.item = session.spec.item();
  }

  /**
   * Whether a count is that of one call.
   *
   * @param completion the count
   * @param texts the events of text that were delivered, of the first choice
   * @param thoughts how many events of reasoning were delivered
   */
  boolean fits(int completion, List<String> texts, int thoughts) {
    var calls = session.calls.stream().filter(c -> c.asked.isOurs()).toList();
    if (calls.isEmpty()) {
      return false;
    }
    var last = calls.getLast();
    boolean escapes = session.spec.wire().escapes();
    int halves = escapes ? item.pairs() : 0;
    int whole = item.deltas() + halves;
    // Reasoning of calls that broke before there was text was shown, too.
    int again = Math.max(0, thoughts - item.reasoning().size());
    if (!last.asked.goesOn()) {
      whole += last.script.version.isEmpty() ? 0 : VERSION_TOKENS * item.text().size();
      int most = calls.size() == 1 ? whole : whole + again + halves;
      return completion >= whole && completion <= Math.max(most, replayed(calls, texts, thoughts));
    }
    boolean version = last.asked.hasVersion();
    whole += version ? VERSION_TOKENS : 0;
    int slack = halves + (version ? 1 : 0) + joined(last, texts) + estimated(last.asked);
    return completion >= whole - slack && completion <= whole + again + slack + writtenAgain(last);
  }

  /** A call that was to repeat what was delivered can have written less than that. */
  private static int replayed(List<Call> calls, List<String> texts, int thoughts) {
    return calls.size() == 1 ? 0 : texts.size() + thoughts;
  }

  /** Tokens that came in an event with others before the last seam. */
  private static int joined(Call last, List<String> texts) {
    int before = last.asked.partial().length();
    int tokens = 0;
    for (int i = 0; i < texts.size() && before > 0; i++) {
      before -= texts.get(i).length();
      tokens += Math.max(0, Tokens.of(texts.get(i)).size() - 1);
    }
    return tokens;
  }

  /** How far the estimate of the repeated anchor is from its tokens. */
  private static int estimated(Asked asked) {
    if (asked.note().isEmpty()) {
      return 0;
    }
    var anchor = asked.anchor();
    int estimate = (int) dev.holdfast.engine.usage.Tokens.estimate(anchor);
    return Math.abs(Tokens.of(anchor).size() - estimate);
  }

  /**
   * A model that begins again, and comes by the anchor, has written what stands before it twice.
   * The engine counts only the anchor for repeated.
   */
  private static int writtenAgain(Call last) {
    return last.script.beginsAgain ? Tokens.of(last.asked.partial()).size() : 0;
  }
}

package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.AnswerReader;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.UpstreamCall;
import java.util.regex.Pattern;

/**
 * The answer as an upstream keeps it that is a relay itself: its session, and how far we have read.
 * The relay numbers exactly the blocks that a reader decodes, so counting them is knowing the
 * cursor.
 */
final class KeptAnswer {
  /** The header by which a relay names the session. */
  static final String HEADER = "x-holdfast-session";

  /** What may stand in a path as it is. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{16,64}");

  final Target target;
  final String session;
  final AnswerReader reader;
  private long blocks;

  KeptAnswer(Target target, String session, AnswerReader reader) {
    this.target = target;
    this.session = session;
    this.reader = reader;
  }

  static boolean isId(String header) {
    return ID.matcher(header).matches();
  }

  /** A block came that the relay has numbered. */
  void read() {
    blocks++;
  }

  /** The last blocks were dropped with the attempt they came by; they are wanted again. */
  void dropped(int count) {
    blocks -= count;
  }

  /** The call for all that follows. */
  UpstreamCall rest() {
    return UpstreamCall.follow("/sessions/" + session + "/events?after=" + blocks);
  }
}

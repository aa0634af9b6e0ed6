package dev.holdfast.relay.server;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/** An upstream whose answer of numbered words goes on only when it is told to. */
final class SteppedUpstream implements AutoCloseable {
  private final Semaphore allowed = new Semaphore(0);
  private final ScriptedUpstream upstream;
  private final int words;

  SteppedUpstream(int words) throws IOException {
    this.words = words;
    this.upstream =
        ScriptedUpstream.playing((request, out) -> {
          out.write(ScriptedUpstream.head(200, "text/event-stream"));
          for (int i = 1; i <= words; i++) {
            allowed.acquireUninterruptibly();
            out.write(ScriptedUpstream.chunk(ScriptedUpstream.text("w" + i + " ")));
            out.flush();
          }
          allowed.acquireUninterruptibly();
          out.write(ScriptedUpstream.chunk(ScriptedUpstream.end()));
          out.write(ScriptedUpstream.LAST_CHUNK);
          out.flush();
        });
  }

  /** Lets it say so many words more; one more than it has ends the answer. */
  void allow(int more) {
    allowed.release(more);
  }

  /** Lets it say all that it has, for one answer. */
  void allowAll() {
    allow(words + 1);
  }

  /** Events of a whole answer: the words, the finish and the terminator. */
  int events() {
    return words + 2;
  }

  String url() {
    return upstream.url();
  }

  int calls() {
    return upstream.received().size();
  }

  /** The request that came last. */
  String lastBody() {
    return upstream.received().getLast().text();
  }

  @Override
  public void close() throws IOException {
    allow(1 << 20);
    upstream.close();
  }
}

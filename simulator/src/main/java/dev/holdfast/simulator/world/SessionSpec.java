package dev.holdfast.simulator.world;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One session of a plan.
 *
 * @param arriveNanos when its request comes, since the beginning of the run
 * @param item what is asked
 * @param asking how
 * @param targets of its route, in order, by number
 * @param fates of its calls, in order; those after go well
 * @param wire how upstreams write to it
 * @param readers who read it; the first one comes with the request
 * @param cancel whether somebody cancels it
 */
record SessionSpec(
    long arriveNanos,
    Item item,
    Asking asking,
    List<Integer> targets,
    List<Fate> fates,
    Wire wire,
    List<ReaderSpec> readers,
    Cancel cancel) {

  /** How an answer is wanted. */
  enum Mode {
    STREAMED,
    /** As one body, which we put together. */
    WHOLE,
    /** As one body, which the upstream sends. */
    UNSTREAMED
  }

  /**
   * What a request says besides its question.
   *
   * @param mode how the answer is wanted
   * @param effort whether it says reasoning
   * @param usage whether it asks for usage; only in a stream
   * @param lenient whether an unproven seam is accepted
   * @param probe whether a known answer may be asked
   * @param keyed whether it has an idempotency key
   * @param callerTimeoutNanos how long the caller waits for content; 0 for as long as it takes
   * @param unacknowledgedBytesMax what the store may owe
   */
  record Asking(
      Mode mode,
      boolean effort,
      boolean usage,
      boolean lenient,
      boolean probe,
      boolean keyed,
      long callerTimeoutNanos,
      long unacknowledgedBytesMax) {
    static final Asking PLAIN =
        new Asking(Mode.STREAMED, false, false, false, false, false, 0, 256 << 10);

    Asking withEffort() {
      return new Asking(
          mode, true, usage, lenient, probe, keyed, callerTimeoutNanos, unacknowledgedBytesMax);
    }
  }

  /**
   * When somebody cancels a session.
   *
   * @param nanos since its arrival, or since the call ended; below 0 for never
   * @param call the call after which it is cancelled; 0 if it is the time alone
   */
  record Cancel(long nanos, int call) {
    static final Cancel NEVER = new Cancel(-1, 0);

    boolean isNever() {
      return nanos < 0;
    }
  }

  /**
   * How upstreams write.
   *
   * @param firstNanos until the first delta
   * @param gapNanos between two deltas
   * @param chunking how bytes are cut into reads
   * @param escapes whether text is escaped, pairs in two halves
   * @param crlf whether lines end in CR LF
   * @param comments whether comments stand between events
   */
  record Wire(
      long firstNanos,
      long gapNanos,
      Chunking chunking,
      boolean escapes,
      boolean crlf,
      boolean comments) {}

  /** Where reads begin and end. */
  enum Chunking {
    /** One event each. */
    EVENTS,
    /** Several events each. */
    GLUED,
    /** Anywhere. */
    ANYWHERE
  }

  SessionSpec {
    targets = List.copyOf(targets);
    fates = List.copyOf(fates);
    readers = List.copyOf(readers);
  }

  /** A session that nothing happens to. */
  static SessionSpec plain(long arriveNanos, Item item, List<Integer> targets, Wire wire) {
    return new SessionSpec(
        arriveNanos,
        item,
        Asking.PLAIN,
        targets,
        List.of(),
        wire,
        List.of(ReaderSpec.PLAIN),
        Cancel.NEVER);
  }

  SessionSpec withFates(List<Fate> newFates) {
    return new SessionSpec(arriveNanos, item, asking, targets, newFates, wire, readers, cancel);
  }

  SessionSpec withReaders(List<ReaderSpec> newReaders) {
    return new SessionSpec(arriveNanos, item, asking, targets, fates, wire, newReaders, cancel);
  }

  SessionSpec withEffort() {
    return new SessionSpec(
        arriveNanos, item, asking.withEffort(), targets, fates, wire, readers, cancel);
  }

  boolean streamed() {
    return asking.mode() == Mode.STREAMED;
  }

  /** The request as the caller writes it. */
  byte[] request() {
    var members = new ArrayList<String>();
    members.add("\"model\":\"any\"");
    members.add("\"messages\":[{\"role\":\"user\",\"content\":\"" + item.question() + "\"}]");
    if (streamed()) {
      members.add("\"stream\":true");
    }
    if (asking.usage() && streamed()) {
      members.add("\"stream_options\":{\"include_usage\":true}");
    }
    if (asking.mode() == Mode.UNSTREAMED) {
      members.add("\"unknown_member\":1");
    }
    if (asking.effort() || item.kind() == Item.Kind.REASONING) {
      members.add("\"reasoning_effort\":\"high\"");
    }
    switch (item.kind()) {
      case TEXT, REASONING -> {}
      case JSON -> members.add("\"response_format\":{\"type\":\"json_object\"}");
      case TWO_CHOICES -> members.add("\"n\":2");
      case TOOLS ->
          members.add("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\"}}]");
    }
    return ("{" + String.join(",", members) + "}").getBytes(StandardCharsets.UTF_8);
  }
}

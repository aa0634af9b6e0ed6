package dev.holdfast.simulator.world;

import java.util.ArrayList;
import java.util.List;

/**
 * One session of a plan.
 *
 * @param arriveNanos when its request comes, since the beginning of the run
 * @param item what is asked
 * @param mode how the answer is wanted
 * @param effort whether the request says reasoning
 * @param lenient whether an unproven seam is accepted
 * @param probe whether a known answer may be asked
 * @param callerTimeoutNanos how long the caller waits for content; 0 for as long as it takes
 * @param unacknowledgedBytesMax what the store may owe
 * @param targets of its route, in order, by number
 * @param fates of its calls, in order; those after go well
 * @param wire how upstreams write to it
 * @param readers who read it; the first one comes with the request
 * @param cancelNanos when somebody cancels it, since its arrival; 0 for never
 */
record SessionSpec(
    long arriveNanos,
    Item item,
    Mode mode,
    boolean effort,
    boolean lenient,
    boolean probe,
    long callerTimeoutNanos,
    long unacknowledgedBytesMax,
    List<Integer> targets,
    List<Fate> fates,
    Wire wire,
    List<ReaderSpec> readers,
    long cancelNanos) {

  /** How an answer is wanted. */
  enum Mode {
    STREAMED,
    /** As one body, which we put together. */
    WHOLE,
    /** As one body, which the upstream sends. */
    UNSTREAMED
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

  /**
   * Somebody who reads.
   *
   * @param arriveNanos after the session's arrival
   * @param bufferBytes what the connection takes before it is full
   * @param bytesMax taken at once
   * @param everyNanos between two takes; 0 for at once
   * @param leaveAfter events after which it leaves; {@link Integer#MAX_VALUE} for never
   * @param backNanos until it comes back for the rest; 0 for never
   * @param deaf takes nothing after it would leave, instead of leaving
   */
  record ReaderSpec(
      long arriveNanos,
      int bufferBytes,
      int bytesMax,
      long everyNanos,
      int leaveAfter,
      long backNanos,
      boolean deaf) {

    /** Takes all at once and stays. */
    static final ReaderSpec PLAIN =
        new ReaderSpec(0, 1 << 20, 1 << 20, 0, Integer.MAX_VALUE, 0, false);

    boolean canComeBack() {
      return backNanos > 0;
    }
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
        Mode.STREAMED,
        false,
        false,
        false,
        0,
        256 << 10,
        targets,
        List.of(),
        wire,
        List.of(ReaderSpec.PLAIN),
        0);
  }

  SessionSpec withFates(List<Fate> newFates) {
    return new SessionSpec(
        arriveNanos,
        item,
        mode,
        effort,
        lenient,
        probe,
        callerTimeoutNanos,
        unacknowledgedBytesMax,
        targets,
        newFates,
        wire,
        readers,
        cancelNanos);
  }

  SessionSpec withReader(ReaderSpec reader) {
    return new SessionSpec(
        arriveNanos,
        item,
        mode,
        effort,
        lenient,
        probe,
        callerTimeoutNanos,
        unacknowledgedBytesMax,
        targets,
        fates,
        wire,
        List.of(reader),
        cancelNanos);
  }

  SessionSpec withEffort() {
    return new SessionSpec(
        arriveNanos,
        item,
        mode,
        true,
        lenient,
        probe,
        callerTimeoutNanos,
        unacknowledgedBytesMax,
        targets,
        fates,
        wire,
        readers,
        cancelNanos);
  }

  /** The request as the caller writes it. */
  byte[] request() {
    var members = new ArrayList<String>();
    members.add("\"model\":\"any\"");
    members.add("\"messages\":[{\"role\":\"user\",\"content\":\"" + item.question() + "\"}]");
    if (mode == Mode.STREAMED) {
      members.add("\"stream\":true");
    }
    if (mode == Mode.UNSTREAMED) {
      members.add("\"unknown_member\":1");
    }
    if (effort || item.kind() == Item.Kind.REASONING) {
      members.add("\"reasoning_effort\":\"high\"");
    }
    switch (item.kind()) {
      case TEXT, REASONING -> {}
      case JSON -> members.add("\"response_format\":{\"type\":\"json_object\"}");
      case TWO_CHOICES -> members.add("\"n\":2");
      case TOOLS ->
          members.add("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\"}}]");
    }
    return ("{" + String.join(",", members) + "}")
        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }
}

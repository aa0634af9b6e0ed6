package dev.holdfast.engine.dialect;

/** What of an answer is committed, read back from its events. Each dialect adds its identity. */
public interface Transcript {
  /** The text of the answer so far. */
  String text();

  /** The reasoning so far. */
  String reasoning();

  /** What its events meant, all of it, as {@link Signals}. */
  int signals();

  /** Events that carried text or reasoning: the least number of tokens that were written. */
  long contentEvents();

  /** Reads a transcript from the events of a session, in order. */
  interface Builder {
    /** The block {@code [start, end)} of the array, as it was appended. */
    void add(byte[] array, int start, int end);

    Transcript build();
  }
}

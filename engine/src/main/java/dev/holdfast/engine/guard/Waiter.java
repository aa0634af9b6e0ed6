package dev.holdfast.engine.guard;

import java.util.Comparator;

/** An ask that could not be answered yet. Compared by identity. */
final class Waiter {
  /** By the moment at which it stops waiting. */
  static final Comparator<Waiter> BY_DEADLINE =
      Comparator.<Waiter>comparingLong(w -> w.ask.deadlineNanos()).thenComparingLong(w -> w.number);

  /** By the moment at which its stream broke. */
  static final Comparator<Waiter> BY_BREAK =
      Comparator.<Waiter>comparingLong(w -> w.ask.brokenAtNanos()).thenComparingLong(w -> w.number);

  final Ask ask;
  final Lane lane;

  /** What its session was told last. */
  int place;

  /** Of arrival; tells equals apart. */
  private final long number;

  Waiter(Ask ask, Lane lane, long number) {
    this.ask = ask;
    this.lane = lane;
    this.number = number;
  }
}

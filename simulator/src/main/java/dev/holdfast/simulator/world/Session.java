package dev.holdfast.simulator.world;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One session of a run: what was planned, and what was seen of it from outside. */
final class Session {
  final int number;
  final String id;
  final SessionSpec spec;
  final boolean latecomer;
  final SessionLog log;
  final List<Reader> readers = new ArrayList<>();
  final List<Call> calls = new ArrayList<>();
  long arrivedNanos;

  /** Null until the store has it. */
  @Nullable Driver driver;

  /** The store did not take it: it never began. */
  boolean refused;

  /** Connections that came before the store had answered. */
  final List<Runnable> waiting = new ArrayList<>();

  Session(int number, SessionSpec spec, boolean latecomer, Verdicts verdicts, VirtualTime time) {
    this.number = number;
    this.id = "s" + number;
    this.spec = spec;
    this.latecomer = latecomer;
    this.log = new SessionLog(verdicts, time);
  }

  boolean streamed() {
    return spec.mode() == SessionSpec.Mode.STREAMED;
  }

  boolean over() {
    return refused || (driver != null && driver.outcome() != null);
  }
}

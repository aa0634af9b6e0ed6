package dev.holdfast.simulator.world;

import dev.holdfast.engine.session.SessionCommand;

/** Where the drivers of a run act. */
interface Scene {
  VirtualTime time();

  Verdicts verdicts();

  WatchedGuards guards(String upstream);

  WatchedStore store();

  Call open(int session, SessionCommand.OpenUpstream command, Call.Ear ear);

  /** How late the next timer is. */
  long lateNanos();

  /** The most by which everything that was late can have moved an end. */
  long lateInAllNanos();

  /** How long the answer of a guard is on its way. */
  long hopNanos();

  long wallMillis();
}

package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;

/**
 * What a session may know of the others in its process. Answers at once, from memory, for any
 * thread; with the same history it gives the same answers.
 */
public interface Surroundings {
  /**
   * Notes a break after content; true if another stream of this target broke in the second before.
   */
  boolean broke(Target target, long nowNanos);

  /** Whether no continuation of this upstream has made progress since a mass break. */
  boolean massBreak(Target target, long nowNanos);

  /** What was learnt of this target. */
  TargetKnowledge knowledge(Target target);

  /** Our key was rejected there; new sessions skip the target for a while. */
  void keyRejected(Target target, long nowNanos);

  /** Our key was accepted there. */
  void keyAccepted(Target target);

  /** Whether this target is skipped because its key was rejected. */
  boolean skipped(Target target, long nowNanos);
}

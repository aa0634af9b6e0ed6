package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.TargetKnowledge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a session may know of others, set by hand; may be shared by several harnesses. */
final class FakeSurroundings implements Surroundings {
  /** Targets that answered with 200. */
  final java.util.List<String> accepted = new java.util.ArrayList<>();

  private final Map<String, TargetKnowledge> knowledge = new HashMap<>();
  final List<String> breaks = new ArrayList<>();
  final List<String> rejectedKeys = new ArrayList<>();
  final Set<String> skipped = new HashSet<>();
  boolean othersBroke;
  boolean massBreak;

  @Override
  public boolean broke(Target target, long nowNanos) {
    breaks.add(target.name());
    return othersBroke;
  }

  @Override
  public boolean massBreak(Target target, long nowNanos) {
    return massBreak;
  }

  @Override
  public TargetKnowledge knowledge(Target target) {
    return knowledge.computeIfAbsent(target.name(), name -> new TargetKnowledge());
  }

  @Override
  public void keyAccepted(Target target) {
    accepted.add(target.name());
  }

  @Override
  public void keyRejected(Target target, long nowNanos) {
    rejectedKeys.add(target.name());
  }

  @Override
  public boolean skipped(Target target, long nowNanos) {
    return skipped.contains(target.name());
  }
}

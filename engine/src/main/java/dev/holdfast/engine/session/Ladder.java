package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.Way;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which ways of going on are left to a session at each target, in the order of the target's
 * profile. A way whose result proved nothing is taken no more, until new text is committed; an
 * anchor gets two tries. Strict sessions take only ways that can prove their seam; for lenient ones
 * the last way lets through what it can't prove.
 */
final class Ladder {
  private static final int ANCHOR_TRIES = 2;
  private static final int NEVER = 99;

  private final SessionPlan plan;
  private final Surroundings surroundings;
  private final Map<Target, Map<Rung, Integer>> unproven = new HashMap<>();
  private final Map<Target, Boolean> probed = new HashMap<>();
  private @Nullable Target keeper;

  Ladder(SessionPlan plan, Surroundings surroundings) {
    this.plan = plan;
    this.surroundings = surroundings;
  }

  // ---- what the machine tells

  /** The target keeps the answer and serves it from a cursor. */
  void kept(Target target) {
    keeper = target;
  }

  /** It does not keep it any more. */
  void lost() {
    keeper = null;
  }

  /** A try proved nothing. */
  void unproven(Target target, Rung rung) {
    unproven.computeIfAbsent(target, t -> new EnumMap<>(Rung.class)).merge(rung, 1, Integer::sum);
  }

  /** A way can't be taken from the text as it is. */
  void impossible(Target target, Rung rung) {
    unproven.computeIfAbsent(target, t -> new EnumMap<>(Rung.class)).put(rung, NEVER);
  }

  /** New text is committed: what could not be joined before it may be joined behind it. */
  void progressed() {
    unproven.clear();
  }

  /** The known answer came, and with it how the target treats a text that is handed back. */
  void probed(Target target, boolean proven) {
    probed.put(target, proven);
    if (proven) {
      unproven.computeIfPresent(
          target,
          (t, tries) -> {
            tries.remove(Rung.PREFILL);
            return tries;
          });
    }
  }

  // ---- readings

  /** Whether the target serves the rest of the answer from a cursor. */
  boolean keeps(Target target) {
    return target.equals(keeper);
  }

  boolean proven(Target target) {
    return target.profile().prefill().proven() || surroundings.knowledge(target).prefillProven();
  }

  /** The first way is a text handed back, and a known answer would prove it. */
  boolean wantsProbe(Target target) {
    if (!plan.probeOnBreak() || probed.containsKey(target) || keeps(target)) {
      return false;
    }
    for (var rung : target.profile().continuation()) {
      if (rung == Rung.PREFILL && !refused(target)) {
        return !proven(target) || tries(target, rung) > 0;
      }
      if (open(target, rung)) {
        return false;
      }
    }
    return false;
  }

  /** The ways that are left, in order; empty if the target can't be asked to go on. */
  List<Way> left(Target target) {
    var ways = new ArrayList<Way>();
    if (keeps(target)) {
      ways.add(new Way(Rung.NATIVE, 1, false));
    }
    for (var rung : target.profile().continuation()) {
      if (open(target, rung) && (rung != Rung.PREFILL || proven(target))) {
        ways.add(new Way(rung, tries(target, rung) + 1, false));
      }
    }
    if (plan.lenient()) {
      accept(target, ways);
    }
    return ways;
  }

  /** Adds the last way of a lenient session, or makes the last one of them its last. */
  private void accept(Target target, List<Way> ways) {
    var rungs = target.profile().continuation();
    if (rungs.contains(Rung.PREFILL) && !refused(target)) {
      if (open(target, Rung.PREFILL) && !proven(target)) {
        ways.add(new Way(Rung.PREFILL, 1, true));
      }
      return;
    }
    var last = new Way(Rung.ANCHOR, ANCHOR_TRIES, true);
    if (ways.isEmpty() && rungs.contains(Rung.ANCHOR) && tries(target, Rung.ANCHOR) < NEVER) {
      ways.add(last);
    } else if (!ways.isEmpty()
        && ways.getLast().equals(new Way(Rung.ANCHOR, ANCHOR_TRIES, false))) {
      ways.set(ways.size() - 1, last);
    }
  }

  private boolean open(Target target, Rung rung) {
    int most = rung == Rung.ANCHOR ? ANCHOR_TRIES : 1;
    return rung != Rung.NATIVE
        && tries(target, rung) < most
        && (rung != Rung.PREFILL || !refused(target));
  }

  private boolean refused(Target target) {
    return surroundings.knowledge(target).prefillRefused();
  }

  private int tries(Target target, Rung rung) {
    return unproven.getOrDefault(target, Map.of()).getOrDefault(rung, 0);
  }
}

package dev.holdfast.simulator.world;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Profiles;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.simulator.provider.Manner;
import java.util.List;

/**
 * A target: how it really continues, and what our configuration says of it.
 *
 * @param upstream its upstream
 * @param model its name there
 * @param manner how it goes on from a text that is handed back
 * @param notes how it takes a note that asks for the end of its text again
 * @param rungs the ways that our configuration names, in order
 * @param differs whether it tells another answer each time it is asked from the beginning
 * @param proven whether the configuration vouches for it; never a lie
 * @param echo what the configuration says of an echo
 * @param keepAlives whether it is known to send bytes while it thinks
 * @param mayBreak whether it may go on from another target's text
 */
record TargetSpec(
    String upstream,
    String model,
    Manner manner,
    Notes notes,
    List<Profile.Rung> rungs,
    boolean differs,
    boolean proven,
    Profile.Echo echo,
    boolean keepAlives,
    boolean mayBreak) {
  private static final List<List<Profile.Rung>> RUNGS =
      List.of(
          List.of(Profile.Rung.PREFILL, Profile.Rung.ANCHOR, Profile.Rung.REPLAY),
          List.of(Profile.Rung.ANCHOR, Profile.Rung.PREFILL, Profile.Rung.REPLAY),
          List.of(Profile.Rung.ANCHOR, Profile.Rung.REPLAY),
          List.of(Profile.Rung.PREFILL));

  /** What a target makes of a note. */
  enum Notes {
    /** Repeats what is quoted, and goes on. */
    OBEYED,
    /** Goes on without repeating anything. */
    PASSED_OVER,
    /** Answers from the beginning. */
    IGNORED,
    /** 400. */
    REFUSED
  }

  TargetSpec {
    rungs = List.copyOf(rungs);
  }

  /** A target as the run draws it. */
  static TargetSpec drawn(String upstream, String model, Draw draw) {
    var manner =
        draw.chance(0.7)
            ? draw.pick(List.of(Manner.PREFILL, Manner.ECHO, Manner.ECHO_GLUED))
            : draw.pick(List.of(Manner.values()));
    boolean exact = exact(manner);
    boolean differs = manner == Manner.RESTART && draw.chance(0.5);
    boolean said = exact && draw.chance(0.5);
    var echo =
        !said
            ? Profile.Echo.UNKNOWN
            : manner == Manner.PREFILL ? Profile.Echo.NEVER : Profile.Echo.ALWAYS;
    return new TargetSpec(
        upstream,
        model,
        manner,
        draw.chance(0.6) ? Notes.OBEYED : draw.pick(List.of(Notes.values())),
        draw.chance(0.5) ? RUNGS.get(0) : draw.pick(RUNGS),
        differs,
        exact && draw.chance(0.8),
        echo,
        draw.chance(0.3),
        draw.chance(0.5));
  }

  /** A target that continues well and whose configuration says so. */
  static TargetSpec good(String upstream, String model) {
    return new TargetSpec(
        upstream,
        model,
        Manner.PREFILL,
        Notes.OBEYED,
        RUNGS.get(0),
        false,
        true,
        Profile.Echo.NEVER,
        false,
        true);
  }

  private static boolean exact(Manner manner) {
    return switch (manner) {
      case PREFILL, ECHO, ECHO_GLUED -> true;
      case REFUSE_LAST_TURN, REFUSE_PREFILL, RESTART -> false;
    };
  }

  Target target() {
    var base = Profiles.find(Profiles.SIMULATOR).orElseThrow();
    var profile =
        new Profile(
            upstream,
            "",
            base.prefill().withProven(proven),
            echo,
            rungs,
            false,
            keepAlives,
            base.includeUsage(),
            false,
            false,
            false,
            false,
            1,
            List.of(),
            List.of(),
            "drawn");
    return new Target(upstream, model, profile, true, mayBreak);
  }
}

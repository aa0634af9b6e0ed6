package dev.holdfast.simulator.seams;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Profile.Echo;
import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.dialect.Profiles;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.simulator.model.DifferingModel;
import dev.holdfast.simulator.model.LanguageModel;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.Manner;
import dev.holdfast.simulator.provider.NoteManner;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.util.List;

/**
 * One row of the campaign: a provider as it is, what the configuration says of it, and what must
 * come of its breaks.
 *
 * @param name unique, as the page writes it
 * @param differs whether the model differs from attempt to attempt
 * @param manner of the provider towards a trailing assistant message
 * @param notes its manner towards a note behind one
 * @param knowledge what is known of its prefill
 * @param echo what the configuration says of an echo
 * @param rungs of the ladder, in order
 * @param deterministic whether the requests are at temperature 0, and the target marked so
 * @param positions which breaks count
 * @param styles of the texts
 * @param least the share of the counted breaks that must be answered, from 0 to 1
 * @param most the share that may be answered: below 1 where the right end is an error
 */
record SeamRow(
    String name,
    boolean differs,
    Manner manner,
    NoteManner notes,
    Knowledge knowledge,
    Echo echo,
    List<Rung> rungs,
    boolean deterministic,
    Positions positions,
    List<Style> styles,
    double least,
    double most) {
  /** What is known of a provider's prefill. */
  enum Knowledge {
    /** The configuration vouches for it. */
    PROVEN,
    /** Nothing; a known-answer question may be asked when a break needs it. */
    PROBED,
    /** Nothing. */
    NONE
  }

  /** Which breaks count. */
  enum Positions {
    /** All after the first text. */
    ALL,
    /** Those where an anchor exists. */
    ANCHORED,
    /** Those where none exists. */
    UNANCHORED
  }

  SeamRow {
    rungs = List.copyOf(rungs);
    styles = List.copyOf(styles);
  }

  ProviderConfig provider(long seed) {
    LanguageModel model = differs ? new DifferingModel(seed) : new Model(seed);
    return ProviderConfig.DEFAULTS.withModel(model).withManner(manner).withNotes(notes);
  }

  Target target() {
    var base = Profiles.find(Profiles.SIMULATOR).orElseThrow();
    var profile =
        new Profile(
            base.name(),
            base.url(),
            base.prefill().withProven(knowledge == Knowledge.PROVEN),
            echo,
            rungs,
            base.doneWithoutReason(),
            base.keepAlives(),
            base.includeUsage(),
            base.sessionId(),
            base.quotaIsThrottle(),
            base.refusesTrailingSpace(),
            deterministic,
            base.outputTokensMin(),
            base.reasoningModels(),
            base.patterns(),
            "a row of the seams campaign");
    return new Target("simulator", "m", profile, true, true);
  }
}

package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Candidates.Choice;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which target is asked next, and when. */
class CandidatesTest {
  private static final long NOW = 1_000;
  private static final Target A = TargetSpec.at("a").build();
  private static final Target B = TargetSpec.at("b").build();
  private static final Target STARTER = TargetSpec.at("starter").onlyToStart().build();
  private static final Target RESCUER = TargetSpec.at("rescuer").onlyAfterBreaks().build();
  private static final Failure WHY = new Failure.Broken(Failure.Broken.Kind.RESET, "reset");

  @Test
  void soonest_allFree_isTheFirstInOrder() {
    assertThat(new Candidates(List.of(A, B)).soonest(NOW)).isEqualTo(new Choice(A, NOW));
  }

  @Test
  void soonest_firstRests_isTheOtherAtOnce() {
    var candidates = new Candidates(List.of(A, B));
    candidates.rest(A, NOW + 1, WHY);

    assertThat(candidates.soonest(NOW)).isEqualTo(new Choice(B, NOW));
    assertThat(candidates.restsFor(A)).isEqualTo(WHY);
    assertThat(candidates.restsFor(B)).isNull();
  }

  @Test
  void soonest_allRest_isTheOneThatIsFreeFirst() {
    var candidates = new Candidates(List.of(A, B));
    candidates.rest(A, NOW + 2, WHY);
    candidates.rest(B, NOW + 1, WHY);

    assertThat(candidates.soonest(NOW)).isEqualTo(new Choice(B, NOW + 1));
  }

  @Test
  void soonest_struckOrOnlyForBreaks_isNotAsked() {
    var candidates = new Candidates(List.of(RESCUER, A, B));
    candidates.strike(A);

    assertThat(candidates.soonest(NOW)).isEqualTo(new Choice(B, NOW));
    assertThat(candidates.isDead(A)).isTrue();
    assertThat(candidates.isDead(B)).isFalse();

    candidates.strike(B);
    assertThat(candidates.soonest(NOW)).isNull();
  }

  @Test
  void soonestToGoOn_lastIsFreeAsSoon_isTheLast() {
    var candidates = new Candidates(List.of(A, B));

    assertThat(candidates.soonestToGoOn(B, NOW, t -> true)).isEqualTo(new Choice(B, NOW));

    candidates.rest(A, NOW + 5, WHY);
    candidates.rest(B, NOW + 5, WHY);
    assertThat(candidates.soonestToGoOn(B, NOW, t -> true)).isEqualTo(new Choice(B, NOW + 5));
  }

  @Test
  void soonestToGoOn_lastIsFreeLater_isTheOther() {
    var candidates = new Candidates(List.of(A, B));
    candidates.rest(B, NOW + 1, WHY);

    assertThat(candidates.soonestToGoOn(B, NOW, t -> true)).isEqualTo(new Choice(A, NOW));
  }

  @Test
  void soonestToGoOn_lastIsStruckOrUnable_isTheOther() {
    var candidates = new Candidates(List.of(A, B));

    assertThat(candidates.soonestToGoOn(B, NOW, A::equals)).isEqualTo(new Choice(A, NOW));

    candidates.strike(B);
    assertThat(candidates.soonestToGoOn(B, NOW, t -> true)).isEqualTo(new Choice(A, NOW));
  }

  @Test
  void soonestToGoOn_onlyStarts_mayGoOnWithWhatItWroteAlone() {
    var candidates = new Candidates(List.of(STARTER, RESCUER));

    assertThat(candidates.soonestToGoOn(STARTER, NOW, t -> true))
        .isEqualTo(new Choice(RESCUER, NOW));

    candidates.wrote(STARTER);
    assertThat(candidates.soonestToGoOn(STARTER, NOW, t -> true))
        .isEqualTo(new Choice(STARTER, NOW));
  }

  @Test
  void soonestToGoOn_nobodyAble_isNone() {
    assertThat(new Candidates(List.of(A, B)).soonestToGoOn(A, NOW, t -> false)).isNull();
  }

  @Test
  void slow_isRememberedOfThatTarget() {
    var candidates = new Candidates(List.of(A, B));
    candidates.slow(B);

    assertThat(candidates.isSlow(A)).isFalse();
    assertThat(candidates.isSlow(B)).isTrue();
  }

  @Test
  void target_ofAnotherRoute_isRefused() {
    var candidates = new Candidates(List.of(A));

    assertThatThrownBy(() -> candidates.strike(B))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("target of the route");
  }
}

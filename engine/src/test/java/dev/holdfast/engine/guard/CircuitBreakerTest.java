package dev.holdfast.engine.guard;

import static dev.holdfast.engine.guard.BreakerState.CLOSED;
import static dev.holdfast.engine.guard.BreakerState.HALF_OPEN;
import static dev.holdfast.engine.guard.BreakerState.OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final long SECOND = 1_000_000_000L;

  private final CircuitBreaker breaker = new CircuitBreaker(GuardSettings.Breaker.DEFAULTS);
  private long sessions;

  @Test
  void failed_fiveSessionsInARow_opens() {
    failInRow(4, 0);
    assertThat(breaker.state(0)).isEqualTo(CLOSED);

    failInRow(1, 0);

    assertThat(breaker.state(0)).isEqualTo(OPEN);
    assertThat(breaker.admits(30 * SECOND - 1)).isFalse();
    assertThat(breaker.waitNanos(10 * SECOND)).isEqualTo(20 * SECOND);
    assertThat(breaker.state(30 * SECOND)).isEqualTo(HALF_OPEN);
  }

  @Test
  void failed_oneSessionAgainAndAgain_countsOnce() {
    for (var attempt = 0; attempt < 10; attempt++) {
      breaker.failed(breaker.admit(1, 0), 0, 0);
    }

    assertThat(breaker.state(0)).isEqualTo(CLOSED);
  }

  @Test
  void completed_betweenFailures_startsTheRowAnew() {
    failInRow(4, 0);
    breaker.completed(breaker.admit(99, 0), 0);

    failInRow(4, 0);

    assertThat(breaker.state(0)).isEqualTo(CLOSED);
  }

  @Test
  void progressed_tenSeconds_isASuccess() {
    var long1 = breaker.admit(99, 0);
    breaker.progressed(long1, 0);
    failInRow(4, 5 * SECOND);
    failInRow(4, 10 * SECOND);

    assertThat(breaker.state(10 * SECOND)).isEqualTo(CLOSED);
  }

  @Test
  void progressed_thenBrokenBeforeTenSeconds_isNeither() {
    var pass = breaker.admit(99, 0);
    breaker.progressed(pass, 0);
    breaker.ended(pass, 5 * SECOND);

    failInRow(4, 5 * SECOND);
    failInRow(1, 11 * SECOND);

    assertThat(breaker.state(11 * SECOND)).isEqualTo(OPEN);
  }

  @Test
  void failed_halfOfTwentyResults_opensByRate() {
    for (var pair = 0; pair < 9; pair++) {
      breaker.completed(breaker.admit(sessions++, 0), 0);
      failInRow(1, 0);
    }
    assertThat(breaker.state(0)).isEqualTo(CLOSED);
    breaker.completed(breaker.admit(sessions++, 0), 0);

    failInRow(1, 0);

    assertThat(breaker.state(0)).isEqualTo(OPEN);
  }

  @Test
  void failed_resultsOutsideTheWindow_dontCount() {
    for (var pair = 0; pair < 9; pair++) {
      breaker.completed(breaker.admit(sessions++, 0), 0);
      failInRow(1, 0);
    }
    breaker.completed(breaker.admit(sessions++, 31 * SECOND), 31 * SECOND);

    failInRow(1, 31 * SECOND);

    assertThat(breaker.state(31 * SECOND)).isEqualTo(CLOSED);
  }

  @Test
  void failed_withHint_staysOpenSoLongButNotLongerThanFiveMinutes() {
    failInRow(4, 0);
    breaker.failed(breaker.admit(99, 0), 90 * SECOND, 0);
    assertThat(breaker.state(89 * SECOND)).isEqualTo(OPEN);
    assertThat(breaker.state(90 * SECOND)).isEqualTo(HALF_OPEN);

    breaker.failed(breaker.admit(100, 90 * SECOND), 3_600 * SECOND, 90 * SECOND);

    assertThat(breaker.state(389 * SECOND)).isEqualTo(OPEN);
    assertThat(breaker.state(390 * SECOND)).isEqualTo(HALF_OPEN);
  }

  @Test
  void halfOpen_oneTrialAtATime_firstContentLetsTheNextGo() {
    failInRow(5, 0);
    var at = 30 * SECOND;

    var trial = breaker.admit(10, at);

    assertThat(breaker.admits(at)).isFalse();
    breaker.progressed(trial, at);
    assertThat(breaker.admits(at)).isTrue();
    assertThat(breaker.state(at)).isEqualTo(HALF_OPEN);
  }

  @Test
  void halfOpen_threeSuccesses_closes() {
    failInRow(5, 0);
    var at = 30 * SECOND;
    for (var trial = 0; trial < 2; trial++) {
      breaker.completed(breaker.admit(10 + trial, at), at);
      assertThat(breaker.state(at)).isEqualTo(HALF_OPEN);
    }

    breaker.completed(breaker.admit(12, at), at);

    assertThat(breaker.state(at)).isEqualTo(CLOSED);
  }

  @Test
  void halfOpen_threeTrialsOfTenSecondsProgress_closesByTimeAlone() {
    failInRow(5, 0);
    var at = 30 * SECOND;
    for (var trial = 0; trial < 3; trial++) {
      breaker.progressed(breaker.admit(10 + trial, at), at);
    }

    assertThat(breaker.wakeAtNanos()).isEqualTo(40 * SECOND);
    assertThat(breaker.state(40 * SECOND)).isEqualTo(CLOSED);
  }

  @Test
  void halfOpen_trialFails_opensAgain() {
    failInRow(5, 0);
    var at = 30 * SECOND;

    breaker.failed(breaker.admit(10, at), 0, at);

    assertThat(breaker.state(at + 29 * SECOND)).isEqualTo(OPEN);
    assertThat(breaker.state(at + 30 * SECOND)).isEqualTo(HALF_OPEN);
  }

  @Test
  void halfOpen_neutralTrial_freesThePlaceAndMovesNothing() {
    failInRow(5, 0);
    var at = 30 * SECOND;

    breaker.ended(breaker.admit(10, at), at);

    assertThat(breaker.admits(at)).isTrue();
    assertThat(breaker.state(at)).isEqualTo(HALF_OPEN);
  }

  @Test
  void failed_callOfAnEarlierGeneration_movesNothing() {
    var late = breaker.admit(50, 0);
    var running = breaker.admit(51, 0);
    failInRow(5, 0);
    var at = 30 * SECOND;
    var trial = breaker.admit(10, at);

    breaker.failed(late, 0, at);
    breaker.completed(running, at);

    assertThat(breaker.state(at)).isEqualTo(HALF_OPEN);
    assertThat(breaker.admits(at)).as("the trial still holds its place").isFalse();
    breaker.ended(trial, at);
  }

  @Test
  void broke_aThousandAtOnce_countOnce() {
    for (var stream = 0; stream < 1_000; stream++) {
      assertThat(breaker.broke(0)).isFalse();
    }

    assertThat(breaker.state(0)).isEqualTo(CLOSED);
  }

  @Test
  void broke_everySecondForLong_opensByRateNotByRow() {
    var second = 0;
    while (breaker.state(second * SECOND) == CLOSED && second < 100) {
      breaker.broke(second * SECOND);
      second++;
    }

    assertThat(second).isEqualTo(20);
  }

  @Test
  void admit_whenOpen_isRefused() {
    failInRow(5, 0);

    assertThatIllegalStateException().isThrownBy(() -> breaker.admit(1, 0));
  }

  @Test
  void failed_switchedOff_neverOpens() {
    var off = new CircuitBreaker(GuardSettings.Breaker.DEFAULTS.withOn(false));
    for (var session = 0; session < 100; session++) {
      off.failed(off.admit(session, 0), 0, 0);
      off.broke(session * SECOND);
    }

    assertThat(off.state(0)).isEqualTo(CLOSED);
  }

  @Test
  void preset_ofTheSeed_opensSixtySecondsAndClosesAtTheFirstSuccess() {
    var settings = Presets.find("seed-breaker").orElseThrow().breaker();
    var seed = new CircuitBreaker(settings);
    for (var session = 0; session < 5; session++) {
      seed.failed(seed.admit(session, 0), 0, 0);
    }

    assertThat(settings.open()).isEqualTo(Duration.ofSeconds(60));
    assertThat(seed.state(60 * SECOND - 1)).isEqualTo(OPEN);
    seed.completed(seed.admit(9, 60 * SECOND), 60 * SECOND);
    assertThat(seed.state(60 * SECOND)).isEqualTo(CLOSED);
  }

  /** Names of models come from callers: what is kept for each must not stay for ever. */
  @Test
  void resting_isWhatNobodyAskedForAWindow() {
    long window = GuardSettings.Breaker.DEFAULTS.window().toNanos();
    assertThat(breaker.resting(0)).isTrue();

    failInRow(1, 0);
    assertThat(breaker.resting(window - 1)).isFalse();
    assertThat(breaker.resting(window + SECOND)).isTrue();

    long later = 10 * window;
    failInRow(4, later);
    assertThat(breaker.state(later)).isEqualTo(OPEN);
    assertThat(breaker.resting(later + 30 * SECOND)).isFalse();
    var trial = breaker.admit(1, later + 30 * SECOND);
    assertThat(breaker.resting(later + 2 * window)).isFalse();
    breaker.ended(trial, later + 2 * window);
    assertThat(breaker.resting(later + 2 * window)).isTrue();
  }

  private void failInRow(int count, long now) {
    for (var failure = 0; failure < count; failure++) {
      breaker.failed(breaker.admit(1_000 + sessions++, now), 0, now);
    }
  }
}

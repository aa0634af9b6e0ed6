package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.session.Seam;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The seed's reset of a connection, on its preset: the partial answer is kept and reported, and
 * after a uniform one to three seconds it is gone on with.
 */
class S5ConnectionResetTest {
  private final Upstreams upstreams = new Upstreams();
  private final ManualTiming timing = new ManualTiming();
  private final List<Notice.Retry> retries = new ArrayList<>();
  private final List<Notice.Joined> seams = new ArrayList<>();

  private Holdfast seedSession(String plan) {
    return Holdfast.builder()
        .baseUrl(upstreams.at(plan))
        .continuation(Rung.PREFILL)
        .preset("seed-session")
        .onRetry(retry -> {
          retries.add(retry);
          timing.advance(retry.delay());
        })
        .onSeam(seams::add)
        .build(timing);
  }

  @AfterEach
  void stop() {
    upstreams.close();
  }

  @Test
  void reset_underAnAnswer_isGoneOnWithAfterOneToThreeSeconds() {
    var heard = new StringBuilder();

    // Without a pause an RST overtakes what was not read yet, and may take all of it along.
    try (var holdfast = seedSession("reset@40(after=300ms); ok")) {
      var answer = holdfast.stream(Upstreams.request(), heard::append);

      assertThat(answer.text()).isEqualTo(Upstreams.unbroken()).isEqualTo(heard.toString());
      assertThat(answer.attempts()).hasSize(2);
      assertThat(answer.attempts().getFirst().why()).isEqualTo("reset");
      assertThat(answer.seams()).hasSize(1);
      assertThat(seams).extracting(Notice.Joined::seam).isEqualTo(answer.seams());
      assertThat(answer.seams().getFirst().verdict()).isEqualTo(Seam.Verdict.EXACT);
    }
    assertThat(retries).hasSize(1);
    assertThat(retries.getFirst().delay()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
    assertThat(retries.getFirst().purpose()).isEqualTo("continue");
  }

  @Test
  void reset_thatCanNotBeMended_reportsThePartialAnswer() {
    try (var holdfast = seedSession("reset@40(after=300ms); reset@0*")) {
      var outcome = holdfast.tryStream(Upstreams.request(), text -> {});

      assertThat(outcome)
          .isInstanceOfSatisfying(
              StreamOutcome.Incomplete.class,
              failed -> {
                assertThat(failed.retryable()).isTrue();
                assertThat(failed.partial().text()).isNotEmpty();
                assertThat(Upstreams.unbroken()).startsWith(failed.partial().text());
                assertThat(failed.partial().attempts()).hasSize(5);
              });
    }
    assertThat(upstreams.calls()).isEqualTo(5);
  }
}

package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.dialect.Profile.Rung;
import dev.holdfast.engine.dialect.Profiles;
import dev.holdfast.engine.session.Seam;
import dev.holdfast.simulator.provider.Manner;
import dev.holdfast.simulator.provider.NoteManner;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The seed's session that recovers, on its preset; its waits take no real time. */
class S2SessionRecoveryTest {
  private final Upstreams upstreams = new Upstreams();
  private final ManualTiming timing = new ManualTiming();
  private final List<Notice.Retry> retries = new ArrayList<>();

  private HoldfastBuilder seedSession(String url) {
    return Holdfast.builder()
        .baseUrl(url)
        .preset("seed-session")
        .onRetry(retry -> {
          retries.add(retry);
          timing.advance(retry.delay());
        });
  }

  @AfterEach
  void stop() {
    upstreams.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"PREFILL", "ECHO", "ECHO_GLUED"})
  void break_whereThePartialAnswerIsGoneOnWith_leavesOneWholeAnswer(Manner manner) {
    var heard = new StringBuilder();
    var url = upstreams.at("cut@37; end@21; ok", manner);

    try (var holdfast = seedSession(url).continuation(Rung.PREFILL).build(timing)) {
      var answer = holdfast.stream(Upstreams.request(), heard::append);

      assertThat(answer.text()).isEqualTo(Upstreams.unbroken()).isEqualTo(heard.toString());
      assertThat(answer.attempts()).hasSize(3);
      // One that only repeats what it was given makes no seam.
      assertThat(answer.seams()).hasSizeBetween(1, 2);
    }
  }

  private Holdfast seedTemplate(NoteManner note) {
    var config = ProviderConfig.DEFAULTS.withManner(Manner.REFUSE_PREFILL).withNotes(note);
    return seedSession(upstreams.at("cut@60; ok", config)).continuation(Rung.ANCHOR).build(timing);
  }

  @Test
  void seedsTemplate_whereTheModelRepeatsTheQuotation_isMatched() {
    var heard = new StringBuilder();

    try (var holdfast = seedTemplate(NoteManner.OBEYED)) {
      var answer = holdfast.stream(Upstreams.request(), heard::append);

      assertThat(answer.text()).isEqualTo(Upstreams.unbroken()).isEqualTo(heard.toString());
      assertThat(answer.seams())
          .extracting(Seam::rung, Seam::verdict)
          .containsExactly(tuple(Rung.ANCHOR, Seam.Verdict.MATCHED));
    }
    assertThat(upstreams.bodies().getLast()).contains("\"role\":\"system\"");
  }

  @Test
  void seedsTemplate_whereTheModelGoesStraightOn_isAnErrorUnderStrict() {
    try (var holdfast = seedTemplate(NoteManner.IGNORED)) {
      var thrown =
          catchThrowableOfType(
              StreamException.class, () -> holdfast.stream(Upstreams.request(), text -> {}));

      assertThat(thrown.failure().why()).isEqualTo("unproven_seam");
      assertThat(thrown.partialText()).isEqualTo(Upstreams.firstTokens(60));
    }
  }

  @Test
  void seedsTemplate_whereTheModelGoesStraightOn_isAcceptedAndMarkedUnderLenient() {
    var config =
        ProviderConfig.DEFAULTS.withManner(Manner.REFUSE_PREFILL).withNotes(NoteManner.IGNORED);
    var url = upstreams.at("cut@60; ok", config);

    try (var holdfast = seedSession(url).continuation(Rung.ANCHOR).lenient().build(timing)) {
      var answer = holdfast.stream(Upstreams.request(), text -> {});

      assertThat(answer.text()).isEqualTo(Upstreams.unbroken());
      assertThat(answer.seams()).extracting(Seam::verdict).containsExactly(Seam.Verdict.UNPROVEN);
    }
  }

  @Test
  void recovery_afterRecovery_handsBackOneTextAndNoPile() {
    var url = upstreams.at("cut@37; cut@21; ok");

    try (var holdfast = seedSession(url).continuation(Rung.PREFILL).build(timing)) {
      holdfast.stream(Upstreams.request(), text -> {});
    }

    assertThat(upstreams.bodies())
        .hasSize(3)
        .allSatisfy(body -> assertThat(body.split("\"role\"", -1)).hasSizeLessThanOrEqualTo(3));
  }

  @Test
  void provider_thatStaysAway_isTriedFiveTimesAfterTheSeedsWaits() {
    try (var holdfast = seedSession(upstreams.at("503*")).build(timing)) {
      holdfast.tryStream(Upstreams.request(), text -> {});
    }

    assertThat(retries)
        .extracting(Notice.Retry::delay)
        .containsExactly(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"400*", "401*", "400(code=content_policy_violation)*"})
  void failure_thatCanNotBeRecoveredFrom_isTriedOnce(String plan) {
    try (var holdfast = seedSession(upstreams.at(plan)).build(timing)) {
      var outcome = holdfast.tryStream(Upstreams.request(), text -> {});

      assertThat(outcome).isInstanceOf(StreamOutcome.Incomplete.class);
    }
    assertThat(upstreams.calls()).isEqualTo(1);
  }

  @Test
  void label_goesWithEachCall_whereTheProviderKnowsIt() {
    var url = upstreams.at("cut@37; ok");

    try (var holdfast =
        seedSession(url).profile(knowsSessions()).continuation(Rung.PREFILL).build(timing)) {
      holdfast.stream(Upstreams.request().label("chat-7"), text -> {});
    }

    assertThat(upstreams.server().calls(upstreams.lastName()))
        .hasSize(2)
        .allSatisfy(call -> {
          assertThat(call.headers()).containsEntry("x-session-id", "chat-7");
          assertThat(call.bodyText()).contains("\"session_id\":\"chat-7\"");
        });
  }

  @Test
  void label_staysHere_whereTheProviderDoesNotKnowIt() {
    try (var holdfast = seedSession(upstreams.at("ok")).build(timing)) {
      holdfast.stream(Upstreams.request().label("chat-7"), text -> {});
    }

    assertThat(upstreams.server().calls(upstreams.lastName()))
        .allSatisfy(call -> {
          assertThat(call.headers()).doesNotContainKey("x-session-id");
          assertThat(call.bodyText()).doesNotContain("session_id");
        });
  }

  private static Profile knowsSessions() {
    var known = Profiles.find(Profiles.SIMULATOR).orElseThrow();
    return new Profile(
        known.name(),
        known.url(),
        known.prefill(),
        known.echo(),
        known.continuation(),
        known.doneWithoutReason(),
        known.keepAlives(),
        known.includeUsage(),
        true,
        known.quotaIsThrottle(),
        known.refusesTrailingSpace(),
        known.deterministic(),
        known.outputTokensMin(),
        known.reasoningModels(),
        known.patterns(),
        "this test");
  }
}

package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.failure.Failure;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A store that is slow or fails, and sessions that are cancelled. */
class StoreTest {
  @RegisterExtension final Sessions sessions = new Sessions();

  private static final String LARGE = Chat.text("x".repeat(100_000));

  private SessionHarness slow() {
    return sessions.plan().build().appendsByHand().begin().head();
  }

  @Test
  void reading_overWhatTheStoreMayOwe_isPausedAndGoesOnAtHalf() {
    var session = slow().send(LARGE).send(LARGE);
    assertThat(session.paused()).isFalse();

    session.send(LARGE);
    assertThat(session.paused()).isTrue();
    session.acknowledge(1);
    assertThat(session.paused()).isTrue();
    session.acknowledge(2);

    assertThat(session.paused()).isFalse();
  }

  /** Usage and terminator wait behind what the store still owes. */
  @Test
  void grace_whileWeDoNotRead_standsStill() {
    var session =
        sessions
            .plan()
            .with("\"stream_options\":{\"include_usage\":true}")
            .build()
            .appendsByHand()
            .begin()
            .head()
            .send(LARGE + LARGE + LARGE + Chat.finish("stop"));
    assertThat(session.paused()).isTrue();

    session.afterSeconds(3);
    assertThat(session.running()).isTrue();
    session.appendsByItself().send(Chat.usage(9, 4) + Chat.DONE);

    assertThat(session.complete().wire()).contains("\"prompt_tokens\":9");
  }

  @Test
  void clocks_whileWeDoNotRead_standStill() {
    var session = slow().send(LARGE + LARGE + LARGE);

    session.afterSeconds(600);
    assertThat(session.machine.attempts()).isEmpty();
    session.acknowledge(3).after(Duration.ofSeconds(60).minusNanos(1));
    assertThat(session.machine.attempts()).isEmpty();
    session.after(Duration.ofNanos(1));

    assertThat(session.machine.attempts()).hasSize(1);
  }

  @Test
  void clocks_whenReadingGoesOnBeforeTheyRanOut_beginAnew() {
    var session = slow().send(LARGE + LARGE + LARGE).afterSeconds(50);

    session.acknowledge(3).after(Duration.ofSeconds(60).minusNanos(1));
    assertThat(session.machine.attempts()).isEmpty();
    session.after(Duration.ofNanos(1));

    assertThat(session.machine.attempts()).hasSize(1);
  }

  @Test
  void finish_isToldWhenAllIsStored() {
    var session = slow().send(Chat.text("Hi") + Chat.stop());
    assertThat(session.machine.last()).isEqualTo(3);
    assertThat(session.running()).isTrue();
    session.acknowledge(2);
    assertThat(session.running()).isTrue();

    session.acknowledge(3);

    session.complete();
  }

  @Test
  void transcript_isLoadedWhenAllIsStored() {
    var session = slow().send(Chat.texts("Hi", " you")).end();
    session.called(1).acknowledge(1).called(1);

    session.acknowledge(2);

    assertThat(session.called(2).handedBack(2)).isEqualTo("Hi you");
  }

  @Test
  void transcript_whenLate_isWaitedFor() {
    var session = sessions.plan().build().loadsByHand().begin().answer(Chat.text("Hi")).end();
    session.afterSeconds(5).called(1);

    session.load();

    session.called(2).answer(Chat.stop()).complete();
  }

  @Test
  void failure_ofTheStore_endsTheSession() {
    var session = slow().send(Chat.text("Hi")).failAppend();

    assertThat(session.failed("journal_failed").message()).contains("disk");
    assertThat(session.retryable()).isTrue();
  }

  @Test
  void failure_ofTheStoreUnderAWholeAnswer_endsItAsNotWhole() {
    var session = slow().send(Chat.text("Hi") + Chat.stop()).acknowledge(1).failAppend();

    session.failed("journal_failed");
  }

  @Test
  void failure_ofTheStoreUnderAFailedAnswer_leavesItsFailure() {
    var session = slow().send(Chat.text("Hi")).cancel().failAppend();

    session.failed("cancelled");
  }

  @Test
  void cancel_ofAWholeAnswerNotYetStored_leavesItWhole() {
    var session = slow().send(Chat.text("Hi") + Chat.stop()).cancel().acknowledge(3);

    session.complete();
  }

  @Test
  void cancel_beforeTheBegin_ends() {
    sessions.plan().build().cancel().failed("cancelled");
  }

  @Test
  void cancel_whileWaitingForALease_withdraws() {
    var session = sessions.plan().build().grantsByHand().begin().cancel();

    session.failed("cancelled");
    assertThat(session.commands).contains(new SessionCommand.WithdrawLease(1));
  }

  @Test
  void cancel_whileTheTranscriptIsLoaded_settles() {
    sessions
        .plan()
        .build()
        .loadsByHand()
        .begin()
        .answer(Chat.text("Hi"))
        .end()
        .cancel()
        .failed("cancelled");
  }

  @Test
  void cancel_whileTheCallIsOut_closesIt() {
    var session = sessions.streaming().cancel();

    session.failed("cancelled");
    assertThat(session.commands).contains(new SessionCommand.CloseUpstream(1));
  }

  @Test
  void cancel_betweenAttempts_ends() {
    sessions.streaming().reset().cancel().called(1).failed("cancelled");
  }

  @Test
  void cancel_betweenAttemptsWhileTheStoreOwes_asksForNoMore() {
    var session = slow().send(Chat.ROLE).afterSeconds(10);
    assertThat(session.events()).hasSize(1);

    session.reset().cancel().afterSeconds(10);
    assertThat(session.running()).isTrue();
    session.acknowledge(1);

    session.called(1).failed("cancelled");
    assertThat(session.leases).hasSize(1);
  }

  @Test
  void cancel_withAPreambleHeld_showsNothing() {
    var session = sessions.streaming().answer(Chat.ROLE).cancel();

    assertThat(session.events()).isEmpty();
  }

  @Test
  void facts_ofClosedAttempts_areDroppedAndCounted() {
    var session = sessions.streaming().answer(Chat.text("Hi")).end().called(2);
    long before = session.machine.droppedFacts();

    session.sendTo(1, Chat.text("late").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    session.tell(new SessionFact.UpstreamEnded(session.nowNanos(), 1));
    session.tell(
        new SessionFact.UpstreamFailed(
            session.nowNanos(), 1, new Failure.Broken(Failure.Broken.Kind.RESET, "late")));

    assertThat(session.machine.droppedFacts()).isEqualTo(before + 3);
    assertThat(session.text()).isEqualTo("Hi");
  }

  @Test
  void release_ofAWholeAnswer_leavesTheConnectionToTheDriver() {
    var session = sessions.streaming().answer(Chat.text("Hi") + Chat.stop());

    assertThat(session.commands)
        .contains(new SessionCommand.ReleaseUpstream(1))
        .doesNotContain(new SessionCommand.CloseUpstream(1));
  }

  @Test
  void records_ofAttempts_tellWhatBecameOfThem() {
    var session = sessions.streaming().afterSeconds(1).answer(Chat.text("Hi")).end();
    session.answer(Chat.stop()).complete();

    assertThat(session.machine.attempts())
        .extracting(
            AttemptRecord::number,
            AttemptRecord::target,
            AttemptRecord::purpose,
            AttemptRecord::progressed,
            AttemptRecord::why)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, "a/m", "begin", true, "truncation"),
            org.assertj.core.groups.Tuple.tuple(2, "a/m", "prefill", false, ""));
    assertThat(session.machine.toString()).contains("DONE", "events 3");
  }
}

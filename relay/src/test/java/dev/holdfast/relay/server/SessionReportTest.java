package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.session.AttemptRecord;
import dev.holdfast.engine.session.Outcome;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.relay.config.RelayConfig;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the log and a listener hear of a session is what its readers got and its record says. */
class SessionReportTest {
  private static final int WORDS = 3;
  private static final byte[] STREAMED = ComingBackTest.body("x");
  private static final byte[] WHOLE =
      new String(STREAMED, StandardCharsets.UTF_8)
          .replace("\"stream\":true", "\"stream\":false")
          .getBytes(StandardCharsets.UTF_8);

  private static RelayRig rig(SteppedUpstream upstream, HeldCalls store) throws Exception {
    var yaml = RelayRig.oneUpstream(upstream.url());
    return RelayRig.start(RelayConfig.parse(yaml, Map.of()), store.store());
  }

  private static String why(Collection<SessionReport> reports) {
    assertThat(reports).hasSize(1);
    return reports.iterator().next().outcome() instanceof Outcome.Failed failed
        ? failed.failure().why()
        : "complete";
  }

  @Test
  void answer_whoseLastRecordIsWritten_isReportedOnlyThen() throws Exception {
    var store = new HeldCalls("finish");
    try (var logged = new LogCapture();
        var upstream = new SteppedUpstream(WORDS);
        var rig = rig(upstream, store);
        var reader = EventClient.post(rig.port(), STREAMED)) {
      upstream.allowAll();
      RelayRig.until("its last record is due", () -> store.held() == 1);
      assertThat(rig.ended()).isZero();
      assertThat(logged.text()).doesNotContain("holdfast complete");

      store.release();

      assertThat(reader.rest()).hasSize(upstream.events());
      assertThat(reader.ending()).isEqualTo(Heard.Ending.WHOLE);
      assertThat(why(rig.reports())).isEqualTo("complete");
      assertThat(logged.text()).containsOnlyOnce("holdfast complete");
    }
  }

  @Test
  void answer_whoseLastRecordIsLost_isReportedAsFailed() throws Exception {
    var store = new HeldCalls("finish");
    try (var logged = new LogCapture();
        var upstream = new SteppedUpstream(WORDS);
        var rig = rig(upstream, store);
        var reader = EventClient.post(rig.port(), STREAMED)) {
      upstream.allowAll();
      RelayRig.until("its last record is due", () -> store.held() == 1);

      store.fail();

      assertThat(reader.rest().getLast().data()).contains("journal_failed");
      assertThat(reader.ending()).isEqualTo(Heard.Ending.FIN);
      assertThat(why(rig.reports())).isEqualTo("journal_failed");
      assertThat(logged.text())
          .contains("why=\"journal_failed\"")
          .doesNotContain("holdfast complete");
    }
  }

  @Test
  void body_thatIsLost_isReportedAsFailed() throws Exception {
    var store = new HeldCalls("append");
    try (var logged = new LogCapture();
        var upstream = new SteppedUpstream(WORDS);
        var rig = rig(upstream, store);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      upstream.allowAll();
      var call = threads.submit(() -> RawClient.post(rig.port(), RawClient.COMPLETIONS, WHOLE));
      RelayRig.until("it is to be kept", () -> store.held() == 1);
      assertThat(rig.ended()).isZero();

      store.fail();

      var heard = call.get();
      assertThat(heard.status()).isEqualTo(503);
      assertThat(heard.header("x-holdfast-why")).isEqualTo("journal_failed");
      assertThat(why(rig.reports())).isEqualTo("journal_failed");
      assertThat(store.finish(heard.header("x-holdfast-session")))
          .isInstanceOfSatisfying(
              FinishRecord.Failed.class, f -> assertThat(f.why()).isEqualTo("journal_failed"));
      assertThat(logged.text()).doesNotContain("holdfast complete");
    }
  }

  @Test
  void session_thatAFaultOfOursBreaksOff_isReportedOnce() throws Exception {
    var reports = new CopyOnWriteArrayList<SessionReport>();
    var faulty =
        new RelayListener() {
          @Override
          public void attemptEnded(String session, AttemptRecord attempt) {
            throw new IllegalStateException("a fault of ours, made by a test");
          }

          @Override
          public void finished(SessionReport report) {
            reports.add(report);
          }
        };
    var store = new HeldCalls("none");
    try (var upstream = new SteppedUpstream(WORDS)) {
      var config = RelayConfig.parse(RelayRig.oneUpstream(upstream.url()), Map.of());
      var relay =
          Relay.start(config, faulty, store.store())
              .toCompletionStage()
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS);
      try (var reader = EventClient.post(relay.port(), STREAMED)) {
        upstream.allow(1);
        assertThat(reader.take(1)).hasSize(1);

        upstream.allowAll();

        reader.rest();
        assertThat(reader.ending()).isEqualTo(Heard.Ending.FIN);
        RelayRig.until("nothing is left", () -> relay.liveSessions() == 0);
        assertThat(why(List.copyOf(reports))).isEqualTo("internal_error");
        assertThat(store.finish(reader.header("x-holdfast-session")))
            .isInstanceOfSatisfying(
                FinishRecord.Failed.class, f -> assertThat(f.why()).isEqualTo("internal_error"));
      } finally {
        relay.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
      }
    }
  }
}

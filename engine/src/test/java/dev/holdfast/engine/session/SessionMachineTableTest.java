package dev.holdfast.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.engine.dialect.Transcript;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.HeaderLookup;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * State by fact: each pair has a next state, or is dropped, or is a stated refusal that leaves the
 * state alone.
 */
class SessionMachineTableTest {
  @RegisterExtension final Sessions sessions = new Sessions();

  private final Map<String, Supplier<SessionHarness>> states =
      Map.of(
          "new", () -> sessions.plan().build(),
          "leasing", () -> sessions.plan().build().grantsByHand().begin(),
          "loading",
              () -> {
                var setup = sessions.plan().build().loadsByHand().begin();
                return setup.answer(Chat.text("Hi")).end();
              },
          "opening", () -> sessions.streaming(),
          "open", () -> sessions.streaming().answer(Chat.text("Hi")),
          "waiting", () -> sessions.streaming().reset(),
          "ending",
              () -> {
                var session = sessions.plan().build().appendsByHand().begin();
                return session.answer(Chat.text("Hi") + Chat.stop());
              },
          "done", () -> sessions.streaming().cancel());

  private static SessionFact fact(String name, SessionHarness session) {
    long now = session.nowNanos();
    int attempt = session.leases.isEmpty() ? 1 : session.leases.getLast().attempt();
    byte[] wire = Chat.text("x").getBytes(StandardCharsets.UTF_8);
    return switch (name) {
      case "accepted" -> new SessionFact.Accepted(now);
      case "granted" -> new SessionFact.LeaseGranted(now, attempt);
      case "waits" -> new SessionFact.LeaseWaiting(now, attempt, 3);
      case "refused" -> new SessionFact.LeaseRefused(now, attempt, new Failure.Cancelled("no"));
      case "head" -> new SessionFact.HeadArrived(now, attempt, 200, HeaderLookup.NONE, 0);
      case "bytes" -> new SessionFact.BytesArrived(now, attempt, wire, 0, wire.length);
      case "ended" -> new SessionFact.UpstreamEnded(now, attempt);
      case "failed" ->
          new SessionFact.UpstreamFailed(
              now, attempt, new Failure.Broken(Failure.Broken.Kind.RESET, "x"));
      case "loaded" -> {
        Function<SessionHarness, Transcript> read =
            s -> {
              var builder = Sessions.read(Sessions.STREAM).transcript();
              s.log.forEach(e -> builder.add(e, 0, e.length));
              return builder.build();
            };
        yield new SessionFact.TranscriptLoaded(now, attempt, read.apply(session));
      }
      case "deadline" -> new SessionFact.DeadlinePassed(now, 77);
      case "appended" -> new SessionFact.Appended(now, session.log.size());
      default -> throw new AssertionError(name);
    };
  }

  /** {@code !} is refused, {@code -} dropped and counted, a word the phase that follows. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # state|accepted|granted|waits|refused|head|bytes|ended|failed|loaded|deadline|appended
          new|OPEN|-|-|-|-|-|-|-|-|-|NEW
          leasing|!|OPEN|LEASING|DONE|!|!|!|!|!|-|LEASING
          loading|!|!|!|!|!|!|!|!|OPEN|-|LOADING
          opening|!|!|!|!|OPEN|!|WAITING|WAITING|!|-|OPEN
          open|!|!|!|!|!|OPEN|OPEN|OPEN|!|-|OPEN
          waiting|!|-|-|-|-|-|-|-|-|-|WAITING
          ending|!|-|-|-|-|-|-|-|-|-|DONE
          done|-|-|-|-|-|-|-|-|-|-|-
          """)
  void fact_inEachPhase_hasItsAnswer(
      String state,
      String accepted,
      String granted,
      String waits,
      String refused,
      String head,
      String bytes,
      String ended,
      String failed,
      String loaded,
      String deadline,
      String appended) {
    check(state, "accepted", accepted);
    check(state, "granted", granted);
    check(state, "waits", waits);
    check(state, "refused", refused);
    check(state, "head", head);
    check(state, "bytes", bytes);
    check(state, "ended", ended);
    check(state, "failed", failed);
    check(state, "loaded", loaded);
    check(state, "deadline", deadline);
    check(state, "appended", appended);
  }

  private void check(String state, String name, String expected) {
    var session = Objects.requireNonNull(states.get(state)).get();
    var fact = fact(name, session);
    var before = session.machine.toString();
    long dropped = session.machine.droppedFacts();
    int commands = session.commands.size();

    switch (expected) {
      case "!" -> {
        assertThatThrownBy(() -> session.machine.accept(fact))
            .as("%s in %s", name, state)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("knows no");
        assertThat(session.machine.poll()).isNull();
        assertThat(session.machine.toString()).isEqualTo(before);
        assertThat(session.machine.droppedFacts()).isEqualTo(dropped);
      }
      case "-" -> {
        session.tell(fact);
        assertThat(session.machine.droppedFacts())
            .as("%s in %s", name, state)
            .isEqualTo(dropped + 1);
        assertThat(session.machine.toString()).isEqualTo(before);
        assertThat(session.commands).hasSize(commands);
      }
      default -> {
        session.allow(fact).tell(fact);
        assertThat(session.machine.toString())
            .as("%s in %s", name, state)
            .startsWith("session " + expected);
      }
    }
  }

  @Test
  void time_goingBack_isRefused() {
    var session = sessions.streaming();
    var fact = new SessionFact.CancelRequested(session.nowNanos() - 1, "x");

    assertThatThrownBy(() -> session.machine.accept(fact))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(session.machine.done()).isFalse();
  }

  @Test
  void appended_beyondWhatWasGiven_isRefused() {
    var session = sessions.streaming().answer(Chat.text("Hi"));

    assertThatThrownBy(
            () -> session.machine.accept(new SessionFact.Appended(session.nowNanos(), 2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> session.machine.accept(new SessionFact.Appended(session.nowNanos(), 0)))
        .isInstanceOf(IllegalArgumentException.class);
    session.send(Chat.stop()).complete();
  }

  @Test
  void plan_withoutTargets_isRefused() {
    assertThatThrownBy(() -> sessions.plan().targets().build())
        .isInstanceOf(IllegalArgumentException.class);
  }
}

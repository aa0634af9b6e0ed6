package dev.holdfast.engine.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Drives a {@link Delivery} in virtual time. Connections take all they are sent unless told not to;
 * what every reader may be told, and in which order, is checked with each command.
 */
final class Readers implements AfterEachCallback {
  private static final class Connection {
    long cursor;
    ReaderKind kind = ReaderKind.ANSWER;
    boolean head;
    boolean over;
    boolean takes = true;
    boolean sending;
  }

  private final Map<Integer, Connection> connections = new HashMap<>();
  private final List<DeliveryFact> facts = new ArrayList<>();
  final List<DeliveryCommand> commands = new ArrayList<>();
  private Delivery delivery = new Delivery(DeliverySettings.DEFAULTS);
  private boolean finished;
  private boolean complete;
  private boolean leaving;
  private boolean orphan;
  private long now = 1_000_000_000L;
  private long last;
  private long deadline;
  private long deadlineNanos = Long.MAX_VALUE;

  Readers with(DeliverySettings settings) {
    delivery = new Delivery(settings);
    return this;
  }

  Readers attach(int reader, long after) {
    return attach(reader, after, true, false);
  }

  Readers attach(int reader, long after, boolean streaming, boolean canComeBack) {
    var connection = new Connection();
    connection.cursor = after;
    connection.kind = streaming ? ReaderKind.ANSWER : ReaderKind.BODY;
    connections.put(reader, connection);
    return tell(new DeliveryFact.ReaderAttached(now, reader, after, connection.kind, canComeBack));
  }

  /** A reader that comes back for the rest. */
  Readers comeBack(int reader, long after) {
    var connection = new Connection();
    connection.cursor = after;
    connection.kind = ReaderKind.REST;
    connections.put(reader, connection);
    return tell(new DeliveryFact.ReaderAttached(now, reader, after, ReaderKind.REST, true));
  }

  Readers leaving() {
    leaving = true;
    return tell(
        new DeliveryFact.Leaving(
            now, new Failure.Stopped(Failure.Stopped.Kind.DRAINING, "the relay is stopping")));
  }

  Readers emit(long upTo) {
    last = upTo;
    return tell(new DeliveryFact.Emitted(now, upTo));
  }

  Readers body(String body) {
    return tell(new DeliveryFact.BodyReady(now, body.getBytes(UTF_8)));
  }

  Readers complete() {
    finished = true;
    complete = true;
    return tell(new DeliveryFact.SessionFinished(now, new Outcome.Complete()));
  }

  Readers fail() {
    finished = true;
    return tell(
        new DeliveryFact.SessionFinished(
            now, new Outcome.Failed(new Failure.Cancelled("x"), false)));
  }

  /** The connection takes one more piece and then nothing. */
  Readers block(int reader) {
    connection(reader).takes = false;
    return this;
  }

  Readers drain(int reader) {
    connection(reader).takes = true;
    return tell(new DeliveryFact.Drained(now, reader));
  }

  Readers leave(int reader) {
    connection(reader).over = true;
    return tell(new DeliveryFact.ReaderLeft(now, reader));
  }

  Readers afterSeconds(long seconds) {
    long until = now + Duration.ofSeconds(seconds).toNanos();
    while (deadlineNanos <= until) {
      now = Math.max(now, deadlineNanos);
      deadlineNanos = Long.MAX_VALUE;
      tell(new DeliveryFact.DeadlinePassed(now, deadline));
    }
    now = until;
    return this;
  }

  /** Nothing of ours runs for so long; then the deadline comes before what else is readable. */
  Readers stoppedForSeconds(long seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
    deadlineNanos = Long.MAX_VALUE;
    return tell(new DeliveryFact.DeadlinePassed(now, deadline));
  }

  Readers tell(DeliveryFact fact) {
    facts.add(fact);
    if (facts.size() > 1) {
      return this;
    }
    while (!facts.isEmpty()) {
      delivery.accept(facts.getFirst());
      for (var command = delivery.poll(); command != null; command = delivery.poll()) {
        commands.add(command);
        obey(command);
      }
      facts.removeFirst();
    }
    return this;
  }

  private void obey(DeliveryCommand command) {
    switch (command) {
      case DeliveryCommand.CommitHead c -> {
        assertThat(live(c.reader()).head).as("one head").isFalse();
        live(c.reader()).head = true;
      }
      case DeliveryCommand.Send c -> {
        var connection = live(c.reader());
        assertThat(connection.head && !connection.sending).as("%s", c).isTrue();
        assertThat(c.after()).as("in order").isEqualTo(connection.cursor);
        assertThat(c.upTo()).as("only what may be seen").isBetween(c.after() + 1, last);
        connection.cursor = c.upTo();
        facts.add(new DeliveryFact.Sent(now, c.reader(), c.upTo(), connection.takes));
      }
      case DeliveryCommand.Comment c ->
          assertThat(live(c.reader()).head && live(c.reader()).takes).as("%s", c).isTrue();
      case DeliveryCommand.SendBody c -> {
        assertThat(live(c.reader()).head).isFalse();
        over(c.reader());
      }
      case DeliveryCommand.Refuse c -> {
        assertThat(live(c.reader()).head).as("a status needs an uncommitted head").isFalse();
        over(c.reader());
      }
      case DeliveryCommand.EndCleanly c -> {
        assertThat(complete).as("only a whole answer ends cleanly").isTrue();
        assertThat(live(c.reader()).head && live(c.reader()).cursor >= last).isTrue();
        over(c.reader());
      }
      case DeliveryCommand.EndWithError c -> {
        assertThat(live(c.reader()).head).isTrue();
        assertThat((finished && !complete && live(c.reader()).cursor >= last) || leaving).isTrue();
        over(c.reader());
      }
      case DeliveryCommand.EndEmpty c -> {
        assertThat(complete && !live(c.reader()).head && live(c.reader()).cursor >= last).isTrue();
        over(c.reader());
      }
      case DeliveryCommand.RefuseCursor c -> {
        assertThat(live(c.reader()).cursor).isGreaterThan(c.restartFrom());
        assertThat(live(c.reader()).head).isFalse();
        over(c.reader());
      }
      case DeliveryCommand.TurnAway c -> {
        assertThat(live(c.reader()).head).isFalse();
        over(c.reader());
      }
      case DeliveryCommand.NoteOrphan c -> {
        assertThat(orphan || finished).isFalse();
        orphan = true;
      }
      case DeliveryCommand.ForgetOrphan c -> {
        assertThat(orphan).isTrue();
        orphan = false;
      }
      case DeliveryCommand.Cut c -> over(c.reader());
      case DeliveryCommand.CancelSession c -> assertThat(finished).isFalse();
      case DeliveryCommand.ArmDeadline c -> {
        assertThat(c.deadline()).isGreaterThan(deadline);
        deadline = c.deadline();
        deadlineNanos = c.atNanos();
      }
    }
  }

  private Connection connection(int reader) {
    return Objects.requireNonNull(connections.get(reader));
  }

  private Connection live(int reader) {
    assertThat(connection(reader).over).as("reader %s is not over", reader).isFalse();
    return connection(reader);
  }

  private void over(int reader) {
    live(reader).over = true;
  }

  /** Commands but for timers. */
  List<DeliveryCommand> told() {
    return commands.stream().filter(c -> !(c instanceof DeliveryCommand.ArmDeadline)).toList();
  }

  /** What was told since the last time this was asked. */
  List<DeliveryCommand> news() {
    var news = told();
    commands.clear();
    return news;
  }

  int reading() {
    return delivery.readers();
  }

  /** A session that is over ends every reader that takes what it is sent. */
  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      return;
    }
    if (!finished) {
      fail();
    }
    connections.forEach((number, connection) -> {
      if (!connection.over && !connection.takes) {
        drain(number);
      }
      assertThat(connection.over).as("reader %s came to its end", number).isTrue();
    });
    assertThat(delivery.readers()).isZero();
    assertThat(orphan).as("still noted as an orphan").isFalse();
  }
}

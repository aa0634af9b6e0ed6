package dev.holdfast.client;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The blocking form: takes the events of one session on the thread that called, and gives their
 * text to a callback there. Between the two lie never more events than were asked for.
 */
final class TextReader implements Flow.Subscriber<AnswerEvent> {
  private static final int ASKED_AT_ONCE = 64;

  private sealed interface Item {
    record Event(AnswerEvent event) implements Item {}

    record End(StreamOutcome outcome) implements Item {}
  }

  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
  private final WholeCharacters characters;
  private volatile Flow.@Nullable Subscription subscription;

  TextReader(Consumer<String> onText) {
    this.characters = new WholeCharacters(onText);
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    newSubscription.request(ASKED_AT_ONCE);
  }

  @Override
  public void onNext(AnswerEvent event) {
    items.add(new Item.Event(event));
  }

  /** The outcome says more. */
  @Override
  public void onError(Throwable thrown) {}

  @Override
  public void onComplete() {}

  /** The last thing of a session. */
  void ended(StreamOutcome outcome) {
    items.add(new Item.End(outcome));
  }

  /** Reads to the end. A callback that throws, or an interrupt, cancels the session. */
  StreamOutcome read(SessionRun run) {
    int taken = 0;
    try {
      while (true) {
        switch (items.take()) {
          case Item.End end -> {
            return finished(end.outcome());
          }
          case Item.Event event -> {
            characters.add(event.event().text());
            if (++taken == ASKED_AT_ONCE / 2) {
              var asked = subscription;
              if (asked != null) {
                asked.request(taken);
              }
              taken = 0;
            }
          }
        }
      }
    } catch (InterruptedException e) {
      run.cancel("the calling thread was interrupted", e);
      var outcome = withCause(lastOutcome(), e);
      Thread.currentThread().interrupt();
      return outcome;
    } catch (Throwable thrown) {
      run.cancel("the callback threw " + thrown, thrown);
      return withCause(lastOutcome(), thrown);
    }
  }

  private StreamOutcome finished(StreamOutcome outcome) {
    try {
      characters.end();
      return outcome;
    } catch (Throwable thrown) {
      return withCause(outcome, thrown);
    }
  }

  /** A session that was cancelled ends by itself at once; an interrupt does not shorten that. */
  private StreamOutcome lastOutcome() {
    boolean interrupted = false;
    while (true) {
      try {
        if (items.take() instanceof Item.End end) {
          if (interrupted) {
            Thread.currentThread().interrupt();
          }
          return end.outcome();
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  /** The session may have ended before the callback had read it all. */
  private static StreamOutcome withCause(StreamOutcome outcome, Throwable thrown) {
    return switch (outcome) {
      case StreamOutcome.Complete c -> SessionRun.threw(c, thrown);
      case StreamOutcome.Incomplete i -> i.cause() == null ? SessionRun.threw(i, thrown) : i;
    };
  }
}

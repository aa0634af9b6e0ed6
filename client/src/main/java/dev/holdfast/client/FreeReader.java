package dev.holdfast.client;

import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** Takes all events as they come, on the session's thread, and gives their text to a callback. */
final class FreeReader implements Flow.Subscriber<AnswerEvent> {
  private final WholeCharacters characters;

  FreeReader(Consumer<String> onText) {
    this.characters = new WholeCharacters(onText);
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(AnswerEvent event) {
    characters.add(event.text());
  }

  /** The session's outcome says more. */
  @Override
  public void onError(Throwable thrown) {
    characters.end();
  }

  @Override
  public void onComplete() {
    characters.end();
  }
}

package dev.holdfast.client;

import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A client that streams answers and keeps them whole: what breaks before content is tried again,
 * what breaks after it is gone on with where the join can be proven, and what can't be saved is an
 * explicit failure. Half an answer never looks whole.
 *
 * {@snippet :
 * try (var holdfast =
 *     Holdfast.builder()
 *         .baseUrl(url) // such as https://api.holysheep.ai/v1
 *         .apiKey(key)
 *         .onRetry(System.err::println)
 *         .build()) {
 *   return holdfast.stream(
 *       ChatRequest.of("gpt-4.1", user("Explain retry logic")), System.out::print);
 * }
 * }
 *
 * <p>One instance serves a whole program: breakers, budgets and recovery slots are shared by its
 * calls, and so are connections. Safe for many threads, platform or virtual. Close it when the
 * program is done; that cancels what still runs. Its threads do not keep a JVM alive.
 *
 * <p>Each form below is a thin one of {@link #publisher}. Wrong use is an {@link
 * IllegalArgumentException} or {@link IllegalStateException}; what the world does is a {@link
 * StreamOutcome}, or a {@link StreamException} that carries one.
 */
public final class Holdfast implements AutoCloseable {
  /** As this library names itself to servers. */
  static final String CLIENT =
      "holdfast-java/"
          + Objects.requireNonNullElse(
              Holdfast.class.getPackage().getImplementationVersion(), "unpackaged");

  private final Settings settings;
  private final Timing timing;
  private final HttpClient http;
  private final SharedGuards guards;
  private final SecureRandom random = new SecureRandom();
  private final AtomicLong tickets = new AtomicLong();
  private final Set<SessionRun> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Holdfast(Settings settings, Timing timing, HttpClient http) {
    this.settings = settings;
    this.timing = timing;
    this.http = http;
    this.guards =
        new SharedGuards(
            settings.upstreams().stream().map(Settings.Place::upstream).distinct().toList(),
            settings.guards(),
            timing);
  }

  /** Settings to begin with; a base URL is all that is needed. */
  public static HoldfastBuilder builder() {
    return new HoldfastBuilder();
  }

  /**
   * Streams an answer on the calling thread and returns it whole.
   *
   * <p>A slow callback stops the reading, and the clocks with it. One that throws cancels the call
   * and is the cause of the exception. So is an interrupt, whose flag is kept.
   *
   * @param onText gets the text of the first choice piece by piece, on the calling thread
   * @throws StreamException if the answer did not become whole
   * @throws IllegalStateException if this client is closed
   */
  public Answer stream(ChatRequest request, Consumer<String> onText) {
    return switch (tryStream(request, onText)) {
      case StreamOutcome.Complete complete -> complete.answer();
      case StreamOutcome.Incomplete incomplete -> throw new StreamException(incomplete);
    };
  }

  /**
   * Streams an answer as {@link #stream} does, but returns a failure as a value. Whoever takes the
   * partial text from it decides so.
   *
   * @param onText gets the text of the first choice piece by piece, on the calling thread
   * @throws IllegalStateException if this client is closed
   */
  public StreamOutcome tryStream(ChatRequest request, Consumer<String> onText) {
    var reader = new TextReader(Objects.requireNonNull(onText, "onText"));
    return reader.read(begin(request, reader, reader::ended));
  }

  /**
   * Streams an answer without a thread of the caller's.
   *
   * @param onText gets the text of the first choice piece by piece, on the session's thread
   * @return completes with the answer, or with a {@link StreamException}; cancelling it cancels the
   *     call
   * @throws IllegalStateException if this client is closed
   */
  public CompletableFuture<Answer> streamAsync(ChatRequest request, Consumer<String> onText) {
    var future = new CompletableFuture<Answer>();
    var reader = new FreeReader(Objects.requireNonNull(onText, "onText"));
    var run =
        begin(
            request,
            reader,
            outcome -> {
              switch (outcome) {
                case StreamOutcome.Complete complete -> future.complete(complete.answer());
                case StreamOutcome.Incomplete incomplete ->
                    future.completeExceptionally(new StreamException(incomplete));
              }
            });
    var unused =
        future.whenComplete((answer, thrown) -> {
          if (future.isCancelled()) {
            run.cancel("the future was cancelled", null);
          }
        });
    return future;
  }

  /**
   * The events of an answer, as many as are asked for: the primitive under all other forms.
   *
   * <p>Nothing is called before somebody subscribes, and each subscription is a call of its own.
   * Signals come on the session's thread, one at a time. A subscriber that asks for nothing stops
   * the reading, and the clocks with it. {@code onComplete} means that the answer is whole; all
   * else is {@code onError} with a {@link StreamException}, after the events that came.
   *
   * @throws IllegalArgumentException if the request is none of this wire
   */
  public Flow.Publisher<AnswerEvent> publisher(ChatRequest request) {
    var plan = settings.plan(request);
    return subscriber -> {
      Objects.requireNonNull(subscriber, "subscriber");
      if (!began(new SessionRun(this, request, plan, subscriber, outcome -> {}))) {
        subscriber.onSubscribe(NOTHING_TO_ASK_FOR);
        subscriber.onError(wasClosed());
      }
    };
  }

  private static final Flow.Subscription NOTHING_TO_ASK_FOR =
      new Flow.Subscription() {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}
      };

  private SessionRun begin(
      ChatRequest request, Flow.Subscriber<AnswerEvent> subscriber, Consumer<StreamOutcome> ended) {
    var run = new SessionRun(this, request, settings.plan(request), subscriber, ended);
    if (!began(run)) {
      throw wasClosed();
    }
    return run;
  }

  /** False if this client is closed: that stops all that began before, and nothing begins after. */
  private boolean began(SessionRun run) {
    synchronized (running) {
      if (closed) {
        return false;
      }
      running.add(run);
      run.start();
      return true;
    }
  }

  private static IllegalStateException wasClosed() {
    return new IllegalStateException("expected an open client, it was closed");
  }

  /** Cancels what still runs, and frees the connections. Does nothing the second time. */
  @Override
  public void close() {
    synchronized (running) {
      closed = true;
      running.forEach(SessionRun::stop);
    }
    http.shutdownNow();
    freeTimersIfIdle();
  }

  private void freeTimersIfIdle() {
    if (closed && running.isEmpty()) {
      timing.close();
    }
  }

  // ---- for the sessions, and for tests

  /** The calls under way. */
  List<SessionRun> running() {
    return List.copyOf(running);
  }

  Settings settings() {
    return settings;
  }

  Timing timing() {
    return timing;
  }

  HttpClient http() {
    return http;
  }

  SharedGuards guards() {
    return guards;
  }

  long nextTicket() {
    return tickets.incrementAndGet();
  }

  String randomId() {
    return Texts.hex(random.nextLong(), random.nextLong());
  }

  /** Of a session's waits; they need not be secret, only different. */
  long seed() {
    return random.nextLong();
  }

  void forget(SessionRun run) {
    running.remove(run);
    freeTimersIfIdle();
  }
}

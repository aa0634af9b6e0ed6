package dev.holdfast.client;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.session.SessionFact;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One upstream call on the wire: turns what happens to it into facts of its attempt, told in the
 * session's mailbox. All methods but {@link #close} belong to that mailbox.
 *
 * <p>{@code java.net.http} does not notice a body that stands still, and its errors are words; what
 * a silence means is left to the machine's clocks, what an error means to {@link WireFailure}.
 */
final class UpstreamExchange {
  /**
   * A body that is over but for its last chunk ends within a moment, and the connection serves on.
   */
  private static final long RELEASE_NANOS = 1_000_000_000;

  private static final byte[] NOTHING = {};

  private final int attempt;
  private final Consumer<SessionFact> facts;
  private final Mailbox mailbox;
  private final Timing timing;
  private volatile @Nullable CompletableFuture<?> sent;
  private volatile Flow.@Nullable Subscription body;
  private volatile boolean closed;
  private volatile boolean released;
  private volatile boolean over;
  private volatile boolean paused;
  private boolean owesRequest;
  private boolean headCame;
  private byte[] read = NOTHING;

  UpstreamExchange(int attempt, Consumer<SessionFact> facts, Mailbox mailbox, Timing timing) {
    this.attempt = attempt;
    this.facts = facts;
    this.mailbox = mailbox;
    this.timing = timing;
  }

  void open(HttpClient client, HttpRequest request) {
    var future = client.sendAsync(request, this::head);
    sent = future;
    if (closed) {
      future.cancel(true);
    }
    var unused =
        future.whenComplete((response, thrown) -> {
          if (thrown != null) {
            mailbox.put(() -> failed(thrown));
          }
        });
  }

  private BodySubscriber<Boolean> head(HttpResponse.ResponseInfo info) {
    mailbox.put(() -> {
      headCame = true;
      if (!silent()) {
        var headers = info.headers();
        facts.accept(
            new SessionFact.HeadArrived(
                timing.nanoTime(),
                attempt,
                info.statusCode(),
                name -> headers.firstValue(name).orElse(""),
                timing.wallMillis()));
      }
    });
    return new Body();
  }

  /** Hears the body, on threads of the HTTP client. */
  private final class Body implements BodySubscriber<Boolean> {
    @Override
    public CompletionStage<Boolean> getBody() {
      return CompletableFuture.completedFuture(true);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      body = subscription;
      if (closed) {
        subscription.cancel();
      } else {
        subscription.request(1);
      }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      mailbox.put(() -> bytes(buffers));
    }

    @Override
    public void onError(Throwable thrown) {
      mailbox.put(() -> failed(thrown));
    }

    @Override
    public void onComplete() {
      mailbox.put(() -> {
        over = true;
        if (!silent()) {
          facts.accept(new SessionFact.UpstreamEnded(timing.nanoTime(), attempt));
        }
      });
    }
  }

  private boolean silent() {
    return closed || released;
  }

  /** What one read of the socket brought is one fact. */
  private void bytes(List<ByteBuffer> buffers) {
    if (!silent()) {
      int length = 0;
      for (var buffer : buffers) {
        length += buffer.remaining();
      }
      if (read.length < length) {
        read = new byte[length];
      }
      int at = 0;
      for (var buffer : buffers) {
        int size = buffer.remaining();
        buffer.get(read, at, size);
        at += size;
      }
      if (length > 0) {
        facts.accept(new SessionFact.BytesArrived(timing.nanoTime(), attempt, read, 0, length));
      }
    }
    owesRequest = true;
    askForMore();
  }

  private void askForMore() {
    var subscription = body;
    if (owesRequest && !paused && !closed && subscription != null) {
      owesRequest = false;
      subscription.request(1);
    }
  }

  private void failed(Throwable thrown) {
    over = true;
    if (silent()) {
      return;
    }
    closed = true;
    Failure failure = WireFailure.of(thrown, headCame);
    facts.accept(new SessionFact.UpstreamFailed(timing.nanoTime(), attempt, failure));
  }

  /** Closes the connection; nothing more is told. From any thread. */
  void close() {
    closed = true;
    var subscription = body;
    if (subscription != null) {
      if (!over) {
        subscription.cancel();
      }
      return;
    }
    var future = sent;
    if (future != null) {
      future.cancel(true);
    }
  }

  /** Nothing more is wanted, but the connection may be of use if the body ends by itself. */
  void release() {
    released = true;
    resume();
    if (!over) {
      timing.schedule(
          timing.nanoTime() + RELEASE_NANOS,
          () -> {
            if (!over) {
              close();
            }
          });
    }
  }

  /** Whether the upstream is read no further for now. */
  boolean isPaused() {
    return paused;
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    askForMore();
  }
}

package dev.holdfast.relay.server;

import dev.holdfast.engine.dialect.UpstreamCall;
import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.Failure.Broken;
import dev.holdfast.engine.failure.Failure.Unreachable;
import dev.holdfast.engine.session.SessionFact;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.buffer.BufferInternal;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One upstream call on the wire: turns what happens to it into facts of its attempt. */
final class UpstreamExchange {
  /**
   * A body that is over but for its last chunk ends within a moment, and the connection serves on.
   */
  private static final long RELEASE_MILLIS = 1_000;

  private final int attempt;
  private final Consumer<SessionFact> facts;
  private final Vertx vertx;
  private final TurnEnd turnEnd;
  private final Runnable atTurnEnd = this::tellArrived;
  private @Nullable HttpClientRequest request;
  private @Nullable HttpClientResponse response;
  private boolean closed;
  private boolean paused;
  private boolean over;

  /** What has come in this turn of the loop; null for nothing. */
  private @Nullable Buffer arrived;

  /** Whether {@link #arrived} holds more than one chunk, in a buffer of ours. */
  private boolean gathered;

  UpstreamExchange(int attempt, Consumer<SessionFact> facts, Vertx vertx, TurnEnd turnEnd) {
    this.attempt = attempt;
    this.facts = facts;
    this.vertx = vertx;
    this.turnEnd = turnEnd;
  }

  void open(
      HttpClient client,
      UpstreamAddress to,
      UpstreamCall call,
      Map<String, String> headers,
      Duration connectTimeout) {
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(call.method().name()))
            .setHost(to.host())
            .setPort(to.port())
            .setSsl(to.tls())
            .setURI(to.basePath() + call.path())
            .setConnectTimeout(connectTimeout.toMillis());
    client
        .request(options)
        .onComplete(connected -> {
          if (connected.failed()) {
            failed(connected.cause(), false);
            return;
          }
          // Failures are told by the sending or by the response; unheard, this would be logged.
          connected.result().exceptionHandler(cause -> {});
          if (closed) {
            connected.result().reset();
          } else {
            send(connected.result(), to, call, headers);
          }
        });
  }

  private void send(
      HttpClientRequest connected,
      UpstreamAddress to,
      UpstreamCall call,
      Map<String, String> headers) {
    request = connected;
    var out = connected.headers();
    headers.forEach(out::set);
    out.set("content-type", "application/json");
    out.set("accept", call.streamed() ? "text/event-stream" : "application/json");
    out.set("accept-encoding", "identity");
    out.set("user-agent", "holdfast");
    if (to.key() != null) {
      out.set("authorization", "Bearer " + to.key().reveal());
    }
    connected
        .send(Buffer.buffer(call.body()))
        .onComplete(answered -> {
          if (answered.succeeded()) {
            read(answered.result());
          } else {
            failed(answered.cause(), true);
          }
        });
  }

  private void read(HttpClientResponse answer) {
    if (closed) {
      return;
    }
    response = answer;
    answer.handler(this::bytes);
    answer.exceptionHandler(cause -> failed(cause, true));
    answer.endHandler(nothing -> {
      over = true;
      tellArrived();
      if (!closed) {
        facts.accept(new SessionFact.UpstreamEnded(System.nanoTime(), attempt));
      }
    });
    var headers = answer.headers();
    facts.accept(
        new SessionFact.HeadArrived(
            System.nanoTime(),
            attempt,
            answer.statusCode(),
            name -> first(headers, name),
            System.currentTimeMillis()));
  }

  private static String first(MultiMap headers, String name) {
    var value = headers.get(name);
    return value == null ? "" : value;
  }

  /**
   * One read of a socket may bring many chunks, and each of them handed on by itself would cost the
   * readers a write of its own.
   */
  private void bytes(Buffer buffer) {
    if (closed) {
      return;
    }
    if (arrived == null) {
      arrived = buffer;
      gathered = false;
      turnEnd.then(atTurnEnd);
    } else if (gathered) {
      arrived.appendBuffer(buffer);
    } else {
      arrived =
          Buffer.buffer(2 * (arrived.length() + buffer.length()))
              .appendBuffer(arrived)
              .appendBuffer(buffer);
      gathered = true;
    }
  }

  private void tellArrived() {
    var buffer = arrived;
    arrived = null;
    if (buffer == null || closed) {
      return;
    }
    var data = ((BufferInternal) buffer).getByteBuf();
    byte[] array;
    int from;
    if (data.hasArray()) {
      array = data.array();
      from = data.arrayOffset() + data.readerIndex();
    } else {
      array = buffer.getBytes();
      from = 0;
    }
    facts.accept(
        new SessionFact.BytesArrived(
            System.nanoTime(), attempt, array, from, from + buffer.length()));
  }

  private void failed(Throwable cause, boolean connected) {
    over = true;
    tellArrived();
    if (closed) {
      return;
    }
    closed = true;
    facts.accept(
        new SessionFact.UpstreamFailed(System.nanoTime(), attempt, failure(cause, connected)));
  }

  /** What the transport said, in our words; its own may name addresses, but never a credential. */
  private static Failure failure(Throwable cause, boolean connected) {
    var root = cause;
    boolean unknownHost = false;
    while (root.getCause() != null && root.getCause() != root) {
      unknownHost |= root instanceof UnknownHostException;
      root = root.getCause();
    }
    var said = Objects.toString(root.getMessage(), root.getClass().getSimpleName());
    if (unknownHost || root instanceof UnknownHostException) {
      return new Unreachable(Unreachable.Kind.DNS, "no such host");
    }
    if (cause instanceof ConnectTimeoutException
        || cause instanceof io.vertx.core.http.ConnectionPoolTooBusyException) {
      return new Unreachable(Unreachable.Kind.CONNECT_TIMEOUT, "no connection in time");
    }
    if (root instanceof SSLException
        || cause instanceof SSLException
        || (!connected && cause instanceof DecoderException)) {
      return new Unreachable(Unreachable.Kind.TLS, "the TLS handshake failed");
    }
    if (root instanceof ConnectException || cause instanceof ConnectException) {
      return new Unreachable(Unreachable.Kind.REFUSED, "the connection was refused");
    }
    if (!connected) {
      return new Unreachable(Unreachable.Kind.REFUSED, said);
    }
    if (root instanceof HttpClosedException) {
      return new Broken(Broken.Kind.TRUNCATION, "the connection ended before the response did");
    }
    if (root instanceof IllegalArgumentException || cause instanceof DecoderException) {
      return new Broken(Broken.Kind.MALFORMED_STREAM, "the response was not HTTP");
    }
    return new Broken(Broken.Kind.RESET, "the connection was reset");
  }

  void close() {
    closed = true;
    if (request != null && !over) {
      request.reset();
    }
  }

  /** Nothing more is wanted, but the connection may be of use if the body ends by itself. */
  void release() {
    closed = true;
    if (!over) {
      vertx.setTimer(
          RELEASE_MILLIS,
          id -> {
            if (!over && request != null) {
              request.reset();
            }
          });
      resume();
    }
  }

  void pause() {
    if (!paused && response != null) {
      paused = true;
      response.pause();
    }
  }

  void resume() {
    if (paused && response != null) {
      paused = false;
      response.resume();
    }
  }

  /** The response's headers; empty before it began. */
  @Nullable MultiMap headers() {
    return response == null ? null : response.headers();
  }
}

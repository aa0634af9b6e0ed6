package dev.holdfast.relay.server;

import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.engine.sse.SseEncoder;
import dev.holdfast.engine.sse.WireBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One reader's HTTP response. It lives on the event loop of its connection; who serves it may live
 * on another one, and then everything hops: what is done arrives in order, and a piece counts as
 * written only when it is, so that a reader far away has one piece under way like any other.
 */
final class ReaderConnection {
  /** What a reader may be behind inside this process. */
  private static final int QUEUE_BYTES_MAX = 64 << 10;

  private static final byte[] COMMENT = comment("still working");

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Shared shared;
  private final String owner;
  private final Context home = Objects.requireNonNull(Vertx.currentContext());
  private final Thread homeThread = Thread.currentThread();
  private final EventBatch batch = new EventBatch();

  /** Of who serves it. */
  private byte[] idPrefix = {};

  private @Nullable Runnable drained;
  private @Nullable Runnable gone;
  private boolean left;
  private boolean seated = true;

  /**
   * On the connection's event loop.
   *
   * @param owner who has taken a seat for it
   */
  ReaderConnection(HttpServerRequest request, Shared shared, String owner) {
    this.request = request;
    this.response = request.response();
    this.shared = shared;
    this.owner = owner;
    response.setWriteQueueMaxSize(QUEUE_BYTES_MAX);
    response.closeHandler(nothing -> leave());
    // A write to a dead connection is told here as well; the close follows.
    response.exceptionHandler(cause -> leave());
  }

  private void leave() {
    left = true;
    release();
    if (gone != null) {
      gone.run();
    }
  }

  private void release() {
    if (seated) {
      seated = false;
      shared.seats().release(owner);
    }
  }

  /**
   * From now on somebody serves it.
   *
   * @param history that names its events
   * @param whenDrained called on the connection's loop when it takes more
   * @param whenGone called there when the connection is gone before the response has ended; before
   *     this returns if it is gone already
   */
  void serve(String history, Runnable whenDrained, Runnable whenGone) {
    idPrefix = ("id: " + history + "-").getBytes(StandardCharsets.US_ASCII);
    act(() -> {
      drained = whenDrained;
      gone = whenGone;
      response.drainHandler(nothing -> Objects.requireNonNull(drained).run());
      if (left) {
        whenGone.run();
      }
    });
  }

  /** Whether the current thread is that of its connection. */
  boolean isHere() {
    return Thread.currentThread() == homeThread;
  }

  /** Does something on the connection's loop, in the order of the calls. */
  void act(Runnable act) {
    if (isHere()) {
      act.run();
    } else {
      home.runOnContext(nothing -> act.run());
    }
  }

  private boolean isOpen() {
    return !left && !response.ended() && !response.closed();
  }

  void head(Map<String, String> headers) {
    act(() -> {
      if (isOpen()) {
        headers.forEach(response::putHeader);
        response.putHeader("Content-Type", "text/event-stream; charset=utf-8");
        response.setChunked(true);
        response.writeHead();
      }
    });
  }

  /** What this reader's reads of the log fill. */
  EventBatch batch() {
    return batch;
  }

  private static byte[] comment(String text) {
    var out = new WireBuffer(64);
    SseEncoder.comment(out, text);
    return out.toByteArray();
  }

  /**
   * The events up to a number, as they go out, in one buffer. What {@link SseEncoder#id} writes,
   * but straight into the socket's buffer: this is the path of a token.
   */
  ByteBuf encoded(EventBatch events, long upTo) {
    int size = (int) events.bytes() + events.count() * (idPrefix.length + 20);
    ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(size);
    for (int i = 0; i < events.count() && events.first() + i <= upTo; i++) {
      out.writeBytes(idPrefix);
      number(out, events.first() + i);
      out.writeByte('\n');
      out.writeBytes(events.array(i), events.start(i), events.end(i) - events.start(i));
    }
    return out;
  }

  /** The same for a log that holds one body, which is framed only here. */
  ByteBuf framed(EventBatch body) {
    var out = new WireBuffer((int) body.bytes() + 64);
    for (int i = 0; i < body.count(); i++) {
      out.append(idPrefix, 0, idPrefix.length);
      out.append(body.first() + i);
      out.append('\n');
      SseEncoder.event(out, "", body.array(i), body.start(i), body.end(i));
    }
    var bytes = out.toByteArray();
    return PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
  }

  private static void number(ByteBuf out, long number) {
    if (number >= 10) {
      number(out, number / 10);
    }
    out.writeByte('0' + (int) (number % 10));
  }

  /** Writes what was encoded; here only. Answers whether it takes more at once. */
  boolean write(ByteBuf encoded) {
    if (!isOpen()) {
      encoded.release();
      return false;
    }
    response.write(BufferInternal.buffer(encoded));
    return !response.writeQueueFull();
  }

  void comment() {
    act(() -> {
      if (isOpen()) {
        response.write(Buffer.buffer(COMMENT));
      }
    });
  }

  /** The response's last act; the process waits for it a moment before it goes. */
  private void last(Runnable act) {
    shared.lastWordsBegan();
    act(() -> {
      boolean open = isOpen();
      release();
      if (open) {
        act.run();
      } else {
        shared.lastWordsSaid();
      }
    });
  }

  void end() {
    last(() -> response.end().onComplete(ended -> shared.lastWordsSaid()));
  }

  void body(int status, Map<String, String> headers, byte[] body) {
    last(() -> {
      headers.forEach(response::putHeader);
      response.putHeader("Content-Type", "application/json");
      response
          .setStatusCode(status)
          .end(Buffer.buffer(body))
          .onComplete(ended -> shared.lastWordsSaid());
    });
  }

  /** Ends without a body. */
  void empty(int status, Map<String, String> headers) {
    last(() -> {
      headers.forEach(response::putHeader);
      response.setStatusCode(status).end().onComplete(ended -> shared.lastWordsSaid());
    });
  }

  /** Refuses, in the relay's own words. */
  void refuse(int status, String why, String message) {
    last(() -> {
      Answers.refuse(response, status, why, message);
      shared.lastWordsSaid();
    });
  }

  /** Not now, but at once again, somewhere else. */
  void comeBack() {
    last(() -> {
      Answers.comeBack(response);
      shared.lastWordsSaid();
    });
  }

  /** Writes the error event; when it is out, the connection is closed without the last chunk. */
  void cutAfter(byte[] event) {
    last(() ->
        response
            .write(Buffer.buffer(event))
            .onComplete(written ->
                request.connection().close().onComplete(closed -> shared.lastWordsSaid())));
  }

  void cut() {
    act(() -> {
      release();
      request.connection().close();
    });
  }
}

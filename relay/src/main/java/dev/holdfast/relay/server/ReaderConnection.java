package dev.holdfast.relay.server;

import dev.holdfast.engine.sse.EventBatch;
import dev.holdfast.engine.sse.SseEncoder;
import dev.holdfast.engine.sse.WireBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One reader's HTTP response. */
final class ReaderConnection {
  /** What a reader may be behind inside this process. */
  private static final int QUEUE_BYTES_MAX = 64 << 10;

  private static final byte[] COMMENT = comment("still working");

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final byte[] idPrefix;
  private final EventBatch batch = new EventBatch();

  ReaderConnection(HttpServerRequest request, String history) {
    this.request = request;
    this.response = request.response();
    this.idPrefix = ("id: " + history + "-").getBytes(StandardCharsets.US_ASCII);
    response.setWriteQueueMaxSize(QUEUE_BYTES_MAX);
  }

  void onDrained(Runnable act) {
    response.drainHandler(nothing -> act.run());
  }

  /** Called when the connection is gone before the response has ended. */
  void onGone(Runnable act) {
    response.closeHandler(nothing -> act.run());
    // A write to a dead connection is told here as well; the close follows.
    response.exceptionHandler(cause -> act.run());
  }

  void head(Map<String, String> headers) {
    headers.forEach(response::putHeader);
    response.putHeader("Content-Type", "text/event-stream; charset=utf-8");
    response.setChunked(true);
    response.writeHead();
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
   * Writes the events with their numbers, in one buffer. What {@link SseEncoder#id} writes, but
   * straight into the socket's buffer: this is the path of a token.
   */
  void write(EventBatch events) {
    int size = (int) events.bytes() + events.count() * (idPrefix.length + 20);
    ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(size);
    for (int i = 0; i < events.count(); i++) {
      out.writeBytes(idPrefix);
      number(out, events.first() + i);
      out.writeByte('\n');
      out.writeBytes(events.array(i), events.start(i), events.end(i) - events.start(i));
    }
    response.write(BufferInternal.buffer(out));
  }

  private static void number(ByteBuf out, long number) {
    if (number >= 10) {
      number(out, number / 10);
    }
    out.writeByte('0' + (int) (number % 10));
  }

  boolean full() {
    return response.writeQueueFull();
  }

  void comment() {
    response.write(Buffer.buffer(COMMENT));
  }

  void end() {
    response.end();
  }

  void body(int status, Map<String, String> headers, byte[] body) {
    headers.forEach(response::putHeader);
    response.putHeader("Content-Type", "application/json");
    response.setStatusCode(status).end(Buffer.buffer(body));
  }

  /** Writes the error event; when it is out, the connection is closed without the last chunk. */
  void cutAfter(byte[] event) {
    response.write(Buffer.buffer(event)).onComplete(written -> cut());
  }

  void cut() {
    request.connection().close();
  }
}

package dev.holdfast.relay.server;

import io.airlift.compress.v3.zstd.ZstdInputStream;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** Reads a request's body under a cap, before and after decoding. */
final class BodyReader {
  /** Why there is no body. */
  record Refusal(int status, String why, String message) {}

  private final HttpServerRequest request;
  private final Arrivals arrivals;
  private final BodyRoom room;
  private final int bytesMax;
  private final Consumer<byte[]> whole;
  private final Consumer<Refusal> refused;
  private final Buffer buffer = Buffer.buffer();
  private boolean over;
  private int held;

  BodyReader(
      HttpServerRequest request,
      Arrivals arrivals,
      BodyRoom room,
      long bytesMax,
      Consumer<byte[]> whole,
      Consumer<Refusal> refused) {
    this.request = request;
    this.arrivals = arrivals;
    this.room = room;
    this.bytesMax = (int) Math.min(bytesMax, Integer.MAX_VALUE - 64);
    this.whole = whole;
    this.refused = refused;
  }

  void read() {
    var encoding = encoding();
    if (!encoding.isEmpty() && !encoding.equals("gzip") && !encoding.equals("zstd")) {
      refuse(415, "unsupported_encoding", "expected gzip, zstd or no encoding, got " + encoding);
      return;
    }
    var length = request.getHeader("content-length");
    if (length != null && length.length() > 9 || length != null && tooLong(length)) {
      refuse(413, "body_too_large", "expected a body of at most " + bytesMax + " bytes");
      return;
    }
    arrivals.body(request);
    request.handler(this::part);
    request.endHandler(nothing -> ended());
    request.exceptionHandler(cause -> {
      over = true;
      release();
    });
  }

  private boolean tooLong(String length) {
    return Long.parseLong(length) > bytesMax;
  }

  private String encoding() {
    var encoding = request.getHeader("content-encoding");
    var name = encoding == null ? "" : encoding.strip().toLowerCase(Locale.ROOT);
    return name.equals("identity") ? "" : name;
  }

  private void part(Buffer part) {
    if (over) {
      return;
    }
    if (buffer.length() + part.length() > bytesMax) {
      refuse(413, "body_too_large", "expected a body of at most " + bytesMax + " bytes");
      return;
    }
    if (!room.take(part.length())) {
      refuse(
          503,
          "overloaded",
          "this relay has as many requests in hand as it has memory for; ask again in a moment");
      return;
    }
    held += part.length();
    buffer.appendBuffer(part);
    arrivals.part(request, buffer.length() - part.length(), buffer.length());
  }

  private void ended() {
    if (over) {
      return;
    }
    over = true;
    arrivals.whole(request);
    try {
      decode();
    } finally {
      release();
    }
  }

  private void release() {
    room.release(held);
    held = 0;
  }

  private void decode() {
    var bytes = buffer.getBytes();
    var encoding = encoding();
    if (encoding.isEmpty()) {
      whole.accept(bytes);
      return;
    }
    byte[] decoded;
    try (var in = decoder(encoding, bytes)) {
      decoded = in.readNBytes(bytesMax + 1);
    } catch (IOException | RuntimeException e) {
      refused.accept(
          new Refusal(400, "invalid_request", "expected a body in " + encoding + ", got another"));
      return;
    }
    if (decoded.length > bytesMax) {
      refused.accept(
          new Refusal(
              413, "body_too_large", "expected at most " + bytesMax + " bytes once decoded"));
    } else {
      whole.accept(decoded);
    }
  }

  private static InputStream decoder(String encoding, byte[] bytes) throws IOException {
    var in = new ByteArrayInputStream(bytes);
    return encoding.equals("gzip") ? new GZIPInputStream(in) : new ZstdInputStream(in);
  }

  private void refuse(int status, String why, String message) {
    over = true;
    arrivals.whole(request);
    release();
    refused.accept(new Refusal(status, why, message));
  }
}

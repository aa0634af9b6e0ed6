package dev.holdfast.simulator;

import dev.holdfast.simulator.provider.Step;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 on a raw socket, so that what a peer sees of a break is exactly what was meant.
 *
 * <p>One thread at a time, but for closing the socket.
 */
final class HttpConnection {
  private static final int HEAD_BYTES_MAX = 64 * 1024;
  private static final int BODY_BYTES_MAX = 64 * 1024 * 1024;
  private static final int TLS_HANDSHAKE = 0x16;

  /** A peer that is told nonsense closes at once. */
  private static final long TO_HEAR_NANOS = 1_000_000_000L;

  private static final long MILLI = 1_000_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private byte[] buffer = new byte[8192];
  private int read;
  private int end;

  /** A request; header names are in lower case, of several with one name the last counts. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Request(
      String method, String path, boolean http10, Map<String, String> headers, byte[] body) {
    String header(String name) {
      return headers.getOrDefault(name, "");
    }

    boolean keepsAlive() {
      return !http10 && !header("connection").equalsIgnoreCase("close");
    }
  }

  HttpConnection(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
  }

  /** The next request, or null if the peer closed instead, or speaks TLS. */
  @Nullable Request next() throws IOException {
    socket.setSoTimeout(0);
    if (read == end && !fill()) {
      return null;
    }
    if (buffer[read] == TLS_HANDSHAKE) {
      out.write("this is not TLS\r\n".repeat(4).getBytes(StandardCharsets.US_ASCII));
      // To close with a part of its greeting unread would be a reset, which may overtake this.
      peerClosesUntil(System.nanoTime() + TO_HEAR_NANOS);
      return null;
    }
    String line = line();
    String[] parts = line.split(" ", -1);
    if (parts.length != 3 || !parts[2].startsWith("HTTP/1.")) {
      throw new IOException("expected a request line of HTTP/1.1, got \"" + line + "\"");
    }
    var headers = new LinkedHashMap<String, String>();
    int headBytes = line.length();
    for (String header = line(); !header.isEmpty(); header = line()) {
      headBytes += header.length();
      int colon = header.indexOf(':');
      if (colon < 1 || headBytes > HEAD_BYTES_MAX) {
        throw new IOException("expected headers of at most 64 KB, got \"" + header + "\"");
      }
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    if (headers.getOrDefault("expect", "").equalsIgnoreCase("100-continue")) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    return new Request(parts[0], parts[1], parts[2].endsWith(".0"), headers, body(headers));
  }

  /** Writes status line and headers, with the framing that the request allows. */
  void head(Step.Head head, Request request) throws IOException {
    var text = new StringBuilder(256);
    text.append("HTTP/1.1 ").append(head.status()).append(" Status\r\n");
    head.headers()
        .forEach(h -> text.append(h.getKey()).append(": ").append(h.getValue()).append("\r\n"));
    if (!request.http10()) {
      text.append("Transfer-Encoding: chunked\r\n");
    }
    if (!request.keepsAlive()) {
      text.append("Connection: close\r\n");
    }
    out.write(text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Writes bytes of the body as one chunk. */
  void send(byte[] bytes, Request request) throws IOException {
    if (request.http10()) {
      out.write(bytes);
      return;
    }
    byte[] size = Integer.toHexString(bytes.length).getBytes(StandardCharsets.US_ASCII);
    byte[] chunk = new byte[size.length + bytes.length + 4];
    System.arraycopy(size, 0, chunk, 0, size.length);
    chunk[size.length] = '\r';
    chunk[size.length + 1] = '\n';
    System.arraycopy(bytes, 0, chunk, size.length + 2, bytes.length);
    chunk[chunk.length - 2] = '\r';
    chunk[chunk.length - 1] = '\n';
    out.write(chunk);
  }

  /** Writes the last chunk. */
  void end(Request request) throws IOException {
    if (!request.http10()) {
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** Closes with RST. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Closes with FIN, without the last chunk. */
  void cut() throws IOException {
    socket.shutdownOutput();
    socket.close();
  }

  /**
   * Waits until a time, and notices when the peer closes before.
   *
   * @param untilNanos by {@link System#nanoTime}; null to wait for nothing but the peer
   * @return whether the peer closed
   */
  boolean peerClosesUntil(@Nullable Long untilNanos) throws IOException {
    while (true) {
      long left = untilNanos == null ? 0 : untilNanos - System.nanoTime();
      if (untilNanos != null && left <= 0) {
        return false;
      }
      if (untilNanos != null && left < MILLI) {
        LockSupport.parkNanos(left);
        continue;
      }
      try {
        socket.setSoTimeout((int) Math.min(left / MILLI, Integer.MAX_VALUE));
        if (!fill()) {
          return true;
        }
      } catch (SocketTimeoutException e) {
        // The time is over, or nearly so; the loop looks again.
      } catch (IOException e) {
        if (socket.isClosed()) {
          throw e;
        }
        return true; // A reset by the peer.
      }
    }
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      var body = new ByteArrayOutputStream();
      while (true) {
        String size = line().split(";", 2)[0].strip();
        int count = Integer.parseInt(size, 16);
        if (count > 0) {
          body.write(exactly(count));
          line();
          continue;
        }
        while (!line().isEmpty()) {
          // Trailers are of no interest.
        }
        return body.toByteArray();
      }
    }
    return exactly(Integer.parseInt(headers.getOrDefault("content-length", "0")));
  }

  private byte[] exactly(int count) throws IOException {
    if (count < 0 || count > BODY_BYTES_MAX) {
      throw new IOException("expected a body of at most 64 MB, got " + count);
    }
    byte[] bytes = new byte[count];
    for (int have = 0; have < count; ) {
      if (read == end && !fill()) {
        throw new IOException("the request ended after " + have + " of " + count + " bytes");
      }
      int taken = Math.min(count - have, end - read);
      System.arraycopy(buffer, read, bytes, have, taken);
      read += taken;
      have += taken;
    }
    return bytes;
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream(80);
    while (line.size() <= HEAD_BYTES_MAX) {
      if (read == end && !fill()) {
        throw new IOException("the request ended in its head");
      }
      byte next = buffer[read++];
      if (next == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    throw new IOException("expected a line of at most 64 KB");
  }

  /** Reads what there is behind what is buffered; false if the peer closed. */
  private boolean fill() throws IOException {
    if (read == end) {
      read = 0;
      end = 0;
    } else if (end == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    int count = in.read(buffer, end, buffer.length - end);
    if (count < 0) {
      return false;
    }
    end += count;
    return true;
  }
}

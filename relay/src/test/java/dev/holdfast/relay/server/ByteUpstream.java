package dev.holdfast.relay.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;

/** An upstream that answers every POST with the same bytes, and keeps what it was sent. */
final class ByteUpstream implements AutoCloseable {
  /** A request as it came. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Received(List<String> head, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** The values of that header. */
    List<String> header(String name) {
      var prefix = name.toLowerCase(Locale.ROOT) + ":";
      return head.stream()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
          .map(line -> line.substring(prefix.length()).strip())
          .toList();
    }
  }

  private final ServerSocket server;
  private final String head;
  private final byte[] body;
  private final SplittableRandom random;
  private final List<Received> received = new CopyOnWriteArrayList<>();

  private ByteUpstream(ServerSocket server, String head, byte[] body, long seed) {
    this.server = server;
    this.head = head;
    this.body = body;
    this.random = new SplittableRandom(seed);
  }

  /** Answers with an event stream, in pieces cut by the seed. */
  static ByteUpstream streaming(byte[] body, long seed) throws IOException {
    return start(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
            + "X-Request-Id: req-7\r\nSet-Cookie: a=b\r\n\r\n",
        body,
        seed);
  }

  /** Answers with this head, which asks for chunks. */
  static ByteUpstream start(String head, byte[] body, long seed) throws IOException {
    var server = new ServerSocket();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    var upstream = new ByteUpstream(server, head, body, seed);
    Thread.startVirtualThread(upstream::accept);
    return upstream;
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort() + "/v1";
  }

  List<Received> received() {
    return received;
  }

  private void accept() {
    try {
      while (true) {
        var socket = server.accept();
        Thread.startVirtualThread(() -> serve(socket));
      }
    } catch (IOException e) {
      if (!server.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var in = new BufferedInputStream(socket.getInputStream());
      for (var request = read(in); request != null; request = read(in)) {
        received.add(request);
        answer(socket.getOutputStream());
      }
    } catch (IOException e) {
      // The relay closed the connection: it needs no more of this answer.
      if (!socket.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static @org.jspecify.annotations.Nullable Received read(InputStream in)
      throws IOException {
    var lines = new ArrayList<String>();
    int length = 0;
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      lines.add(line);
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    return lines.isEmpty() ? null : new Received(lines, in.readNBytes(length));
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private void answer(OutputStream out) throws IOException {
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    for (int at = 0; at < body.length; ) {
      int count = Math.min(body.length - at, random.nextInt(1, 400));
      out.write((Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.write(body, at, count);
      out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      at += count;
    }
    out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}

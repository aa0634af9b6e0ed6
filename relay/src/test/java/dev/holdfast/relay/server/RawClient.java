package dev.holdfast.relay.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An HTTP/1.1 client on a raw socket. It knows nothing of events and hides nothing: how a response
 * ended is part of what it hears. One thread at a time.
 */
final class RawClient implements AutoCloseable {
  static final String COMPLETIONS = "/v1/chat/completions";

  /** No wait of a test is longer; what takes more hangs. */
  private static final int READ_MILLIS_MAX = 180_000;

  private static final int RECEIVE_BUFFER_SMALL = 8 << 10;

  private final Socket socket;
  private final InputStream in;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 16 << 10);
  }

  static RawClient connect(int port) throws IOException {
    return connect(port, new Socket());
  }

  /** A client whose kernel takes little, so that what it does not read is soon felt. */
  static RawClient connectSmall(int port) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(RECEIVE_BUFFER_SMALL);
    return connect(port, socket);
  }

  private static RawClient connect(int port, Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_MILLIS_MAX);
    socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return new RawClient(socket);
  }

  /** One POST on a connection of its own. */
  static Heard post(int port, String path, byte[] body, String... headers) throws IOException {
    try (var client = connect(port)) {
      client.send(request("POST", path, body, headers));
      return client.hear();
    }
  }

  static Heard get(int port, String path, String... headers) throws IOException {
    try (var client = connect(port)) {
      client.send(
          ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + lines(headers) + "\r\n")
              .getBytes(StandardCharsets.UTF_8));
      return client.hear();
    }
  }

  /** A request with its length and, unless one of the headers says otherwise, JSON. */
  static byte[] request(String method, String path, byte[] body, String... headers) {
    var given = lines(headers);
    var names = "\n" + given.toLowerCase(Locale.ROOT);
    var head =
        method
            + " "
            + path
            + " HTTP/1.1\r\n"
            + (names.contains("\nhost:") ? "" : "Host: localhost\r\n")
            + (names.contains("\ncontent-type:") ? "" : "Content-Type: application/json\r\n")
            + "Content-Length: "
            + body.length
            + "\r\n"
            + given
            + "\r\n";
    var out = new ByteArrayOutputStream();
    out.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    out.writeBytes(body);
    return out.toByteArray();
  }

  private static String lines(String... headers) {
    var text = new StringBuilder();
    for (var header : headers) {
      text.append(header).append("\r\n");
    }
    return text.toString();
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Says that nothing more will be sent, and goes on reading. */
  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** The next response. */
  Heard hear() throws IOException {
    var headers = new ArrayList<Map.Entry<String, String>>();
    var body = new ByteArrayOutputStream();
    int status = 0;
    try {
      status = head(headers);
      while (status == 100) {
        headers.clear();
        status = head(headers);
      }
      if (value(headers, "transfer-encoding").equals("chunked")) {
        chunks(body);
      } else if (!value(headers, "content-length").isEmpty()) {
        exactly(Integer.parseInt(value(headers, "content-length")), body);
      } else {
        in.transferTo(body);
      }
      return new Heard(status, List.copyOf(headers), body.toByteArray(), Heard.Ending.WHOLE);
    } catch (EOFException e) {
      return new Heard(status, List.copyOf(headers), body.toByteArray(), Heard.Ending.FIN);
    } catch (SocketException e) {
      return new Heard(status, List.copyOf(headers), body.toByteArray(), Heard.Ending.RST);
    }
  }

  /** Reads until the text has come, and no further than the byte after it. */
  String hearUntil(String text) throws IOException {
    var wanted = text.getBytes(StandardCharsets.UTF_8);
    var heard = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < wanted.length) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("expected \"" + text + "\", got " + heard);
      }
      heard.write(b);
      matched = b == wanted[matched] ? matched + 1 : b == wanted[0] ? 1 : 0;
    }
    return heard.toString(StandardCharsets.UTF_8);
  }

  /** Whether the peer has closed, once all that it sent is read. */
  boolean isClosedByPeer() throws IOException {
    try {
      while (in.read() >= 0) {
        // Of no interest.
      }
      return true;
    } catch (SocketException e) {
      return true;
    }
  }

  private int head(List<Map.Entry<String, String>> headers) throws IOException {
    var status = line();
    for (var line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.add(
          Map.entry(
              line.substring(0, colon).toLowerCase(Locale.ROOT),
              line.substring(colon + 1).strip()));
    }
    return Integer.parseInt(status.split(" ", 3)[1]);
  }

  private static String value(List<Map.Entry<String, String>> headers, String name) {
    return headers.stream()
        .filter(h -> h.getKey().equals(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  private void chunks(ByteArrayOutputStream body) throws IOException {
    while (true) {
      int size = Integer.parseInt(line(), 16);
      exactly(size, body);
      if (!line().isEmpty()) {
        throw new IOException("expected a line end behind a chunk");
      }
      if (size == 0) {
        return;
      }
    }
  }

  private void exactly(int count, ByteArrayOutputStream body) throws IOException {
    var buffer = new byte[8 << 10];
    for (int left = count; left > 0; ) {
      int read = in.read(buffer, 0, Math.min(left, buffer.length));
      if (read < 0) {
        throw new EOFException("the body ended " + left + " bytes early");
      }
      body.write(buffer, 0, read);
      left -= read;
    }
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream(80);
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the connection ended inside a line");
      }
      if (b == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      if (b != '\r') {
        line.write(b);
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Leaves with RST. */
  void abort() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}

package dev.holdfast.relay.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream that answers with bytes of one's choice and keeps every request as it came. */
final class ScriptedUpstream implements AutoCloseable {
  /**
   * A request.
   *
   * @param connection on which it came, counted from 1
   * @param headers names in lower case
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Received(int connection, String line, Map<String, String> headers, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** What it does with a request. */
  interface Player {
    void answer(Received request, OutputStream out) throws IOException;
  }

  private final ServerSocket listener = new ServerSocket();
  private final Player player;
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  private ScriptedUpstream(Player player) throws IOException {
    this.player = player;
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofVirtual().start(this::accept);
  }

  static ScriptedUpstream playing(Player player) throws IOException {
    return new ScriptedUpstream(player);
  }

  /** One that answers each request with this stream, in pieces of that many bytes. */
  static ScriptedUpstream streaming(byte[] stream, int pieceBytes, String... headers)
      throws IOException {
    return playing(
        (request, out) -> {
          out.write(head(200, "text/event-stream", headers));
          for (int at = 0; at < stream.length; at += pieceBytes) {
            out.write(chunk(stream, at, Math.min(stream.length, at + pieceBytes)));
          }
          out.write(LAST_CHUNK);
        });
  }

  static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  static byte[] head(int status, String type, String... headers) {
    var text = new StringBuilder("HTTP/1.1 " + status + " Said\r\nContent-Type: " + type + "\r\n");
    for (var header : headers) {
      text.append(header).append("\r\n");
    }
    return text.append("Transfer-Encoding: chunked\r\n\r\n")
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }

  static byte[] chunk(String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return chunk(bytes, 0, bytes.length);
  }

  static byte[] chunk(byte[] bytes, int from, int to) {
    var out = new ByteArrayOutputStream();
    out.writeBytes((Integer.toHexString(to - from) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.write(bytes, from, to - from);
    out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  /** The data of one chunk with text. */
  static String text(String content) {
    return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\","
        + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
        + content
        + "\"},\"finish_reason\":null}]}\n\n";
  }

  /** The end of an answer. */
  static String end() {
    return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\","
        + "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
        + "data: [DONE]\n\n";
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort() + "/v1";
  }

  List<Received> received() {
    return received;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var socket = listener.accept();
        open.add(socket);
        int number = connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(socket, number));
      } catch (IOException e) {
        return; // Closed.
      }
    }
  }

  private void serve(Socket socket, int number) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream());
      for (var line = line(in); !line.isEmpty(); line = line(in)) {
        var headers = new TreeMap<String, String>();
        for (var header = line(in); !header.isEmpty(); header = line(in)) {
          int colon = header.indexOf(':');
          headers.merge(
              header.substring(0, colon).toLowerCase(Locale.ROOT),
              header.substring(colon + 1).strip(),
              (a, b) -> a + ", " + b);
        }
        var body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        var request = new Received(number, line, headers, body);
        received.add(request);
        player.answer(request, socket.getOutputStream());
      }
    } catch (IOException e) {
      // The relay hung up, as some tests want.
    }
  }

  private static String line(InputStream in) throws IOException {
    var bytes = new ArrayList<Byte>();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        bytes.add((byte) b);
      }
    }
    var array = new byte[bytes.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = bytes.get(i);
    }
    return new String(array, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (var socket : open) {
      socket.close();
    }
  }
}

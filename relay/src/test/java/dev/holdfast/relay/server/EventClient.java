package dev.holdfast.relay.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A reader on a raw socket that takes one event at a time, and may leave after any of them. One
 * thread at a time.
 */
final class EventClient implements AutoCloseable {
  /**
   * One block with data.
   *
   * @param id as it came; empty for an error
   */
  record Event(String id, String name, String data) {
    long number() {
      return Long.parseLong(id.substring(id.lastIndexOf('-') + 1));
    }
  }

  private static final int READ_MILLIS_MAX = 60_000;

  private final Socket socket = new Socket();
  private final InputStream in;
  private final TreeMap<String, String> headers = new TreeMap<>();
  private int status;
  private byte[] chunk = {};
  private int at;
  private Heard.@Nullable Ending ending;

  private EventClient(int port) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_MILLIS_MAX);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    in = new BufferedInputStream(socket.getInputStream(), 8 << 10);
  }

  static EventClient post(int port, byte[] body, String... headers) throws IOException {
    var client = new EventClient(port);
    client.send(RawClient.request("POST", RawClient.COMPLETIONS, body, headers));
    return client;
  }

  static EventClient get(int port, String path, String... headers) throws IOException {
    var client = new EventClient(port);
    var head = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (var header : headers) {
      head.append(header).append("\r\n");
    }
    client.send(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    return client;
  }

  private void send(byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    socket.getOutputStream().flush();
  }

  /** Reads the head. */
  int status() throws IOException {
    if (status == 0) {
      status = Integer.parseInt(line().split(" ", 3)[1]);
      for (var header = line(); !header.isEmpty(); header = line()) {
        int colon = header.indexOf(':');
        headers.put(
            header.substring(0, colon).toLowerCase(Locale.ROOT),
            header.substring(colon + 1).strip());
      }
    }
    return status;
  }

  String header(String name) throws IOException {
    status();
    return headers.getOrDefault(name, "");
  }

  /** The next event; null when the body is over. */
  @Nullable Event next() throws IOException {
    status();
    var id = "";
    var name = "";
    var data = new ArrayList<String>();
    while (true) {
      var line = bodyLine();
      if (line == null) {
        return null;
      } else if (line.isEmpty()) {
        if (!data.isEmpty()) {
          return new Event(id, name, String.join("\n", data));
        }
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("data: ")) {
        data.add(line.substring(6));
      }
    }
  }

  /** So many events, or fewer if the body ends. */
  List<Event> take(int count) throws IOException {
    var events = new ArrayList<Event>();
    while (events.size() < count) {
      var event = next();
      if (event == null) {
        break;
      }
      events.add(event);
    }
    return events;
  }

  List<Event> rest() throws IOException {
    return take(Integer.MAX_VALUE);
  }

  /** How the body ended, once {@link #next} has said that it did. */
  Heard.@Nullable Ending ending() {
    return ending;
  }

  private @Nullable String bodyLine() throws IOException {
    var line = new ByteArrayOutputStream(200);
    while (true) {
      int b = bodyByte();
      if (b < 0) {
        return null;
      }
      if (b == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      if (b != '\r') {
        line.write(b);
      }
    }
  }

  private int bodyByte() throws IOException {
    if (ending != null) {
      return -1;
    }
    try {
      if (at == chunk.length) {
        int size = Integer.parseInt(line(), 16);
        chunk = in.readNBytes(size);
        at = 0;
        if (chunk.length < size) {
          throw new EOFException("a chunk ended early");
        }
        line();
        if (size == 0) {
          ending = Heard.Ending.WHOLE;
          return -1;
        }
      }
      return chunk[at++] & 0xff;
    } catch (EOFException e) {
      ending = Heard.Ending.FIN;
    } catch (SocketException e) {
      ending = Heard.Ending.RST;
    }
    return -1;
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

  /** Leaves with RST. */
  @Override
  public void close() throws IOException {
    if (ending == null) {
      socket.setSoLinger(true, 0);
    }
    socket.close();
  }
}

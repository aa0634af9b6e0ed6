package dev.holdfast.peers;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A proxy on loopback in front of one HTTP server that breaks the stream it was told to break.
 * Passes bytes on as they are; knows just enough of HTTP to tell requests apart and to count
 * events.
 *
 * <p>Each connection has two virtual threads: one reads requests, one hands the responses back.
 */
final class CutProxy implements AutoCloseable {
  enum Kind {
    /** The connection is reset. */
    RST,
    /** The connection is closed, without the last chunk. */
    FIN,
    /** Nothing comes any more, and the connection stays. */
    STALL
  }

  /** Where a response breaks: after that many whole events. */
  record Cut(Kind kind, int events) {}

  private final ServerSocket listener;
  private final int upstreamPort;
  private final AtomicReference<@Nullable Cut> armed = new AtomicReference<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger cuts = new AtomicInteger();

  CutProxy(int upstreamPort) throws IOException {
    this.upstreamPort = upstreamPort;
    listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Breaks the response to the next request, that one alone, and forgets the requests before. */
  void arm(Cut cut) {
    requests.clear();
    armed.set(cut);
  }

  /** How many responses were broken so far. */
  int cuts() {
    return cuts.get();
  }

  /** The bodies of the requests since {@link #arm}, oldest first. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        // Closed: the test is over.
        return;
      }
    }
  }

  private void serve(Socket client) {
    var pending = new AtomicReference<@Nullable Cut>();
    try (client;
        var server = new Socket(InetAddress.getLoopbackAddress(), upstreamPort)) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      var back = Thread.ofVirtual().start(() -> handBack(server, client, pending));
      readRequests(client, server, pending);
      server.shutdownOutput();
      server.close();
      back.join();
    } catch (IOException e) {
      // One side left, by itself or by a cut; the try closes the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readRequests(Socket client, Socket server, AtomicReference<@Nullable Cut> pending)
      throws IOException {
    var in = new BufferedInputStream(client.getInputStream());
    var out = server.getOutputStream();
    for (var head = head(in); !head.isEmpty(); head = head(in)) {
      var body = in.readNBytes(contentLength(head));
      if (head.startsWith("POST ")) {
        pending.set(armed.getAndSet(null));
        requests.add(new String(body, StandardCharsets.UTF_8));
      }
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(body);
      out.flush();
    }
  }

  /** A request's head with its blank line; empty at the end of the connection. */
  private static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      head.append((char) c);
      if (c == '\n' && head.length() >= 4 && head.indexOf("\r\n\r\n", head.length() - 4) >= 0) {
        return head.toString();
      }
    }
    return "";
  }

  private static int contentLength(String head) {
    return head.lines()
        .map(line -> line.toLowerCase(Locale.ROOT))
        .filter(line -> line.startsWith("content-length:"))
        .map(line -> Integer.parseInt(line.substring("content-length:".length()).strip()))
        .findFirst()
        .orElse(0);
  }

  private void handBack(Socket server, Socket client, AtomicReference<@Nullable Cut> pending) {
    boolean stalled = false;
    try (server) {
      var cut = passUntilCut(server.getInputStream(), client.getOutputStream(), pending);
      if (cut != null) {
        cuts.incrementAndGet();
        stalled = cut.kind() == Kind.STALL;
        if (cut.kind() == Kind.RST) {
          client.setSoLinger(true, 0);
        }
      }
    } catch (IOException e) {
      // One side left: so does the other.
    }
    // A stalled one is closed when the client has had enough.
    if (!stalled) {
      close(client);
    }
  }

  /** Ends with the server's stream, or where it is to be cut. */
  private static @Nullable Cut passUntilCut(
      InputStream in, OutputStream out, AtomicReference<@Nullable Cut> pending) throws IOException {
    var buffer = new byte[1 << 16];
    int events = 0;
    byte before = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      var cut = pending.get();
      for (int i = 0; i < n && cut != null; i++) {
        // An event ends at an empty line; heads and chunk sizes end their lines in another way.
        boolean ended = before == '\n' && buffer[i] == '\n';
        before = ended ? 0 : buffer[i];
        if (ended && ++events == cut.events()) {
          out.write(buffer, 0, i + 1);
          return cut;
        }
      }
      out.write(buffer, 0, n);
    }
    return null;
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

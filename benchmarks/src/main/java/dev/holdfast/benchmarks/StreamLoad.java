package dev.holdfast.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;

/**
 * Many token streams at once, over loopback: a provider that paces them and a client that checks
 * them. Each role is one thread, and each token one write, as providers send them.
 *
 * <pre>
 * provider TOKENS TOKENS_PER_S       prints its port, serves until it is killed
 * client PORT STREAMS TOKENS         asks once for each stream, prints what came
 * </pre>
 *
 * <p>A token is its number and the provider's clock, so the client sees what is missing, repeated
 * or late. Both must run on one machine.
 */
public final class StreamLoad {
  private static final String CHUNK =
      "data: {\"id\":\"chatcmpl-Kq3vZ8h2TnY1cW5xR7bD9mLp\",\"object\":\"chat.completion.chunk\","
          + "\"created\":1764000000,\"model\":\"load-1\",\"service_tier\":\"default\","
          + "\"system_fingerprint\":\"fp_5f20662549\",\"choices\":[{\"index\":0,\"delta\":%s,"
          + "\"logprobs\":null,\"finish_reason\":%s}]}\n\n";

  private static final String MARK = "\"content\":\"";

  /** A token is 6 digits, a dot, 18 digits and a space. */
  private static final int TOKEN_LENGTH = 26;

  /** Connections opened before the loop looks at the others again. */
  private static final int OPENED_AT_ONCE = 50;

  private static final long RUN_NANOS_MAX = 120_000_000_000L;
  private static final int READ_BYTES = 256 << 10;

  private StreamLoad() {}

  public static void main(String[] args) throws IOException {
    switch (args.length == 0 ? "" : args[0]) {
      case "provider" -> provide(Integer.parseInt(args[1]), Double.parseDouble(args[2]));
      case "client" ->
          System.exit(
              ask(Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3])));
      default -> {
        System.err.println("expected: provider TOKENS TOKENS_PER_S | client PORT STREAMS TOKENS");
        System.exit(2);
      }
    }
  }

  // ---- the provider

  /** One connection; it may ask again and again. */
  private static final class Call {
    final SocketChannel channel;
    final StringBuilder request = new StringBuilder();
    int sent;
    long dueNanos;

    Call(SocketChannel channel) {
      this.channel = channel;
    }

    void send(String text) throws IOException {
      var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      // What the other side does not take at once is little, and its reading is what we wait for.
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  private static void provide(int tokens, double tokensPerSecond) throws IOException {
    long period = (long) (1e9 / tokensPerSecond);
    var due = new PriorityQueue<Call>(Comparator.comparingLong((Call c) -> c.dueNanos));
    var buffer = ByteBuffer.allocateDirect(READ_BYTES);
    try (var selector = Selector.open();
        var listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
      listener.configureBlocking(false);
      listener.register(selector, SelectionKey.OP_ACCEPT);
      System.out.println(((InetSocketAddress) listener.getLocalAddress()).getPort());
      System.out.flush();
      for (; ; ) {
        var next = due.peek();
        long wait = next == null ? 1_000 : (next.dueNanos - System.nanoTime()) / 1_000_000;
        int ready = wait > 0 ? selector.select(wait) : selector.selectNow();
        if (ready > 0) {
          for (var key : selector.selectedKeys()) {
            if (key.isAcceptable()) {
              accept(listener, selector);
            } else if (asked(key, buffer)) {
              var call = (Call) key.attachment();
              begin(call, period);
              due.add(call);
            }
          }
          selector.selectedKeys().clear();
        }
        long now = System.nanoTime();
        for (next = due.peek(); next != null && next.dueNanos <= now; next = due.peek()) {
          due.remove();
          if (goOn(next, tokens)) {
            next.dueNanos += period;
            due.add(next);
          }
        }
      }
    }
  }

  private static void accept(ServerSocketChannel listener, Selector selector) throws IOException {
    for (var channel = listener.accept(); channel != null; channel = listener.accept()) {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.register(selector, SelectionKey.OP_READ, new Call(channel));
    }
  }

  /** Whether a whole request has come. */
  private static boolean asked(SelectionKey key, ByteBuffer buffer) {
    var call = (Call) key.attachment();
    try {
      buffer.clear();
      if (call.channel.read(buffer) < 0) {
        call.channel.close();
        return false;
      }
    } catch (IOException e) {
      key.cancel();
      return false;
    }
    call.request.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
    int head = call.request.indexOf("\r\n\r\n");
    if (head < 0 || call.request.length() - head - 4 < contentLength(call.request, head)) {
      return false;
    }
    call.request.setLength(0);
    return true;
  }

  private static int contentLength(StringBuilder request, int head) {
    var name = "content-length:";
    for (var line : request.substring(0, head).split("\r\n")) {
      if (line.toLowerCase(Locale.ROOT).startsWith(name)) {
        return Integer.parseInt(line.substring(name.length()).strip());
      }
    }
    return 0;
  }

  private static void begin(Call call, long period) throws IOException {
    call.sent = 0;
    // Streams that begin together must not send together.
    call.dueNanos = System.nanoTime() + Math.floorMod(System.identityHashCode(call), period);
    call.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n"
            + framed(CHUNK.formatted("{\"role\":\"assistant\",\"content\":\"\"}", "null")));
  }

  /** Sends the next token, or the end; false after that. */
  private static boolean goOn(Call call, int tokens) {
    try {
      if (call.sent < tokens) {
        var content = "{\"content\":\"%06d.%018d \"}".formatted(call.sent++, System.nanoTime());
        call.send(framed(CHUNK.formatted(content, "null")));
        return true;
      }
      call.send(framed(CHUNK.formatted("{}", "\"stop\"") + "data: [DONE]\n\n") + framed(""));
    } catch (IOException e) {
      // The reader left; its stream ends here.
    }
    return false;
  }

  private static String framed(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  // ---- the client

  private static final class Stream {
    final SocketChannel channel;
    final StringBuilder line = new StringBuilder();
    int tokens;
    boolean ordered = true;
    boolean done;

    Stream(SocketChannel channel) {
      this.channel = channel;
    }
  }

  private static int ask(int port, int streams, int tokens) throws IOException {
    var body =
        "{\"model\":\"load-1\",\"messages\":[{\"role\":\"user\",\"content\":\"Go.\"}],"
            + "\"stream\":true}";
    var request =
        ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body)
            .getBytes(StandardCharsets.US_ASCII);
    var all = new ArrayList<Stream>();
    var late = new long[streams * tokens];
    int seen = 0;
    int open = 0;
    long end = System.nanoTime() + RUN_NANOS_MAX;
    var buffer = ByteBuffer.allocateDirect(READ_BYTES);
    try (var selector = Selector.open()) {
      while ((all.size() < streams || open > 0) && System.nanoTime() < end) {
        for (int i = 0; i < OPENED_AT_ONCE && all.size() < streams; i++, open++) {
          var channel =
              SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
          channel.write(ByteBuffer.wrap(request));
          channel.configureBlocking(false);
          var stream = new Stream(channel);
          channel.register(selector, SelectionKey.OP_READ, stream);
          all.add(stream);
        }
        if (selector.select(all.size() < streams ? 5 : 200) == 0) {
          continue;
        }
        for (var key : selector.selectedKeys()) {
          var stream = (Stream) key.attachment();
          buffer.clear();
          boolean over = stream.channel.read(buffer) < 0;
          buffer.flip();
          seen = take(stream, buffer, late, seen);
          if (over || stream.done) {
            stream.channel.close();
            open--;
          }
        }
        selector.selectedKeys().clear();
      }
    }
    return report(all, tokens, Arrays.copyOf(late, seen));
  }

  /** Reads what came line by line; returns how many latencies are noted now. */
  private static int take(Stream stream, ByteBuffer buffer, long[] late, int seen) {
    int noted = seen;
    while (buffer.hasRemaining()) {
      char c = (char) buffer.get();
      if (c != '\n') {
        stream.line.append(c);
        continue;
      }
      int from = stream.line.indexOf(MARK) + MARK.length();
      // The first chunk's content is empty.
      if (from > MARK.length()
          && stream.line.length() > from + TOKEN_LENGTH
          && stream.line.charAt(from) != '"') {
        int number = Integer.parseInt(stream.line, from, from + 6, 10);
        long sent = Long.parseLong(stream.line, from + 7, from + 25, 10);
        stream.ordered &= number == stream.tokens;
        stream.tokens++;
        if (noted < late.length) {
          late[noted++] = System.nanoTime() - sent;
        }
      } else if (stream.line.indexOf("data: [DONE]") == 0) {
        stream.done = true;
      }
      stream.line.setLength(0);
    }
    return noted;
  }

  private static int report(List<Stream> all, int tokens, long[] late) {
    Arrays.sort(late);
    long whole = all.stream().filter(s -> s.done && s.ordered && s.tokens == tokens).count();
    System.out.printf(
        "%d of %d whole, late by %d us (half of the tokens) and %d us (99 of 100)%n",
        whole, all.size(), late(late, 0.5), late(late, 0.99));
    return whole == all.size() ? 0 : 1;
  }

  private static long late(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) (sorted.length * share)] / 1_000;
  }
}

package dev.holdfast.simulator;

import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.provider.Manner;
import dev.holdfast.simulator.provider.ProviderCall;
import dev.holdfast.simulator.provider.ProviderConfig;
import dev.holdfast.simulator.provider.ProviderScript;
import dev.holdfast.simulator.provider.Script;
import dev.holdfast.simulator.provider.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A provider that misbehaves on request, on a real port of the loopback address.
 *
 * <p>One port holds many upstreams, told apart by the first part of the path: {@link #add} gives
 * one a plan of faults and returns its base URL, {@link #calls} says what came. {@code /v1} without
 * a name is the upstream {@link #DEFAULT}. A request may bring a plan of its own in the header
 * {@value #PLAN_HEADER}, as {@code key; plan}: the plan of a key's first request stays, and
 * attempts are counted by key.
 *
 * <p>Each connection is a virtual thread. All methods may be called from any thread.
 */
public final class SimulatorServer implements AutoCloseable {
  /** The name of the upstream that is there from the start. */
  public static final String DEFAULT = "default";

  /** The header with which a request brings its own plan. */
  public static final String PLAN_HEADER = "X-Simulator-Plan";

  private static final int BACKLOG = 4096;
  private static final long LAG_NANOS_MAX = 20_000_000;

  private final ServerSocket listener;
  private final Map<String, Upstream> upstreams = new ConcurrentHashMap<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Socket refusing;
  private volatile boolean closed;

  private SimulatorServer(ServerSocket listener, Socket refusing) {
    this.listener = listener;
    this.refusing = refusing;
  }

  /** A server on a free port with a healthy {@link #DEFAULT} upstream. */
  public static SimulatorServer start() {
    return start(0, FaultPlan.HEALTHY, ProviderConfig.DEFAULTS);
  }

  /**
   * A server.
   *
   * @param port where to listen; 0 takes a free one
   * @param plan of the {@link #DEFAULT} upstream, counted over all its calls
   * @param config of the {@link #DEFAULT} upstream
   * @throws UncheckedIOException if the port is taken
   */
  public static SimulatorServer start(int port, FaultPlan plan, ProviderConfig config) {
    try {
      var listener = new ServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
      var server = new SimulatorServer(listener, boundOnly());
      server.upstreams.put(DEFAULT, new Upstream(plan, config));
      Thread.ofVirtual().name("simulator-accept").start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("the simulator can't listen on port " + port, e);
    }
  }

  /** The port. */
  public int port() {
    return listener.getLocalPort();
  }

  /** The base URL of the {@link #DEFAULT} upstream. */
  public String baseUrl() {
    return "http://127.0.0.1:" + port() + "/v1";
  }

  /**
   * Adds an upstream, or replaces the one of that name with its calls.
   *
   * @param name one part of a path: letters, digits, {@code -}, {@code _} and {@code .}
   * @return its base URL, ending in {@code /v1}. If the plan is a fault of the address ({@link
   *     FaultPlan#address}), a URL that has it: a closed port, a name that does not resolve, {@code
   *     https} on a port without TLS
   */
  public String add(String name, FaultPlan plan, ProviderConfig config) {
    if (!name.matches("[A-Za-z0-9._-]+") || name.equals("v1")) {
      throw new IllegalArgumentException(
          "expected a name of letters, digits, -, _ and . other than v1, got \"" + name + "\"");
    }
    upstreams.put(name, new Upstream(plan, config));
    String path = "/" + name + "/v1";
    return switch (plan.address()) {
      case LISTENING -> "http://127.0.0.1:" + port() + path;
      case CLOSED -> "http://127.0.0.1:" + refusing.getLocalPort() + path;
      case UNKNOWN_HOST -> "http://simulator.invalid:" + port() + path;
      case TLS -> "https://127.0.0.1:" + port() + path;
    };
  }

  /** Adds an upstream with the default model and pace; the plan is read by {@link FaultPlan}. */
  public String add(String name, String plan, Manner manner) {
    return add(name, FaultPlan.parse(plan), ProviderConfig.DEFAULTS.withManner(manner));
  }

  /** Forgets an upstream; its running calls go on. */
  public void remove(String name) {
    upstreams.remove(name);
  }

  /** How many chat completions have reached an upstream; lists of models are not counted. */
  public int attempts(String name) {
    return upstream(name).attempts();
  }

  /** The last 10,000 chat completions that reached an upstream, oldest first, as they stand now. */
  public List<Call> calls(String name) {
    return upstream(name).calls();
  }

  /** Breaks every connection and frees the port. */
  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
      refusing.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the simulator can't close its sockets", e);
    }
  }

  private Upstream upstream(String name) {
    Upstream upstream = upstreams.get(name);
    if (upstream == null) {
      throw new IllegalArgumentException(
          "expected an upstream of " + upstreams.keySet() + ", got \"" + name + "\"");
    }
    return upstream;
  }

  private void accept() {
    while (!closed) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        if (closed) {
          socket.close();
        }
        Thread.ofVirtual().name("simulator-connection").start(() -> serve(socket));
      } catch (IOException e) {
        if (listener.isClosed()) {
          return;
        }
        // Out of file handles, or a peer that left while waiting: the others are still served.
        Thread.yield();
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var connection = new HttpConnection(socket);
      HttpConnection.Request request = connection.next();
      while (request != null && !closed && answer(connection, request)) {
        request = connection.next();
      }
    } catch (IOException | NumberFormatException e) {
      // The peer left or speaks no HTTP: there is nobody to tell.
    } finally {
      open.remove(socket);
    }
  }

  /** Answers one request; true if the connection can be used again. */
  private boolean answer(HttpConnection connection, HttpConnection.Request request)
      throws IOException {
    String path = request.path();
    int slash = path.indexOf('/', 1);
    String name = slash < 0 ? "" : path.substring(1, slash);
    Upstream upstream = upstreams.get(name.equals("v1") ? DEFAULT : name);
    String below = name.equals("v1") ? path : slash < 0 ? "" : path.substring(slash);
    if (upstream == null || !below.startsWith("/v1/")) {
      return carry(problem(404, "Unknown request URL: " + path), connection, request, null);
    }
    String target = below.substring("/v1".length());
    if (!ProviderScript.isAttempt(request.method(), target)) {
      var call = call(request, target, FaultPlan.HEALTHY.entry(1), 0);
      return carry(upstream.script().steps(call), connection, request, null);
    }
    Upstream.Running running;
    try {
      running = begin(upstream, request);
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      return carry(problem(400, message), connection, request, null);
    }
    Call booked = running.call();
    Script steps = upstream.script().steps(call(request, target, booked.fault(), booked.attempt()));
    try {
      return carry(steps, connection, request, running);
    } catch (IOException e) {
      running.ended(closed ? Call.Outcome.SERVER_CLOSED : Call.Outcome.PEER_CLOSED);
      throw e;
    }
  }

  private static Upstream.Running begin(Upstream upstream, HttpConnection.Request request) {
    String header = request.header(PLAN_HEADER.toLowerCase(Locale.ROOT));
    if (header.isEmpty()) {
      return upstream.begin(request);
    }
    int semicolon = header.indexOf(';');
    if (semicolon < 1) {
      throw new IllegalArgumentException(
          "header " + PLAN_HEADER + ": expected \"key; plan\", got \"" + header + "\"");
    }
    FaultPlan plan = FaultPlan.parse(header.substring(semicolon + 1));
    return upstream.begin(request, header.substring(0, semicolon).strip(), plan);
  }

  private static ProviderCall call(
      HttpConnection.Request request, String target, FaultPlan.Entry fault, int attempt) {
    return new ProviderCall(
        request.method(), target, request.headers(), request.body(), fault, attempt, Instant.now());
  }

  private static Script problem(int status, String message) {
    byte[] body =
        ("{\"error\":{\"message\":\""
                + message.replaceAll("[\\\\\"\\p{Cntrl}]", "'")
                + "\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}")
            .getBytes(StandardCharsets.UTF_8);
    return new Script(
        List.of(
            new Step.Head(status, List.of(Map.entry("Content-Type", "application/json"))),
            new Step.Send(body),
            new Step.End()),
        List.of());
  }

  /** Carries out the steps; true if the connection can be used again. */
  private static boolean carry(
      Script script,
      HttpConnection connection,
      HttpConnection.Request request,
      Upstream.@Nullable Running running)
      throws IOException {
    // Waits are added up, so that the pace of an answer does not drift; but a silence is not cut
    // short to make up for a peer that read slowly.
    long dueNanos = System.nanoTime();
    for (Step step : script) {
      switch (step) {
        case Step.Head s -> connection.head(s, request);
        case Step.Send s -> {
          connection.send(s.bytes(), request);
          if (running != null) {
            running.sent(s.bytes().length);
          }
        }
        case Step.Wait s -> {
          dueNanos = Math.max(dueNanos, System.nanoTime() - LAG_NANOS_MAX) + s.time().toNanos();
          if (connection.peerClosesUntil(dueNanos)) {
            return ended(running, Call.Outcome.PEER_CLOSED);
          }
        }
        case Step.Hang s -> {
          connection.peerClosesUntil(null);
          return ended(running, Call.Outcome.PEER_CLOSED);
        }
        case Step.End s -> {
          // Booked first: once the peer has the end, it may ask for what was booked.
          ended(running, Call.Outcome.ENDED);
          connection.end(request);
          return request.keepsAlive();
        }
        case Step.Refuse s -> {
          ended(running, Call.Outcome.BROKEN);
          connection.reset();
          return false;
        }
        case Step.Reset s -> {
          ended(running, Call.Outcome.BROKEN);
          connection.reset();
          return false;
        }
        case Step.Cut s -> {
          ended(running, Call.Outcome.BROKEN);
          connection.cut();
          return false;
        }
      }
    }
    return false;
  }

  private static boolean ended(Upstream.@Nullable Running running, Call.Outcome outcome) {
    if (running != null) {
      running.ended(outcome);
    }
    return false;
  }

  /** A port that is taken, so that nobody else gets it, and at which nobody listens. */
  private static Socket boundOnly() throws IOException {
    var socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return socket;
  }
}

package dev.holdfast.relay.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the relay is told before it starts. Made by {@link #read} from a file or by {@link
 * #fromEnvironment} without one; both either give a configuration that holds, or say all that is
 * wrong.
 *
 * @param listen where connections are accepted; default 127.0.0.1:8080
 * @param workers event loops; default the number of processors
 * @param journal how long sessions are kept
 * @param upstreams the providers, in the order of the file; at least one
 * @param routes model names and their targets; empty if none is written, and then {@code
 *     provider/model} and bare names are resolved as {@link Router} says
 * @param keys who may call; empty if anyone on this machine may
 * @param policy what holds for sessions whose route says nothing else
 * @param breaker for every target
 * @param onDisconnect what becomes of a session whose last reader left; default {@link
 *     OnDisconnect#AUTO}
 * @param insecure whether the relay may be reachable from elsewhere without keys; default false
 * @param bodyBytesMax the largest request; default 16 MB, each request in flight may hold as much
 * @param requestWithin how long the head of a request, or 64 KB more of its body, may be awaited;
 *     default 2 min, which is longer than what stands in front keeps a connection idle (nginx and
 *     load balancers 60 s, Go 90 s). Each connection awaited holds a socket
 * @param comments silence after which a committed head gets a comment; default 15 s
 * @param sessions what sessions and their readers may take
 * @param drain how the relay goes
 * @param notices lines for the log at start, without any credential
 */
public record RelayConfig(
    Listen listen,
    int workers,
    JournalSettings journal,
    List<Upstream> upstreams,
    List<Route> routes,
    List<ClientKey> keys,
    Route.Policy policy,
    BreakerSettings breaker,
    OnDisconnect onDisconnect,
    boolean insecure,
    long bodyBytesMax,
    Duration requestWithin,
    Duration comments,
    SessionLimits sessions,
    DrainTimes drain,
    List<String> notices) {

  static final long BODY_BYTES_DEFAULT = 16L << 20;
  static final Duration REQUEST_WITHIN_DEFAULT = Duration.ofMinutes(2);
  static final Duration COMMENTS_DEFAULT = Duration.ofSeconds(15);

  /** A file larger than this is not a configuration. */
  private static final long FILE_BYTES_MAX = 1L << 20;

  public RelayConfig {
    upstreams = List.copyOf(upstreams);
    routes = List.copyOf(routes);
    keys = List.copyOf(keys);
    notices = List.copyOf(notices);
    if (upstreams.isEmpty()) {
      throw new IllegalArgumentException("expected at least one upstream, got none");
    }
    if (!listen.isLoopback() && keys.isEmpty() && !insecure) {
      throw new IllegalArgumentException("expected keys or insecure to listen on " + listen);
    }
  }

  /**
   * Reads a file.
   *
   * @param environment for {@code ${NAME}} and {@code ~}
   * @throws ConfigException with every problem, if there is any
   */
  public static RelayConfig read(Path file, Map<String, String> environment) {
    return parse(text(file), environment);
  }

  /**
   * Reads the text of a file.
   *
   * @param environment for {@code ${NAME}} and {@code ~}
   * @throws ConfigException with every problem, if there is any
   */
  public static RelayConfig parse(String yaml, Map<String, String> environment) {
    return new ConfigParser(environment).parse(yaml);
  }

  /**
   * What holds without a file: loopback, port 8080, every provider whose key is in the environment.
   * Without any the built-in simulator stands alone, with an empty URL that the caller fills in by
   * {@link #withUpstreamUrl}, and only {@code simulator/…} names reach it: a deployment that lost
   * its key must not answer with invented text.
   */
  public static RelayConfig fromEnvironment(Map<String, String> environment) {
    return EnvironmentConfig.of(environment);
  }

  /** The upstream of that name. */
  public Optional<Upstream> upstream(String name) {
    return upstreams.stream().filter(u -> u.name().equals(name)).findFirst();
  }

  public Router router() {
    return new Router(this);
  }

  /**
   * The same configuration at another port of the same host, for the command line.
   *
   * @param port 0 takes a free one
   */
  public RelayConfig withPort(int port) {
    return with(new Listen(listen.host(), port), upstreams);
  }

  /**
   * The same configuration with the address of one upstream.
   *
   * @throws IllegalArgumentException if there is no such upstream
   */
  public RelayConfig withUpstreamUrl(String name, String url) {
    if (upstream(name).isEmpty()) {
      throw new IllegalArgumentException("expected the name of an upstream, got " + name);
    }
    return with(
        listen, upstreams.stream().map(u -> u.name().equals(name) ? u.withUrl(url) : u).toList());
  }

  private RelayConfig with(Listen newListen, List<Upstream> newUpstreams) {
    return new RelayConfig(
        newListen,
        workers,
        journal,
        newUpstreams,
        routes,
        keys,
        policy,
        breaker,
        onDisconnect,
        insecure,
        bodyBytesMax,
        requestWithin,
        comments,
        sessions,
        drain,
        notices);
  }

  private static String text(Path file) {
    var problems = new Problems();
    try {
      if (Files.size(file) <= FILE_BYTES_MAX) {
        return Files.readString(file);
      }
      problems.add("", 0, "expected at most " + Units.print(FILE_BYTES_MAX) + " in " + file);
    } catch (NoSuchFileException e) {
      problems.add("", 0, "no such file: " + file);
    } catch (MalformedInputException e) {
      problems.add("", 0, "expected UTF-8 in " + file);
    } catch (IOException e) {
      problems.add("", 0, "cannot read " + file + ": " + e.getClass().getSimpleName());
    }
    throw problems.exception();
  }
}

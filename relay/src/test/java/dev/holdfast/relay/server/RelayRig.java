package dev.holdfast.relay.server;

import dev.holdfast.journal.SessionStore;
import dev.holdfast.relay.config.RelayConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A relay in this process on a free port of the loopback address, and what it reports. */
final class RelayRig implements AutoCloseable {
  /** Short clocks, so that a stall costs a test seconds and not minutes. */
  static String clocks(Duration patience) {
    long millis = patience.toMillis();
    return String.format(
        Locale.ROOT,
        """
        retry: { base: 50ms, cap: 200ms, spread: 100ms, wait-without-hint: 300ms }
        clocks: { connect: %1$dms, first-progress: %1$dms, first-progress-reasoning: %2$dms, \
        idle-progress: %1$dms, idle-progress-quiet: %2$dms }
        commit-after: 5m
        """,
        millis,
        2 * millis);
  }

  private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

  private final Relay relay;
  private final Recorded recorded;

  private RelayRig(Relay relay, Recorded recorded) {
    this.relay = relay;
    this.recorded = recorded;
  }

  /** What the relay tells its listener. */
  private static final class Recorded implements RelayListener {
    private final Map<String, SessionReport> reports = new ConcurrentHashMap<>();
    private final List<String> begun = new CopyOnWriteArrayList<>();

    @Override
    public void attemptBegan(String session, int attempt, String target) {
      begun.add(session);
    }

    @Override
    public void finished(SessionReport report) {
      reports.put(report.session(), report);
    }
  }

  static RelayRig start(String yaml) throws Exception {
    return start(RelayConfig.parse(yaml, Map.of()), null);
  }

  static RelayRig start(RelayConfig config, @Nullable SessionStore store) throws Exception {
    var recorded = new Recorded();
    var started =
        store == null ? Relay.start(config, recorded) : Relay.start(config, recorded, store);
    return new RelayRig(
        started.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS), recorded);
  }

  /** A configuration with one upstream of a bare dialect, asked for as {@code up/m}. */
  static String oneUpstream(String url) {
    return "listen: 127.0.0.1:0\nupstreams:\n" + upstream("up", url);
  }

  static String upstream(String name, String url) {
    return upstream(name, url, List.of("prefill"), false);
  }

  static String upstream(String name, String url, List<String> rungs, boolean deterministic) {
    return String.format(
        Locale.ROOT,
        "  %s: { dialect: openai-chat, url: \"%s\", key: \"sk-canary-upstream\","
            + " continuation: %s, deterministic: %s }%n",
        name,
        url,
        rungs,
        deterministic);
  }

  /** What bodies that arrive may take together, in this JVM. */
  static long bodyRoomBytes() {
    return Runtime.getRuntime().maxMemory() / 8;
  }

  int port() {
    return relay.port();
  }

  Relay relay() {
    return relay;
  }

  /** The report of a session that has ended. */
  @Nullable SessionReport report(String session) {
    return recorded.reports.get(session);
  }

  /** The reports of all sessions that have ended. */
  Collection<SessionReport> reports() {
    return recorded.reports.values();
  }

  /** How many sessions have ended. */
  int ended() {
    return recorded.reports.size();
  }

  /** How many calls to upstreams have begun. */
  int begun() {
    return recorded.begun.size();
  }

  /** Waits until something is so; fails if it never is. */
  static void until(String what, BooleanSupplier so) {
    long end = System.nanoTime() + WAIT_NANOS_MAX;
    while (!so.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain until " + what);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
    }
  }

  @Override
  public void close() throws Exception {
    relay.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}

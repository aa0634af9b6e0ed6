package dev.holdfast.cli.demo;

import dev.holdfast.engine.session.AttemptRecord;
import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.relay.server.Relay;
import dev.holdfast.relay.server.RelayListener;
import dev.holdfast.relay.server.SessionReport;
import dev.holdfast.simulator.SimulatorServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One demo: a simulator in which each answer has a provider of its own, so that no circuit breaker
 * mixes them; a relay in front; a plain reader for each answer. Readers and relay put what they see
 * in a queue, and the caller's thread alone takes it from there.
 */
final class DemoRun {
  /** Clocks and waits are the defaults made short, so that a person sees breaks being mended. */
  private static final String SETTINGS =
      """
      listen: 127.0.0.1:0
      workers: 1
      retry: { base: 300ms, cap: 2s }
      clocks:
        first-progress: 4s
        first-progress-reasoning: 30s
        idle-progress: 2500ms
        idle-progress-quiet: 30s
      """;

  private static final long AWAY_MILLIS = 2_500;

  private static final Duration FRAME = Duration.ofMillis(50);
  private static final Duration START_MAX = Duration.ofSeconds(30);

  /** An answer takes some 10 s and at most 5 s for each of its breaks. */
  private static final Duration RUN_MAX = Duration.ofSeconds(60);

  /** The relay knows of the end before its reader does; more is a lost report. */
  private static final Duration REPORT_MAX = Duration.ofSeconds(5);

  private final DemoPlan plan;
  private final double speed;
  private final DemoView view;
  private final BlockingQueue<DemoEvent> queue = new LinkedBlockingQueue<>();
  private final Map<Integer, Watched> watched = new HashMap<>();

  private DemoRun(DemoPlan plan, double speed, DemoView view) {
    this.plan = plan;
    this.speed = speed;
    this.view = view;
  }

  /**
   * Runs a demo to its end.
   *
   * @param speed how much faster than for a person; 1 is for a person
   * @return the answers in order; one that did not come to an end is not equal
   * @throws IllegalStateException if the relay does not start
   */
  static List<Watched> run(DemoPlan plan, double speed, DemoView view) throws InterruptedException {
    return new DemoRun(plan, speed, view).run();
  }

  private List<Watched> run() throws InterruptedException {
    // Shown at once: until relay and simulator stand, a busy machine may take seconds.
    List<Watched> answers = show();
    try (var simulator = SimulatorServer.start()) {
      var yaml = new StringBuilder(SETTINGS).append("upstreams:\n");
      for (DemoAnswer answer : plan.answers()) {
        String url = simulator.add(answer.upstream(), answer.faults(), answer.provider(speed));
        yaml.append(
            "  %s: { dialect: openai-chat, url: \"%s\", continuation: [%s] }\n"
                .formatted(answer.upstream(), url, answer.kind().continuation()));
      }
      var relay = start(RelayConfig.parse(yaml.toString(), Map.of()));
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      try {
        return watch(
            answers,
            client,
            URI.create("http://127.0.0.1:" + relay.port() + "/v1/chat/completions"));
      } finally {
        client.shutdownNow();
        relay.close();
      }
    }
  }

  private Relay start(RelayConfig config) throws InterruptedException {
    try {
      return Relay.start(config, new Ears())
          .toCompletionStage()
          .toCompletableFuture()
          .get(START_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("expected the relay to listen, got: " + e.getMessage(), e);
    }
  }

  private List<Watched> show() {
    long now = System.nanoTime();
    var answers = new ArrayList<Watched>();
    for (DemoAnswer answer : plan.answers()) {
      var one = new Watched(answer, now);
      answers.add(one);
      watched.put(answer.number(), one);
    }
    view.began(answers, now);
    view.passed(now);
    return answers;
  }

  private List<Watched> watch(List<Watched> answers, HttpClient client, URI uri)
      throws InterruptedException {
    long beganNanos = System.nanoTime();
    for (DemoAnswer answer : plan.answers()) {
      Thread.ofVirtual().name("reader-" + answer.number()).start(() -> read(client, uri, answer));
    }
    long endNanos = beganNanos + RUN_MAX.toNanos();
    long frameNanos = beganNanos;
    boolean read = false;
    while (!answers.stream().allMatch(Watched::isOver) && System.nanoTime() < endNanos) {
      var event = queue.poll(Math.max(0, frameNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (event != null) {
        take(event);
      }
      long now = System.nanoTime();
      if (now >= frameNanos) {
        view.passed(now);
        frameNanos = now + FRAME.toNanos();
      }
      if (!read && answers.stream().allMatch(Watched::isRead)) {
        read = true;
        endNanos = now + REPORT_MAX.toNanos();
      }
    }
    view.ended();
    return answers;
  }

  private void take(DemoEvent event) {
    Watched answer = watched.get(event.answer());
    if (answer != null) {
      view.changed(answer, answer.take(event), event);
    }
  }

  private void read(HttpClient client, URI uri, DemoAnswer answer) {
    int number = answer.number();
    Reading reading;
    try {
      reading =
          PlainReader.ask(
              client,
              uri,
              answer.body(),
              answer.dropsAfter(),
              away(),
              heard -> queue.add(event(number, heard)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reading = Reading.failed("interrupted");
    }
    queue.add(new DemoEvent.Closed(number, System.nanoTime(), reading));
  }

  private static DemoEvent event(int answer, PlainReader.Heard heard) {
    long now = System.nanoTime();
    return switch (heard) {
      case PlainReader.Heard.Piece piece ->
          new DemoEvent.Heard(answer, now, piece.event(), piece.text());
      case PlainReader.Heard.Lost lost -> new DemoEvent.ReaderLost(answer, now, lost.event());
      case PlainReader.Heard.Back back -> new DemoEvent.ReaderBack(answer, now);
    };
  }

  /** How long a reader stays away whose connection broke. */
  private Duration away() {
    return Duration.ofMillis((long) (AWAY_MILLIS / speed));
  }

  /** What the relay tells. It knows answers by their targets, sessions by what came first. */
  private final class Ears implements RelayListener {
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();
    private final Map<String, Integer> told = new ConcurrentHashMap<>();

    @Override
    public void attemptBegan(String session, int attempt, String target) {
      for (DemoAnswer answer : plan.answers()) {
        if (answer.target().equals(target)) {
          answers.put(session, answer.number());
          queue.add(new DemoEvent.Called(answer.number(), System.nanoTime(), attempt));
        }
      }
    }

    @Override
    public void attemptEnded(String session, AttemptRecord attempt) {
      Integer answer = answers.get(session);
      Integer before = told.put(session, attempt.number());
      boolean isNew = before == null || before < attempt.number();
      if (answer != null && isNew && !attempt.why().isEmpty()) {
        queue.add(new DemoEvent.Broke(answer, System.nanoTime(), attempt));
      }
    }

    @Override
    public void finished(SessionReport report) {
      Integer answer = answers.get(report.session());
      if (answer != null) {
        queue.add(new DemoEvent.Reported(answer, System.nanoTime(), report));
      }
    }
  }
}

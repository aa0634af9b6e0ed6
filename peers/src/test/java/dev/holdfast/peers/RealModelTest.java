package dev.holdfast.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.client.ChatRequest;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.StreamOutcome;
import dev.holdfast.engine.dialect.Profile;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.peers.CutProxy.Cut;
import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.relay.server.Relay;
import dev.holdfast.relay.server.RelayListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real language model under a server that nobody here wrote, with a proxy between it and the
 * relay that breaks each answer once. The server echoes what it is to continue, against its
 * documentation, and nobody told the relay. Readers drop as well, and come back for the rest.
 *
 * <p>{@code -Dholdfast.answers=N} sets how many answers are broken, {@code -Dholdfast.seed=N}
 * where.
 */
@Tag("peers")
class RealModelTest {
  private static final int ANSWERS = Integer.getInteger("holdfast.answers", 40);
  private static final long SEED = Long.getLong("holdfast.seed", 1);
  private static final Duration BUILD_MAX = Duration.ofMinutes(30);
  private static final Duration ANSWER_MAX = Duration.ofMinutes(2);

  private static final List<String> OPENINGS =
      List.of(
          "The history of Rome begins",
          "To bake a loaf of bread, first",
          "The three laws of motion are",
          "Once upon a time, in a small village by the sea,",
          "A binary search tree is",
          "The most important thing about sleep is",
          "In 1969, two astronauts",
          "The difference between a frog and a toad is",
          "Dear Sir or Madam,",
          "Here is a list of the planets of the solar system:",
          "When the storm came, the captain",
          "Water boils at 100 degrees because",
          "def fibonacci(n):",
          "The recipe needs the following ingredients:",
          "Die Geschichte der Stadt Wien beginnt",
          "La mer est",
          "| City | Country |\n|---|---|",
          "Chess is played by two players who",
          "In the beginning of spring the farmer",
          "The capital of Vietnam is Hà Nội, a city that");

  private static final JsonMapper JSON = JsonMapper.shared();

  /** What a reader of a stream had in the end. */
  private record Answer(String text, String finish, int events, boolean done) {}

  /** The model's server, the proxy and the relay, in this order towards the reader. */
  private record Stage(String modelUrl, CutProxy proxy, String relayUrl) {}

  private interface Scene {
    void play(Stage stage) throws Exception;
  }

  @Test
  void brokenOnce_inOneTokenBatches_equalsTheUnbrokenAnswer() throws Exception {
    on(
        "one-token",
        stage -> {
          var random = new SplittableRandom(SEED);
          var wrong = new ArrayList<String>();
          for (int i = 0; i < ANSWERS; i++) {
            var body = body(i, false);
            var unbroken = ask(stage.modelUrl(), body);
            var cut = cut(random, unbroken);
            stage.proxy().arm(cut);

            var answer = askAndDrop(stage.relayUrl(), body, random);

            if (!answer.done()
                || !answer.text().equals(unbroken.text())
                || !answer.finish().equals(unbroken.finish())) {
              wrong.add(difference(i, cut, unbroken, answer));
            }
          }
          report("one-token batches, equal to the unbroken answer", wrong);
          assertThat(stage.proxy().cuts()).as("answers that were broken").isEqualTo(ANSWERS);
          assertThat(wrong).isEmpty();
        });
  }

  @Test
  void brokenOnce_inDefaultBatches_isThePrefixAndWhatTheServerSaysToIt() throws Exception {
    on(
        "default",
        stage -> {
          var random = new SplittableRandom(SEED);
          var wrong = new ArrayList<String>();
          for (int i = 0; i < ANSWERS; i++) {
            var body = body(i, true);
            var cut = cut(random, ask(stage.modelUrl(), body));
            stage.proxy().arm(cut);

            var answer = askAndDrop(stage.relayUrl(), body, random);

            // The last request is the one that was answered to the end.
            var last = stage.proxy().requests().getLast();
            var prefix = prefix(JSON.readTree(last));
            var rest = ask(stage.modelUrl(), last);
            var echo = rest.text().startsWith(prefix) ? prefix.length() : 0;
            var expected =
                new Answer(
                    prefix + rest.text().substring(echo), rest.finish(), rest.events(), true);
            if (!answer.done()
                || !answer.text().equals(expected.text())
                || !answer.finish().equals(expected.finish())) {
              wrong.add(difference(i, cut, expected, answer));
            }
          }
          report("default batches, the prefix and what the server says to it", wrong);
          assertThat(stage.proxy().cuts()).as("answers that were broken").isEqualTo(ANSWERS);
          assertThat(wrong).isEmpty();
        });
  }

  @Test
  void brokenOnce_throughTheLibrary_equalsTheUnbrokenAnswer() throws Exception {
    on(
        "one-token",
        stage -> {
          var random = new SplittableRandom(SEED);
          var wrong = new ArrayList<String>();
          try (var holdfast = library(stage.proxy().port())) {
            for (int i = 0; i < ANSWERS; i++) {
              var body = body(i, false);
              var unbroken = ask(stage.modelUrl(), body);
              var cut = cut(random, unbroken);
              stage.proxy().arm(cut);

              var answer = answer(holdfast.tryStream(ChatRequest.ofJson(body), text -> {}));

              if (!answer.done()
                  || !answer.text().equals(unbroken.text())
                  || !answer.finish().equals(unbroken.finish())) {
                wrong.add(difference(i, cut, unbroken, answer));
              }
            }
          }
          report("through the library, equal to the unbroken answer", wrong);
          assertThat(stage.proxy().cuts()).as("answers that were broken").isEqualTo(ANSWERS);
          assertThat(wrong).isEmpty();
        });
  }

  /** The library at the bare server; told as little of it as the relay is. */
  private static Holdfast library(int port) {
    return Holdfast.builder()
        .baseUrl("http://127.0.0.1:" + port + "/v1")
        .profile("llama.cpp")
        .continuation(Profile.Rung.PREFILL)
        .probeOnBreak()
        .retry(
            RetryPolicy.DEFAULTS.withBackoff(
                Duration.ofMillis(50), Duration.ofSeconds(10), RetryPolicy.Jitter.FULL))
        .clocks(Clocks.DEFAULTS.withProgress(Duration.ofSeconds(8)))
        .build();
  }

  private static Answer answer(StreamOutcome outcome) {
    return switch (outcome) {
      case StreamOutcome.Complete c ->
          new Answer(
              c.answer().text(), String.valueOf(c.answer().finishReason()), 0, true);
      case StreamOutcome.Incomplete c -> new Answer(c.partial().text(), "cut", 0, false);
    };
  }

  /**
   * A model this small rarely repeats what it is asked to; what counts is that nothing is wrong.
   */
  @Test
  void brokenOnce_withoutPrefill_isJoinedByItsAnchorOrAnError() throws Exception {
    on(
        "one-token",
        "[anchor]",
        stage -> {
          var random = new SplittableRandom(SEED);
          int joined = 0;
          var wrong = new ArrayList<String>();
          for (int i = 0; i < ANSWERS; i++) {
            var body = body(i, false);
            var unbroken = ask(stage.modelUrl(), body);
            var cut = cut(random, unbroken);
            stage.proxy().arm(cut);

            var answer = ask(stage.relayUrl(), body);

            var prefix = prefixBehindNote(JSON.readTree(stage.proxy().requests().getLast()));
            if (answer.done()) {
              joined++;
            }
            if (!answer.text().startsWith(prefix)
                || (!answer.done() && !answer.finish().equals("cut"))) {
              wrong.add(difference(i, cut, unbroken, answer));
            }
          }
          System.out.printf(
              "real model, seed %d, anchor rung: %d of %d answered, %d wrong%n",
              SEED, joined, ANSWERS, wrong.size());
          assertThat(wrong).isEmpty();
        });
  }

  private static void on(String mode, Scene scene) throws Exception {
    on(mode, "[prefill]", scene);
  }

  private static void on(String mode, String continuation, Scene scene) throws Exception {
    // Built here, so that a server that does not come up is no server that is still being built.
    Scripts.output("real-model", "build");
    int port = freePort();
    var server =
        Scripts.builder("real-model", "serve", Integer.toString(port), mode)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var proxy = new CutProxy(port)) {
      waitUntilHealthy(server, port);
      var relay =
          Relay.start(RelayConfig.parse(config(proxy, continuation), Map.of()), RelayListener.NONE)
              .toCompletionStage()
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS);
      try {
        scene.play(
            new Stage("http://127.0.0.1:" + port, proxy, "http://127.0.0.1:" + relay.port()));
      } finally {
        relay.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
      }
    } finally {
      server.destroy();
      if (!server.waitFor(10, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
    }
  }

  private static String config(CutProxy proxy, String continuation) {
    return """
    listen: 127.0.0.1:0
    workers: 1
    probe: on-break
    retry: { base: 50ms }
    clocks: { first-progress: 60s, idle-progress: 4s }
    upstreams:
      model:
        profile: llama.cpp
        url: "http://127.0.0.1:%d/v1"
        continuation: %s
    routes: { "*": [model/*] }
    """
        .formatted(proxy.port(), continuation);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void waitUntilHealthy(Process server, int port) throws Exception {
    var health =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
            .timeout(Duration.ofSeconds(5))
            .build();
    long end = System.nanoTime() + BUILD_MAX.toNanos();
    while (System.nanoTime() < end) {
      assertThat(server.isAlive()).as("the model's server runs").isTrue();
      try (var http = HttpClient.newHttpClient()) {
        if (http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // It does not listen yet.
      }
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
    throw new AssertionError("expected the model's server to be healthy in " + BUILD_MAX);
  }

  /** Each opening comes with several lengths, so that no two requests are equal. */
  private static String body(int number, boolean uncached) {
    var opening = OPENINGS.get(number % OPENINGS.size());
    int tokens = 120 + number / OPENINGS.size() * 20 % 60;
    return "{\"model\":\"gemma\",\"messages\":[{\"role\":\"user\",\"content\":"
        + JSON.writeValueAsString(opening)
        + "}],\"temperature\":0,\"max_tokens\":"
        + tokens
        + (uncached ? ",\"cache_prompt\":false" : "")
        + ",\"stream\":true}";
  }

  /** Somewhere before the event that ends the answer. */
  private static Cut cut(SplittableRandom random, Answer unbroken) {
    var kinds = CutProxy.Kind.values();
    return new Cut(
        kinds[random.nextInt(kinds.length)], random.nextInt(1, Math.max(2, unbroken.events())));
  }

  /** What a request hands back as the answer so far. */
  private static String prefix(JsonNode request) {
    var last = request.get("messages").get(request.get("messages").size() - 1);
    return last.get("role").asString().equals("assistant") ? last.get("content").asString() : "";
  }

  /** The delivered text of a request that asks for an anchor: the message before the note. */
  private static String prefixBehindNote(JsonNode request) {
    var messages = request.get("messages");
    var before = messages.size() < 2 ? messages.get(0) : messages.get(messages.size() - 2);
    return before.get("role").asString().equals("assistant")
        ? before.get("content").asString()
        : "";
  }

  /** A reader whose own connection breaks once, and which comes back with the last id it has. */
  private static Answer askAndDrop(String url, String body, SplittableRandom random)
      throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .header("X-Session-ID", "real-model")
            .timeout(ANSWER_MAX)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      var first = http.send(request, HttpResponse.BodyHandlers.ofLines());
      var seen = new Seen(random.nextInt(1, 60));
      if (!seen.read(first)) {
        return seen.answer();
      }
      var session = first.headers().firstValue("X-Holdfast-Session").orElseThrow();
      var rest =
          HttpRequest.newBuilder(URI.create(url + "/v1/sessions/" + session + "/events"))
              .header("Last-Event-ID", seen.id)
              .timeout(ANSWER_MAX)
              .build();
      seen.read(http.send(rest, HttpResponse.BodyHandlers.ofLines()));
      return seen.answer();
    }
  }

  private static Answer ask(String url, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .timeout(ANSWER_MAX)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    // A client each: the model's server closes idle connections after some seconds, and one that is
    // asked through such a connection in that moment is no failure of anybody's.
    try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return read(http.send(request, HttpResponse.BodyHandlers.ofLines()));
    }
  }

  private static Answer read(HttpResponse<Stream<String>> response) {
    var seen = new Seen(Integer.MAX_VALUE);
    seen.read(response);
    return seen.answer();
  }

  /** What a reader has, over all its connections. */
  private static final class Seen {
    private final StringBuilder text = new StringBuilder();
    private int dropsAfter;
    private String id = "";
    private String finish = "none";
    private int events;
    private boolean done;
    private boolean cut;

    Seen(int dropsAfter) {
      this.dropsAfter = dropsAfter;
    }

    /** Reads to the end; true if the reader dropped before it. */
    boolean read(HttpResponse<Stream<String>> response) {
      try (var lines = response.body()) {
        for (var line : (Iterable<String>) lines::iterator) {
          if (line.startsWith("id: ")) {
            id = line.substring("id: ".length());
          } else if (line.equals("data: [DONE]")) {
            done = true;
          } else if (line.startsWith("data: ")) {
            event(JSON.readTree(line.substring("data: ".length())));
          } else if (line.isEmpty() && events >= dropsAfter && !done) {
            dropsAfter = Integer.MAX_VALUE;
            return true;
          }
        }
      } catch (UncheckedIOException e) {
        // The connection was cut: what came so far is the answer, and it is not done.
        cut = true;
      }
      return false;
    }

    private void event(JsonNode event) {
      events++;
      for (var choice : event.path("choices")) {
        text.append(choice.path("delta").path("content").asString(""));
        finish = choice.path("finish_reason").asString(finish);
      }
    }

    Answer answer() {
      return new Answer(text.toString(), cut ? "cut" : finish, events, done && !cut);
    }
  }

  private static String difference(int number, Cut cut, Answer expected, Answer came) {
    int at = 0;
    int least = Math.min(expected.text().length(), came.text().length());
    while (at < least && expected.text().charAt(at) == came.text().charAt(at)) {
      at++;
    }
    return "answer %d, seed %d, %s: differs at character %d%n  expected %s %s%n  came %s %s%n"
        .formatted(number, SEED, cut, at, expected.finish(), expected, came.finish(), came);
  }

  private static void report(String what, List<String> wrong) {
    System.out.printf(
        "real model, seed %d, %s: %d of %d%n", SEED, what, ANSWERS - wrong.size(), ANSWERS);
  }
}

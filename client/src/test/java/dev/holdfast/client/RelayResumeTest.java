package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At a relay, which keeps its answers, a broken connection is read on by cursor. */
class RelayResumeTest {
  private static final String SESSION = "s0123456789abcdef";
  private static final List<String> WORDS = List.of("One ", "two ", "three ", "four ", "five.");

  private record Asked(String method, String uri, Map<String, List<String>> headers) {}

  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final List<Integer> cuts = new ArrayList<>();

  /** What follows the events before a cut. */
  private volatile String lastWords = "";

  private HttpServer relay;

  /** Serves one answer, and ends each body after as many events as the next cut says. */
  @BeforeEach
  void start() throws IOException {
    relay = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    relay.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    relay.createContext("/v1/", this::serve);
    relay.start();
  }

  @AfterEach
  void stop() {
    relay.stop(0);
  }

  private void serve(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    var uri = exchange.getRequestURI().toString();
    asked.add(
        new Asked(exchange.getRequestMethod(), uri, Map.copyOf(exchange.getRequestHeaders())));
    int after = uri.contains("after=") ? Integer.parseInt(uri.split("after=", -1)[1]) : 0;
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.getResponseHeaders().set("X-Holdfast-Session", SESSION);
    exchange.sendResponseHeaders(200, 0);
    int end = cuts.isEmpty() ? events().size() : cuts.removeFirst();
    try (var body = exchange.getResponseBody()) {
      for (int i = after; i < end; i++) {
        body.write(events().get(i).getBytes(StandardCharsets.UTF_8));
      }
      if (end < events().size()) {
        body.write(lastWords.getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static List<String> events() {
    var events = new ArrayList<String>();
    for (var word : WORDS) {
      events.add(chunk("{\"content\":\"" + word + "\"}", "null"));
    }
    events.add(chunk("{}", "\"stop\""));
    events.add("[DONE]");
    var blocks = new ArrayList<String>();
    for (var event : events) {
      blocks.add("id: abcdefgh-" + (blocks.size() + 1) + "\ndata: " + event + "\n\n");
    }
    return blocks;
  }

  private static String chunk(String delta, String finish) {
    return "{\"id\":\"a\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
        + "\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finish
        + "}]}";
  }

  private String url() {
    return "http://127.0.0.1:" + relay.getAddress().getPort() + "/v1";
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void connection_thatBreaks_isReadOnFromTheLastEvent(int cut) {
    cuts.add(cut);
    var heard = new StringBuilder();

    try (var holdfast = Holdfast.builder().relay(url()).build()) {
      var answer = holdfast.stream(Upstreams.request(), heard::append);

      assertThat(answer.text()).isEqualTo("One two three four five.").isEqualTo(heard.toString());
      assertThat(answer.session()).isEqualTo(SESSION);
      // The very events of one answer: nothing is joined.
      assertThat(answer.seams()).isEmpty();
      assertThat(answer.attempts().getLast().purpose()).isEqualTo("native");
    }
    assertThat(asked).hasSize(2);
    assertThat(asked.getLast().method()).isEqualTo("GET");
    assertThat(asked.getLast().uri()).isEqualTo("/v1/sessions/" + SESSION + "/events?after=" + cut);
  }

  @Test
  void relay_atABaseUrl_isRecognisedByItsAnswer() {
    cuts.addAll(List.of(2, 4));

    try (var holdfast = Holdfast.builder().baseUrl(url()).build()) {
      var answer = holdfast.stream(Upstreams.request(), text -> {});

      assertThat(answer.text()).isEqualTo("One two three four five.");
    }
    assertThat(asked).extracting(Asked::method).containsExactly("POST", "GET", "GET");
  }

  @Test
  void calls_ofOneSession_bearOneIdempotencyKeyAndOurName() {
    cuts.add(0);

    try (var holdfast = Holdfast.builder().relay(url()).build()) {
      holdfast.stream(Upstreams.request().label("chat-7"), text -> {});
      holdfast.stream(Upstreams.request().label("chat-7"), text -> {});
    }

    assertThat(asked).hasSizeBetween(3, 4);
    assertThat(asked)
        .allSatisfy(call -> {
          assertThat(String.valueOf(call.headers().get("X-holdfast-client")))
              .startsWith("[holdfast-java/");
          assertThat(call.headers().get("X-session-id")).containsExactly("chat-7");
        });
    assertThat(asked.stream().map(call -> call.headers().get("Idempotency-key")).distinct())
        .hasSize(2);
  }

  private static String error(String why) {
    return "event: error\ndata: {\"error\":{\"message\":\"the relay says "
        + why
        + "\",\"type\":\"service_unavailable_error\",\"param\":null,\"code\":\""
        + why
        + "\",\"why\":\""
        + why
        + "\",\"retryable\":true}}\n\n";
  }

  /** A deployment: whoever stands in its place has the answer, or the ladder goes on without. */
  @Test
  void relay_thatLeavesInMidAnswer_isComeBackTo() {
    cuts.addAll(List.of(2, 4));
    lastWords = error("draining");
    var reasons = new ArrayList<String>();

    try (var holdfast =
        Holdfast.builder().relay(url()).onRetry(n -> reasons.add(n.failure().why())).build()) {
      var answer = holdfast.stream(Upstreams.request(), text -> {});

      assertThat(answer.text()).isEqualTo("One two three four five.");
      assertThat(answer.seams()).isEmpty();
    }
    assertThat(reasons).containsExactly("draining", "draining");
    assertThat(asked).extracting(Asked::method).containsExactly("POST", "GET", "GET");
  }

  /** It has tried what can be tried. */
  @Test
  void relay_thatGaveUp_isBelieved() {
    cuts.add(2);
    lastWords = error("unproven_seam");

    try (var holdfast = Holdfast.builder().relay(url()).build()) {
      var outcome = holdfast.tryStream(Upstreams.request(), text -> {});

      assertThat(outcome).isInstanceOf(StreamOutcome.Incomplete.class);
      assertThat(((StreamOutcome.Incomplete) outcome).failure().why()).isEqualTo("unproven_seam");
    }
    assertThat(asked).hasSize(1);
  }
}

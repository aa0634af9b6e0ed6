package dev.holdfast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.Manner;
import dev.holdfast.simulator.provider.ProviderConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SimulatorServerTest {
  private static final byte[] BODY = RequestKind.TEXT.body("m-1", Style.PROSE, 1);

  private final SimulatorServer server = SimulatorServer.start();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void closeAll() {
    server.close();
    client.shutdownNow();
  }

  @Test
  void upstreams_onOnePort_haveEachTheirPlanAndCalls() throws Exception {
    String flaky = server.add("flaky", "503; ok", Manner.PREFILL);
    String fine = server.add("fine", "ok", Manner.PREFILL);

    assertThat(post(flaky).statusCode()).isEqualTo(503);
    assertThat(post(fine).body()).endsWith("data: [DONE]\n\n");
    assertThat(post(flaky).body()).endsWith("data: [DONE]\n\n");

    assertThat(server.attempts("flaky")).isEqualTo(2);
    assertThat(server.calls("fine")).hasSize(1);
    Call second = server.calls("flaky").getLast();
    assertThat(second.attempt()).isEqualTo(2);
    assertThat(second.fault()).hasToString("ok");
    assertThat(second.path()).isEqualTo("/flaky/v1/chat/completions");
    assertThat(second.body()).isEqualTo(BODY);
    assertThat(second.outcome()).isEqualTo(Call.Outcome.ENDED);
    assertThat(second.endedNanos()).isGreaterThan(second.begunNanos());
    assertThat(second.bytesSent()).isGreaterThan(10_000);
  }

  @Test
  void defaultUpstream_needsNoName() throws Exception {
    assertThat(post(server.baseUrl()).body()).endsWith("data: [DONE]\n\n");
    assertThat(get(server.baseUrl() + "/models").body()).contains("simulator/text");

    assertThat(server.attempts(SimulatorServer.DEFAULT)).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset@20", "cut@20", "reset@head", "cut@head", "refuse; ok"})
  void break_ofTheConnection_failsTheCall(String plan) {
    String base = server.add("broken", plan, Manner.PREFILL);

    assertThatThrownBy(() -> post(base)).isInstanceOf(IOException.class);

    assertThat(server.calls("broken").getFirst().outcome()).isEqualTo(Call.Outcome.BROKEN);
  }

  @Test
  void reset_afterTokens_isRstOnTheWireBehindThoseTokens() throws Exception {
    server.add("rst", "reset@5", Manner.PREFILL);
    try (Socket socket = ask("/rst/v1/chat/completions", "")) {
      var seen = new StringBuilder();

      assertThatThrownBy(() -> readTo(socket, seen, "never")).isInstanceOf(SocketException.class);

      assertThat(seen.toString().split("\"content\":", -1)).hasSize(1 + 1 + 5);
    }
  }

  @Test
  void cut_afterTokens_isFinWithoutTheLastChunk() throws Exception {
    server.add("fin", "cut@event:5", Manner.PREFILL);
    try (Socket socket = ask("/fin/v1/chat/completions", "")) {
      var seen = new StringBuilder();

      readTo(socket, seen, "never");

      assertThat(seen.toString()).doesNotContain("\r\n0\r\n\r\n").endsWith("\r\n");
    }
  }

  @Test
  void cleanEnd_afterTokens_looksWholeToHttp() throws Exception {
    String base = server.add("half", "end@20", Manner.PREFILL);

    HttpResponse<String> response = post(base);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).doesNotContain("\"finish_reason\":\"stop\"").doesNotContain("DONE");
  }

  @Test
  void faultsOfTheAddress_areInTheBaseUrl() {
    String refused = server.add("a", "refuse*", Manner.PREFILL);
    String unknown = server.add("b", "no-such-host", Manner.PREFILL);
    String tls = server.add("c", "tls-garbage", Manner.PREFILL);

    assertThatThrownBy(() -> post(refused)).isInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> post(unknown)).isInstanceOf(ConnectException.class);
    assertThat(URI.create(unknown).getHost()).isEqualTo("simulator.invalid");
    assertThatThrownBy(() -> post(tls)).isInstanceOf(SSLException.class);
  }

  @Test
  void planInAHeader_isCountedByKey() throws Exception {
    String plan = "500; ok";

    assertThat(post(server.baseUrl(), "one; " + plan).statusCode()).isEqualTo(500);
    assertThat(post(server.baseUrl(), "two; " + plan).statusCode()).isEqualTo(500);
    assertThat(post(server.baseUrl(), "one; " + plan).statusCode()).isEqualTo(200);
    assertThat(post(server.baseUrl(), "two; " + plan).statusCode()).isEqualTo(200);
    assertThat(post(server.baseUrl()).statusCode()).isEqualTo(200);
    assertThat(post(server.baseUrl(), "three; rest@1").body()).contains("expected ok, refuse");
    assertThat(post(server.baseUrl(), "nonsense").statusCode()).isEqualTo(400);
  }

  @Test
  void peer_thatLeavesAStall_isNoticed() throws Exception {
    server.add("stall", "stall@5", Manner.PREFILL);
    long leftNanos;
    try (Socket socket = ask("/stall/v1/chat/completions", "")) {
      readTo(socket, new StringBuilder(), "data: ");
      leftNanos = System.nanoTime();
    }

    await(() -> server.calls("stall").getFirst().outcome() == Call.Outcome.PEER_CLOSED);

    assertThat(server.calls("stall").getFirst().endedNanos()).isGreaterThanOrEqualTo(leftNanos);
  }

  @Test
  void peer_thatLeavesAWait_isNoticed() throws Exception {
    server.add("pause", "pause@5(for=10m)", Manner.PREFILL);
    try (Socket socket = ask("/pause/v1/chat/completions", "")) {
      readTo(socket, new StringBuilder(), "data: ");
      assertThat(server.calls("pause").getFirst().outcome()).isEqualTo(Call.Outcome.RUNNING);
    }

    await(() -> server.calls("pause").getFirst().outcome() == Call.Outcome.PEER_CLOSED);
  }

  @Test
  void close_withHangingAndWaitingCalls_endsThemAtOnce() throws Exception {
    server.add("stall", "stall@5; pause@5(for=10m)", Manner.PREFILL);
    try (Socket first = ask("/stall/v1/chat/completions", "");
        Socket second = ask("/stall/v1/chat/completions", "")) {
      readTo(first, new StringBuilder(), "data: ");
      readTo(second, new StringBuilder(), "data: ");

      server.close();

      readTo(first, new StringBuilder(), "never");
      readTo(second, new StringBuilder(), "never");
    }
    await(() ->
        server.calls("stall").stream()
            .allMatch(call -> call.outcome() == Call.Outcome.SERVER_CLOSED));
  }

  @Test
  void connection_afterACleanEnd_servesTheNextRequest() throws Exception {
    server.add("twice", "503; ok", Manner.PREFILL);
    try (Socket socket = ask("/twice/v1/chat/completions", "")) {
      readTo(socket, new StringBuilder(), "\r\n0\r\n\r\n");
      socket.getOutputStream().write(request("/twice/v1/chat/completions", ""));
      var seen = new StringBuilder();

      readTo(socket, seen, "\r\n0\r\n\r\n");

      assertThat(seen).contains("[DONE]");
    }
  }

  @Test
  void connection_thatShallClose_isClosedBehindTheAnswer() throws Exception {
    try (Socket socket = ask("/v1/chat/completions", "Connection: close\r\n")) {
      var seen = new StringBuilder();

      readTo(socket, seen, "never");

      assertThat(seen.toString()).contains("Connection: close").endsWith("\r\n0\r\n\r\n");
    }
  }

  @Test
  void request_inChunks_isRead() throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + "/chat/completions"))
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(BODY)))
            .build();

    var response = client.send(request, BodyHandlers.ofString());

    assertThat(response.body()).endsWith("data: [DONE]\n\n");
  }

  @Test
  void rate_set_isKeptOverTheWholeAnswer() throws Exception {
    String base =
        server.add("slow", FaultPlan.HEALTHY, ProviderConfig.DEFAULTS.withTokensPerSecond(500));

    String body = post(base).body();

    int tokens = body.split("\"content\":", -1).length - 2;
    Call call = server.calls("slow").getFirst();
    long tookNanos = Objects.requireNonNull(call.endedNanos()) - call.begunNanos();
    assertThat(tookNanos).isGreaterThan(tokens * 2_000_000L - 25_000_000L);
  }

  @Test
  void key_configured_isAskedFor() throws Exception {
    String base = server.add("key", FaultPlan.HEALTHY, ProviderConfig.DEFAULTS.withApiKey("k"));

    assertThat(post(base).statusCode()).isEqualTo(401);
  }

  @Test
  void names_thatAreNone_areMisuse() {
    assertThatThrownBy(() -> server.add("a/b", "ok", Manner.PREFILL))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> server.calls("nobody"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nobody");
  }

  @Test
  void path_ofNoUpstream_is404() throws Exception {
    assertThat(get("http://127.0.0.1:" + server.port() + "/nobody/v1/models").statusCode())
        .isEqualTo(404);
    assertThat(get("http://127.0.0.1:" + server.port() + "/").statusCode()).isEqualTo(404);
  }

  private HttpResponse<String> post(String base, String... plan) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(base + "/chat/completions"))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(30))
            .POST(BodyPublishers.ofByteArray(BODY));
    for (String value : plan) {
      request.header(SimulatorServer.PLAN_HEADER, value);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String url) throws Exception {
    return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  private Socket ask(String path, String headers) throws IOException {
    var socket = new Socket("127.0.0.1", server.port());
    socket.getOutputStream().write(request(path, headers));
    return socket;
  }

  private static byte[] request(String path, String headers) {
    return ("POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n"
                .formatted(path, headers, BODY.length)
            + new String(BODY, StandardCharsets.UTF_8))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Reads until a mark or the end has come. */
  private static void readTo(Socket socket, StringBuilder seen, String mark) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[8192];
    while (seen.indexOf(mark) < 0) {
      int count = in.read(buffer);
      if (count < 0) {
        return;
      }
      seen.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("the condition came true in time").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}

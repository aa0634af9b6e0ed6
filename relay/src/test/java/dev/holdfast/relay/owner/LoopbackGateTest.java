package dev.holdfast.relay.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.relay.owner.LoopbackGate.Refusal;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackGateTest {
  private static final String JSON = "application/json";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "localhost:8080",
        "LOCALHOST:1",
        "relay.localhost:8080",
        "a.b.localhost",
        "127.0.0.1",
        "127.0.0.1:65535",
        "127.255.3.4:80",
        "[::1]",
        "[::1]:8080",
      })
  void check_hostOfThisMachine_passes(String host) {
    assertThat(LoopbackGate.LOOPBACK.check("GET", host, null, null)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com",
        "localhost.example.com",
        "notlocalhost",
        "127.0.0.1.nip.io",
        "127.0.0.1.example.com:8080",
        "127.1",
        "127.0.0.256",
        "127.0.0.01",
        "2130706433",
        "0x7f.0.0.1",
        "0.0.0.0:8080",
        "10.0.0.1",
        "::1",
        "[::2]",
        "[::ffff:127.0.0.1]",
        "localhost.",
        ".localhost",
        "user@localhost",
        "localhost:99999",
        "localhost:",
        "localhost:80:80",
        "localhost/",
        "localhost, example.com",
        " localhost",
      })
  void check_anyOtherHost_is403(String host) {
    assertThat(status(LoopbackGate.LOOPBACK.check("GET", host, null, null))).contains(403);
  }

  @Test
  void check_withoutHost_is403() {
    assertThat(status(LoopbackGate.LOOPBACK.check("GET", null, null, null))).contains(403);
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:3000, true",
    "https://127.0.0.1, true",
    "http://[::1]:8080, true",
    "http://app.localhost, true",
    "https://example.com, false",
    "http://localhost.example.com, false",
    "null, false",
    "'', false",
    "file://, false",
    "chrome-extension://abcdef, false",
    "http://localhost@example.com, false",
    "http://x@localhost, false",
    "http://localhost/path, false",
    "not a url, false",
  })
  void check_originOnLoopback_passesOnlyFromThisMachine(String origin, boolean passes) {
    assertThat(LoopbackGate.LOOPBACK.check("POST", "localhost:8080", origin, JSON).isEmpty())
        .isEqualTo(passes);
    assertThat(LoopbackGate.LOOPBACK.check("OPTIONS", "localhost:8080", origin, null).isEmpty())
        .isEqualTo(passes);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "application/json, true",
        "application/json; charset=utf-8, true",
        "'Application/JSON ;charset=UTF-8', true",
        "-, false",
        "'', false",
        "text/plain, false",
        "text/plain; application/json, false",
        "application/x-www-form-urlencoded, false",
        "multipart/form-data; boundary=x, false",
        "application/json-patch+json, false",
      })
  void check_postWithoutKeys_needsJson(String contentType, boolean passes) {
    for (LoopbackGate gate : new LoopbackGate[] {LoopbackGate.LOOPBACK, LoopbackGate.INSECURE}) {
      assertThat(status(gate.check("POST", "localhost", null, contentType)))
          .isEqualTo(passes ? Optional.empty() : Optional.of(415));
      assertThat(gate.check("GET", "localhost", null, contentType)).isEmpty();
      assertThat(gate.check("DELETE", "localhost", null, contentType)).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "relay.lan:8080, -, true",
        "relay.lan:8080, http://relay.lan:8080, true",
        "Relay.lan:8080, http://relay.LAN:8080, true",
        "relay.lan:8080, http://relay.lan:9090, false",
        "relay.lan:8080, https://example.com, false",
        "relay.lan:8080, http://localhost, false",
        "relay.lan:8080, null, false",
        "-, http://relay.lan:8080, false",
      })
  void check_insecure_takesAnyHostAndNoForeignOrigin(String host, String origin, boolean passes) {
    assertThat(LoopbackGate.INSECURE.check("POST", host, origin, JSON).isEmpty()).isEqualTo(passes);
  }

  @Test
  void check_keyed_looksAtNothing() {
    assertThat(LoopbackGate.KEYED.check("POST", "example.com", "https://x.example", null))
        .isEmpty();
    assertThat(LoopbackGate.KEYED.check("POST", null, "null", "text/plain")).isEmpty();
  }

  @Test
  void of_configuration_followsKeysAndAddress() {
    assertThat(LoopbackGate.of(config(""))).isEqualTo(LoopbackGate.LOOPBACK);
    assertThat(LoopbackGate.of(config("listen: 0.0.0.0:1\ninsecure: true\n")))
        .isEqualTo(LoopbackGate.INSECURE);
    assertThat(LoopbackGate.of(config("keys: [{ name: w, sha256: " + "0".repeat(64) + " }]\n")))
        .isEqualTo(LoopbackGate.KEYED);
  }

  private static RelayConfig config(String more) {
    return RelayConfig.parse("upstreams: { u: { profile: openai, key: k } }\n" + more, Map.of());
  }

  private static Optional<Integer> status(Optional<Refusal> refusal) {
    return refusal.map(Refusal::status);
  }
}

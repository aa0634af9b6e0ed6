package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1/", "http://[::1]/v1//"})
  void base_withOrWithoutASlash_isOne(String url) {
    assertThat(Upstream.checkedBase(url)).startsWith("http://").endsWith("/v1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1:8080/v1",
        "localhost:8080/v1",
        "http://",
        "http:///v1",
        "ftp://localhost/v1",
        "http://localhost/v 1",
        "http://localhost/v1?key=k",
        "http://localhost/v1#top",
        "http://user:secret@localhost/v1"
      })
  void base_thatIsNone_isRefusedWithAnExample(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Upstream.checkedBase(url))
        .withMessageContaining("expected a URL like https://")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }

  /** Asked there, the answer would be a connection that failed, worth another try. */
  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:65536/v1", "https://localhost:99999"})
  void base_withAPortThatIsNone_isRefused(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Upstream.checkedBase(url))
        .withMessageContaining("expected a port of at most 65535");
  }
}

package dev.holdfast.simulator.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.fault.ErrorShape;
import dev.holdfast.simulator.fault.Quirk;
import dev.holdfast.simulator.model.Model;
import dev.holdfast.simulator.model.Style;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderFaultTest {
  private static final ProviderConfig CONFIG = ProviderConfig.DEFAULTS.withModel(new Model(7));
  private static final String REQUEST =
      new String(RequestKind.TEXT.body("m-1", Style.EMOJI, 1), StandardCharsets.UTF_8);
  private static final Played WHOLE = Played.of(CONFIG, REQUEST, "ok");

  @ParameterizedTest
  @EnumSource(Quirk.class)
  void quirk_onAHealthyAnswer_leavesTheTextWhole(Quirk quirk) {
    var played = Played.of(CONFIG, REQUEST, "ok+" + quirk.text());

    assertThat(played.text()).isEqualTo(WHOLE.text());
    assertThat(played.finish()).isEqualTo("stop");
    boolean same =
        EnumSet.of(Quirk.NO_USAGE, Quirk.HIDDEN_REASONING, Quirk.BIG_CALL, Quirk.ONE_BYTE)
            .contains(quirk);
    assertThat(Arrays.equals(played.body(), WHOLE.body())).isEqualTo(same);
  }

  @Test
  void quirks_ofFraming_showInTheBytes() {
    assertThat(Played.of(CONFIG, REQUEST, "ok+cr").bodyText())
        .doesNotContain("\n")
        .contains("\r\r");
    assertThat(Played.of(CONFIG, REQUEST, "ok+crlf").bodyText()).contains("\r\n\r\n");
    assertThat(Played.of(CONFIG, REQUEST, "ok+bom").body()).startsWith(0xEF, 0xBB, 0xBF);
    assertThat(Played.of(CONFIG, REQUEST, "ok+no-space").bodyText()).startsWith("data:{");
    assertThat(Played.of(CONFIG, REQUEST, "ok+half-pairs").bodyText()).contains("\\ud8");
    assertThat(Played.of(CONFIG, REQUEST, "ok+no-done").isDone()).isFalse();
    assertThat(Played.of(CONFIG, REQUEST, "ok+no-finish-key").chunks().getFirst().toString())
        .doesNotContain("finish_reason");
    assertThat(Played.of(CONFIG, REQUEST, "ok+empty-choices").chunks().getFirst().path("choices"))
        .isEmpty();
  }

  @Test
  void oneByte_sendsEachByteByItself() {
    var script = new ProviderScript(CONFIG).steps(Played.call(REQUEST, "ok+one-byte", 1));

    assertThat(script.once())
        .filteredOn(Step.Send.class::isInstance)
        .allMatch(step -> ((Step.Send) step).bytes().length == 1);
  }

  @ParameterizedTest
  @CsvSource({
    "reset@20,Reset", "cut@20,Cut", "end@20,End", "stall@20,Hang",
    "reset@event:20,Reset", "cut@utf8:20,Cut", "end@byte:999,End", "reset@byte:0,Reset"
  })
  void break_anywhere_leavesAPrefixOfTheWholeStream(String fault, String last) {
    var played = Played.of(CONFIG, REQUEST, fault);

    assertThat(played.last().getClass().getSimpleName()).isEqualTo(last);
    assertThat(played.body().length).isLessThan(WHOLE.body().length);
    assertThat(played.body()).isEqualTo(Arrays.copyOf(WHOLE.body(), played.body().length));
    assertThat(WHOLE.text()).startsWith(played.text());
  }

  @Test
  void break_atTokens_comesAfterThatManyTokens() {
    assertThat(Played.of(CONFIG, REQUEST, "cut@0").chunks()).hasSize(1);
    assertThat(Played.of(CONFIG, REQUEST, "cut@1").chunks()).hasSize(2);
    assertThat(Played.of(CONFIG, REQUEST, "cut@20").chunks()).hasSize(21);
    assertThat(Played.of(CONFIG, REQUEST, "cut@byte:999").body()).hasSize(999);
  }

  @Test
  void break_insideUtf8_leavesBytesThatAreNoText() {
    var played = Played.of(CONFIG, REQUEST, "cut@utf8:30");

    assertThatThrownBy(
            () -> StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(played.body())))
        .isInstanceOf(CharacterCodingException.class);
  }

  @Test
  void break_atTheEnd_standsBeforeOrBehindTheFinish() {
    var end = Played.of(CONFIG, REQUEST, "cut@end");
    var past = Played.of(CONFIG, REQUEST, "cut@99999");
    var finish = Played.of(CONFIG, REQUEST, "cut@finish");

    assertThat(end.text()).isEqualTo(WHOLE.text());
    assertThat(end.finish()).isEqualTo("none");
    assertThat(past.body()).isEqualTo(end.body());
    assertThat(finish.finish()).isEqualTo("stop");
    assertThat(finish.isDone()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset@head", "cut@head", "stall@head", "refuse"})
  void break_beforeTheHead_sendsNothing(String fault) {
    var played = Played.of(CONFIG, REQUEST, fault);

    assertThat(played.head().status()).isZero();
    assertThat(played.body()).isEmpty();
  }

  @Test
  void stall_withKeepAlive_sendsCommentsForEver() {
    var script =
        new ProviderScript(CONFIG).steps(Played.call(REQUEST, "stall@3(keep-alive=200ms)", 1));
    var steps = script.iterator();
    for (int i = 0; i < 1000; i++) {
      steps.next();
    }

    assertThat(script.forEver()).hasSize(2);
    assertThat(steps.hasNext()).isTrue();
  }

  @Test
  void pause_andTrickle_waitAndGoOn() {
    var paused = Played.of(CONFIG, REQUEST, "pause@20(for=1s,keep-alive=300ms)");
    var slow = Played.of(CONFIG, REQUEST, "trickle(every=20ms)");

    assertThat(paused.waited()).isEqualTo(Duration.ofSeconds(1));
    assertThat(paused.text()).isEqualTo(WHOLE.text());
    assertThat(paused.bodyText().split(": keep-alive\n", -1)).hasSize(4);
    assertThat(slow.waited()).isGreaterThan(Duration.ofSeconds(2));
    assertThat(slow.body()).isEqualTo(WHOLE.body());
  }

  @ParameterizedTest
  @EnumSource(ErrorShape.class)
  void inBandError_inEachShape_endsTheBodyCleanly(ErrorShape shape) {
    var played = Played.of(CONFIG, REQUEST, "error@5(shape=" + shape.text() + ")");

    assertThat(WHOLE.text()).startsWith(played.text());
    assertThat(played.last()).isEqualTo(new Step.End());
    assertThat(played.isDone()).isFalse();
    if (shape != ErrorShape.SWALLOWED) {
      assertThat(played.bodyText()).contains("error");
    }
  }

  @Test
  void inBandError_withDone_isFollowedByIt() {
    assertThat(Played.of(CONFIG, REQUEST, "error@5(shape=openrouter,done)").isDone()).isTrue();
  }

  @Test
  void finish_ofOnesChoice_comesWithDone() {
    var resources = Played.of(CONFIG, REQUEST, "finish@9(reason=insufficient_system_resource)");
    var none = Played.of(CONFIG, REQUEST, "no-finish@9");

    assertThat(resources.finish()).isEqualTo("insufficient_system_resource");
    assertThat(resources.isDone()).isTrue();
    assertThat(none.finish()).isEqualTo("none");
    assertThat(none.isDone()).isTrue();
    assertThat(Played.of(CONFIG, REQUEST, "no-finish").text()).isEqualTo(WHOLE.text());
  }

  @Test
  void malformedAndHuge_events_standInTheMiddle() {
    var malformed = Played.of(CONFIG, REQUEST, "malformed@9");
    var huge = Played.of(CONFIG, REQUEST, "huge@9(mib=1)");

    assertThat(malformed.bodyText()).contains("\"del}\n\n").endsWith("[DONE]\n\n");
    assertThat(huge.body().length).isBetween(1 << 20, (1 << 20) + 100_000);
    assertThat(huge.text()).isEqualTo(WHOLE.text());
  }

  @Test
  void impostors_with200_areNotTheStreamThatWasAskedFor() throws IOException {
    assertThat(Played.of(CONFIG, REQUEST, "html").head().header("content-type"))
        .startsWith("text/html");
    assertThat(Played.of(CONFIG, REQUEST, "json-error").json().path("error").isObject()).isTrue();
    assertThat(Played.of(CONFIG, REQUEST, "wrong-type").body()).isEqualTo(WHOLE.body());
    assertThat(Played.of(CONFIG, REQUEST, "nothing").body()).isEmpty();
    var gzip = Played.of(CONFIG, REQUEST, "gzip");
    assertThat(gzip.head().header("content-encoding")).isEqualTo("gzip");
    assertThat(new GZIPInputStream(new ByteArrayInputStream(gzip.body())).readAllBytes())
        .isEqualTo(WHOLE.body());
  }

  @Test
  void bigCall_isOver64KbAndStillTheSameCall() {
    String request =
        new String(RequestKind.TOOLS.body("m-1", Style.PROSE, 1), StandardCharsets.UTF_8);
    var plain = Played.of(CONFIG, request, "ok");
    var big = Played.of(CONFIG, request, "ok+big-call");
    var cut = Played.of(CONFIG, request, "cut@30+big-call");

    assertThat(big.arguments().replace(" ", "")).isEqualTo(plain.arguments().replace(" ", ""));
    assertThat(cut.arguments().length()).isGreaterThan(64 * 1024);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "429(retry-after=1s)              | Retry-After                | 1",
        "429(retry-after=0.5)             | Retry-After                | 0.5",
        "429(retry-after-date=1s)         | Retry-After                | Tue, 24 Nov 2026 12:00:02"
            + " GMT",
        "429(retry-after-ms=200ms)        | retry-after-ms             | 200",
        "429(x-ms-retry-after-ms=200ms)   | x-ms-retry-after-ms        | 200",
        "429(reset-requests=1.2s)         | x-ratelimit-reset-requests | 1.2s",
        "429(reset-tokens=12ms)           | x-ratelimit-reset-tokens   | 12ms",
        "429(reset-tokens=6m)             | x-ratelimit-reset-tokens   | 6m0s",
        "429(reset-tokens=1h2m3.5s)       | x-ratelimit-reset-tokens   | 1h2m3.5s",
        "429(reset-seconds=1.2s)          | x-ratelimit-reset          | 2",
        "429(reset-rfc3339=1s)            | x-ratelimit-reset          | 2026-11-24T12:00:01.250Z",
        "429(reset-epoch-ms=1s)           | x-ratelimit-reset          | 1795521601250",
        "307                              | Location                   |"
            + " /elsewhere/v1/chat/completions"
      })
  void status_withAHint_saysItInThatHeader(String fault, String header, String value) {
    var played = Played.of(CONFIG, REQUEST, fault);

    assertThat(played.head().header(header)).isEqualTo(value);
    assertThat(played.last()).isEqualTo(new Step.End());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "429(shape=google,retry-info=500ms)   | \"retryDelay\":\"0.5s\"",
        "429(body-retry-after=0.6)            | \"retry_after\":0.6",
        "429(message=1.5s)                    | Please try again in 1.5s.",
        "429(code=insufficient_quota)         | \"code\":\"insufficient_quota\"",
        "429                                  | \"code\":\"rate_limit_exceeded\"",
        "502(shape=html)                      | <html>",
        "422(shape=mistral)                   | {\"object\":\"error\"",
        "500(shape=ollama)                    | {\"error\":\"",
        "503(shape=google-array)              | [{",
        "422(param=stream_options)            | \"param\":\"stream_options\""
      })
  void status_withABody_saysItInThatShape(String fault, String part) {
    assertThat(Played.of(CONFIG, REQUEST, fault).bodyText()).contains(part);
  }
}

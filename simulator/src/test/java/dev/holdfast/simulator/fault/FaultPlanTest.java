package dev.holdfast.simulator.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPlanTest {
  @Test
  void parse_entries_givesOneFaultAnAttempt() {
    var plan = FaultPlan.parse("reset@37; stall@60; 503; ok");

    assertThat(plan.entries())
        .extracting(FaultPlan.Entry::fault)
        .containsExactly(
            new Fault.Reset(new Position.Tokens(37), Duration.ZERO),
            new Fault.Stall(new Position.Tokens(60), null),
            new Fault.Status(503, null, null, BodyShape.OPENAI, List.of()),
            new Fault.Healthy());
  }

  @Test
  void entry_afterTheLast_isHealthy() {
    var plan = FaultPlan.parse("503; reset@1");

    assertThat(plan.entry(2).fault()).isInstanceOf(Fault.Reset.class);
    assertThat(plan.entry(3).fault()).isEqualTo(new Fault.Healthy());
    assertThat(plan.entry(300).fault()).isEqualTo(new Fault.Healthy());
  }

  @Test
  void entry_afterARepeatingLast_isTheSame() {
    var plan = FaultPlan.parse("ok; 503(shape=html)*");

    assertThat(plan.entry(1).fault()).isEqualTo(new Fault.Healthy());
    assertThat(plan.entry(77)).isEqualTo(plan.entry(2));
  }

  @Test
  void entry_afterAHealthyLast_keepsItsQuirks() {
    var plan = FaultPlan.parse("503; ok+crlf");

    assertThat(plan.entry(9).quirks()).containsExactly(Quirk.CRLF);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ok",
        "ok+crlf+bom",
        "refuse; ok",
        "refuse*",
        "no-such-host",
        "tls-garbage",
        "reset@head; cut@0; end@event:3; reset@utf8:12; cut@byte:99; end@end; reset@finish",
        "reset@5(after=1.5s)+cr*",
        "stall@60(keep-alive=200ms)",
        "pause@0(for=2s,keep-alive=100ms)+hidden-reasoning",
        "trickle(every=20ms)",
        "429(code=slow_down,shape=google,retry-after=1s,retry-after-ms=200ms,message=90s)",
        "422(param=stream_options)",
        "error@20(shape=openrouter,code=502,done)",
        "malformed@3; huge@4(mib=17)",
        "finish@40(reason=abort); finish@end(reason=); no-finish@end",
        "html; json-error; wrong-type; gzip; nothing"
      })
  void toString_ofAnyPlan_readsBackAsTheSame(String text) {
    var plan = FaultPlan.parse(text);

    assertThat(plan).hasToString(text);
    assertThat(FaultPlan.parse(plan.toString())).isEqualTo(plan);
  }

  @Test
  void parse_hints_readsEveryFormOfTime() {
    var plan = FaultPlan.parse("429(retry-after=0.5,reset-requests=6m0s,reset-tokens=12ms)");

    assertThat(((Fault.Status) plan.entry(1).fault()).hints())
        .containsExactly(
            new Hint(Hint.Form.RETRY_AFTER, Duration.ofMillis(500)),
            new Hint(Hint.Form.RESET_REQUESTS, Duration.ofMinutes(6)),
            new Hint(Hint.Form.RESET_TOKENS, Duration.ofMillis(12)));
  }

  @Test
  void address_followsTheFault() {
    assertThat(FaultPlan.parse("refuse*").address()).isEqualTo(FaultPlan.Address.CLOSED);
    assertThat(FaultPlan.parse("refuse; ok").address()).isEqualTo(FaultPlan.Address.LISTENING);
    assertThat(FaultPlan.parse("tls-garbage").address()).isEqualTo(FaultPlan.Address.TLS);
    assertThat(FaultPlan.parse("no-such-host").address()).isEqualTo(FaultPlan.Address.UNKNOWN_HOST);
  }

  @Test
  void grammar_namesEveryWord() {
    for (Quirk quirk : Quirk.values()) {
      assertThat(FaultPlan.GRAMMAR).contains(quirk.text());
    }
    for (Hint.Form form : Hint.Form.values()) {
      assertThat(FaultPlan.GRAMMAR).contains(form.text() + "=T");
    }
    for (ErrorShape shape : ErrorShape.values()) {
      assertThat(FaultPlan.GRAMMAR).contains(shape.text());
    }
    for (BodyShape shape : BodyShape.values()) {
      assertThat(FaultPlan.GRAMMAR).contains(shape.text());
    }
  }

  @Test
  void parse_unknownFault_saysWhatWasExpected() {
    assertThatThrownBy(() -> FaultPlan.parse("ok; rest@3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("fault plan \"ok; rest@3\", entry 2: expected ok, refuse,")
        .hasMessageEndingWith("got \"rest\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ok;",
        "reset",
        "reset@",
        "reset@x",
        "reset@3:4",
        "reset@utf8:x",
        "ok@3",
        "299",
        "600",
        "503; 503*; ok",
        "ok; tls-garbage",
        "stall@3(for=2s)",
        "pause@3",
        "pause@3(for=0)",
        "trickle",
        "finish@3",
        "429(retry-after=soon)",
        "429(retry-after=1,retry-after=2)",
        "ok+sparkle",
        "error@3(shape=odd)",
        "huge@1(mib=0)"
      })
  void parse_whatIsNoPlan_isRefused(String text) {
    assertThatThrownBy(() -> FaultPlan.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void entry_withQuirks_printsThemInOneOrder() {
    var entry = new FaultPlan.Entry(new Fault.Healthy(), Set.of(Quirk.PADDING, Quirk.CR), false);

    assertThat(entry).hasToString("ok+cr+padding");
  }
}

package dev.holdfast.relay.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.relay.config.ClientKey;
import dev.holdfast.relay.config.KeyHash;
import dev.holdfast.relay.config.ModelPattern;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnersTest {
  private static final Owners OWNERS =
      Owners.of(
          List.of(
              new ClientKey(
                  "web",
                  List.of(KeyHash.of("old-key"), KeyHash.of("new-key")),
                  List.of(new ModelPattern("gpt-*"))),
              new ClientKey("batch", List.of(KeyHash.of("Key")), List.of(new ModelPattern("*")))));

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // One owner, whichever way and whichever of its keys.
        "Bearer old-key,      -,        web",
        "Bearer new-key,      -,        web",
        "bearer new-key,      -,        web",
        "BEARER   new-key,    -,        web",
        "-,                   new-key,  web",
        "Bearer new-key,      new-key,  web",
        "Bearer Key,          -,        batch",
        // Two identities, even if both are known or belong to one owner.
        "Bearer new-key,      Key,      -",
        "Bearer new-key,      old-key,  -",
        "Bearer new-key,      '',       -",
        "Bearer nobody,       new-key,  -",
        // None, a wrong one, half of one.
        "-,                   -,        -",
        "-,                   '',       -",
        "Bearer,              -,        -",
        "'Bearer ',           -,        -",
        "'',                  new-key,  -",
        "Bearer key,          -,        -",
        "Bearer new-ke,       -,        -",
        "Bearer new-key-long, -,        -",
        "new-key,             -,        -",
        "Basic new-key,       -,        -",
        "Basic bmV3LWtleTo=,  new-key,  -",
      })
  void identify_presentedKeys_isTheOwnerOrNobody(
      String authorization, String apiKey, String owner) {
    assertThat(OWNERS.identify(authorization, apiKey).map(Owner::name))
        .isEqualTo(Optional.ofNullable(owner));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"-, -", "Bearer x, -", "-, y", "Bearer x, y", "Basic x, -"})
  void identify_withoutConfiguredKeys_isLocalWhateverIsPresented(
      String authorization, String apiKey) {
    var owners = Owners.of(List.of());

    assertThat(owners.areKeyed()).isFalse();
    assertThat(owners.identify(authorization, apiKey)).contains(Owner.LOCAL);
  }

  @ParameterizedTest
  @CsvSource({"gpt-4.1, true", "gpt-, false", "GPT-4.1, false", "o3, false", "web/gpt-4.1, false"})
  void mayAsk_byListedPatterns_isOnlyThose(String model, boolean allowed) {
    var owner = OWNERS.identify("Bearer new-key", null).orElseThrow();

    assertThat(owner.mayAsk(model)).isEqualTo(allowed);
  }

  @Test
  void mayAsk_local_isEverything() {
    assertThat(Owner.LOCAL.mayAsk("anything/at:all")).isTrue();
  }
}

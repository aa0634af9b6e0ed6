package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.Test;

class RelayStartTest {
  private static final String NOWHERE = "http://upstream.invalid/v1";

  @Test
  void freePort_ofSeveralWorkers_isOneForAll() throws Exception {
    try (var rig = RelayRig.start(RelayRig.oneUpstream(NOWHERE) + "workers: 4\n")) {
      for (int i = 0; i < 16; i++) {
        assertThat(RawClient.get(rig.port(), "/readyz").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void takenPort_isToldAndLeavesTheOtherRelayAlone() throws Exception {
    try (var first = RelayRig.start(RelayRig.oneUpstream(NOWHERE))) {
      var yaml = RelayRig.oneUpstream(NOWHERE).replace("127.0.0.1:0", "127.0.0.1:" + first.port());

      var failure = catchThrowable(() -> RelayRig.start(yaml));

      assertThat(failure).hasStackTraceContaining("Address already in use");
      assertThat(RawClient.get(first.port(), "/readyz").status()).isEqualTo(200);
    }
  }
}

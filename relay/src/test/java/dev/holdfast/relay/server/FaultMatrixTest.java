package dev.holdfast.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.journal.DelayedStore;
import dev.holdfast.journal.MemoryLimits;
import dev.holdfast.journal.MemoryStore;
import dev.holdfast.journal.Scheduler;
import dev.holdfast.journal.StoreFaultPlan;
import dev.holdfast.journal.StoreFaults;
import dev.holdfast.simulator.FaultRun;
import dev.holdfast.simulator.FaultStrategy.Column;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every row of {@code faults.csv} in each of its manners, by anchor and by replay on real sockets
 * must end exactly as the row says, and no credential may be seen anywhere meanwhile.
 */
class FaultMatrixTest {
  /** Of the retryable text cells whose plan ends well, in each manner. */
  private static final double EQUAL_SHARE_MIN = 0.95;

  private static final long SEED = 20_261_101L;

  @Test
  void everyFault_inEveryManner_endsAsCommitted() throws Exception {
    run(FaultRun.Extent.SAMPLED);
  }

  @Tag("campaign")
  @Test
  void everyBreak_inEveryMannerTowardsAnAnchor_endsAsCommitted() throws Exception {
    run(FaultRun.Extent.WHOLE);
  }

  private static void run(FaultRun.Extent extent) throws Exception {
    var only = System.getProperty("holdfast.faults.only", "");
    var matrix = new FaultMatrix(extent, SEED, cell -> cell.toString().contains(only));
    try (var logs = new LogCapture()) {
      matrix.run(2, null);

      System.out.println("faults, seed " + SEED + "\n" + matrix);
      assertThat(matrix.wrong()).isEmpty();
      assertThat(logs.text()).contains("holdfast").doesNotContain("canary");
      assertThat(logs.errors()).isEmpty();
    }
    assertThat(matrix.equalShares())
        .isNotEmpty()
        .allSatisfy((strategy, share) -> assertThat(share).isGreaterThanOrEqualTo(EQUAL_SHARE_MIN));
  }

  @Test
  void faults_onALateStore_endAsCommitted() throws Exception {
    // One loop, because a delayed store belongs to one thread.
    Scheduler loop =
        (nanos, task) ->
            Objects.requireNonNull(Vertx.currentContext())
                .owner()
                .setTimer(Math.max(1, Math.ceilDiv(nanos, 1_000_000L)), id -> task.run());
    var late = StoreFaultPlan.late(SEED, Duration.ofMillis(12));
    var store =
        new DelayedStore(
            new MemoryStore(
                MemoryLimits.ofHeap(Runtime.getRuntime().maxMemory()), System::nanoTime),
            StoreFaults.seeded(late),
            loop);
    var matrix =
        new FaultMatrix(
            FaultRun.Extent.SAMPLED,
            SEED,
            cell -> cell.number() % 4 == 0 && cell.strategy().column() == Column.PROVEN);

    matrix.run(1, store);

    assertThat(matrix.wrong())
        .as("%d cells on a store of %s", matrix.cells().size(), late)
        .isEmpty();
  }
}

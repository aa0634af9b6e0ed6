package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.FaultCase;
import dev.holdfast.simulator.FaultCase.Expected;
import dev.holdfast.simulator.FaultRun;
import dev.holdfast.simulator.FaultStrategy;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.SimulatorServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every row of {@code faults.csv} that is streamed, in each of its manners, by anchor and by replay
 * through the client on real sockets must end as the row says.
 */
class ClientFaultMatrixTest {
  /** More at once would starve each other, and a short clock would call it a stall. */
  private static final int AT_ONCE = 16;

  private static final Duration PATIENCE_MIN = Duration.ofMillis(2200);
  private static final Duration PATIENCE_MAX = Duration.ofSeconds(5);

  /** By so much a clock must be longer than the slowest of as many healthy answers at once. */
  private static final int PATIENCE_FACTOR = 3;

  /** No row takes so long, and none may hang. */
  private static final Duration HANG = Duration.ofMinutes(3);

  /** Of the whole answers promised, in each strategy; the rest may be given up at a seam. */
  private static final double EQUAL_SHARE_MIN = 0.95;

  /** From so many on one cell of them is less than that; of fewer a share says nothing. */
  private static final int COUNTED_MIN = 20;

  private static final long SEED = 20_261_125L;

  private static List<ClientFaultCell> cells(FaultRun.Extent extent, String only) {
    return FaultRun.all(extent, SEED).stream()
        .filter(run -> run.row().request() != RequestKind.NONSTREAM)
        .filter(run -> run.toString().contains(only))
        .map(ClientFaultCell::new)
        .toList();
  }

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
    var cells = cells(extent, System.getProperty("holdfast.faults.only", ""));
    try (var simulator = SimulatorServer.start()) {
      var patience = patience(simulator);

      var results = inParallel(cells, cell -> cell.run(simulator, patience));

      var wrong = new ArrayList<String>();
      for (int i = 0; i < cells.size(); i++) {
        for (var difference : results.get(i).differences()) {
          wrong.add(cells.get(i) + ": " + difference);
        }
      }
      System.out.printf(
          "client fault matrix, seed %d: %d cells, %d differences, patience %d ms%n",
          SEED, cells.size(), wrong.size(), patience.toMillis());
      assertThat(wrong).isEmpty();
      for (var strategy : FaultStrategy.values()) {
        share(strategy, cells, results);
      }
    }
  }

  private static void share(
      FaultStrategy strategy, List<ClientFaultCell> cells, List<ClientFaultCell.Result> results) {
    int whole = 0;
    int equal = 0;
    for (int i = 0; i < cells.size(); i++) {
      var cell = cells.get(i);
      if (cell.strategy() == strategy
          && cell.row().retryable()
          && cell.promised().expected() instanceof Expected.Equal) {
        whole++;
        equal += results.get(i).gaveUp() ? 0 : 1;
      }
    }
    System.out.printf("  %-27s: %d of %d equal%n", strategy.text(), equal, whole);
    if (whole >= COUNTED_MIN) {
      assertThat((double) equal / whole)
          .as(strategy.text())
          .isGreaterThanOrEqualTo(EQUAL_SHARE_MIN);
    }
  }

  private interface Act {
    ClientFaultCell.Result on(ClientFaultCell cell) throws Exception;
  }

  private static List<ClientFaultCell.Result> inParallel(List<ClientFaultCell> cells, Act act)
      throws Exception {
    var turns = new Semaphore(AT_ONCE);
    var results = new ArrayList<ClientFaultCell.Result>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<ClientFaultCell.Result>> tasks = new ArrayList<>();
      for (var cell : cells) {
        tasks.add(() -> {
          turns.acquire();
          try {
            return act.on(cell);
          } finally {
            turns.release();
          }
        });
      }
      for (var ran : threads.invokeAll(tasks, HANG.toSeconds(), TimeUnit.SECONDS)) {
        results.add(
            ran.isCancelled() ? new ClientFaultCell.Result(List.of("hung"), false) : ran.get());
      }
    }
    return results;
  }

  /** The first answers wait for classes to be loaded, and a busy machine is slow. */
  private static Duration patience(SimulatorServer simulator) throws Exception {
    var healthy =
        FaultCase.all().stream().filter(r -> r.plan().toString().equals("ok+bom")).toList();
    var cells = new ArrayList<ClientFaultCell>();
    for (int i = 0; i < AT_ONCE; i++) {
      cells.add(
          new ClientFaultCell(new FaultRun(10_000 + i, healthy.getFirst(), FaultStrategy.PREFILL)));
    }
    long slowest = 0;
    for (int round = 0; round < 2; round++) {
      long begun = System.nanoTime();
      inParallel(cells, cell -> cell.run(simulator, PATIENCE_MAX));
      slowest = System.nanoTime() - begun;
    }
    var asked = Duration.ofNanos(slowest).multipliedBy(PATIENCE_FACTOR);
    if (asked.compareTo(PATIENCE_MIN) < 0) {
      return PATIENCE_MIN;
    }
    return asked.compareTo(PATIENCE_MAX) > 0 ? PATIENCE_MAX : asked;
  }
}

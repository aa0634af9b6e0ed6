package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.simulator.FaultCase;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.provider.Manner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Every row of {@code faults.csv} that is streamed, in each of its manners, through the client on
 * real sockets must end as the row says.
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

  private static List<ClientFaultCell> cells(String only) {
    var cells = new ArrayList<ClientFaultCell>();
    for (var row : FaultCase.all()) {
      for (var manner : row.manners().each()) {
        cells.add(new ClientFaultCell(cells.size(), row, manner));
      }
    }
    cells.removeIf(
        cell -> cell.row().request() == RequestKind.NONSTREAM || !cell.row().name().contains(only));
    return cells;
  }

  @Test
  void everyFault_inEveryManner_endsAsCommitted() throws Exception {
    var cells = cells(System.getProperty("holdfast.faults.only", ""));
    try (var simulator = SimulatorServer.start()) {
      var patience = patience(simulator);

      var wrong = inParallel(cells, cell -> cell.run(simulator, patience));

      System.out.printf(
          "client fault matrix: %d cells, %d differences, patience %d ms%n",
          cells.size(), wrong.size(), patience.toMillis());
      assertThat(wrong).isEmpty();
    }
  }

  private interface Act {
    List<String> on(ClientFaultCell cell) throws Exception;
  }

  private static List<String> inParallel(List<ClientFaultCell> cells, Act act) throws Exception {
    var turns = new Semaphore(AT_ONCE);
    var wrong = new ArrayList<String>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<List<String>>> tasks = new ArrayList<>();
      for (var cell : cells) {
        tasks.add(() -> {
          turns.acquire();
          try {
            return act.on(cell).stream().map(what -> cell + ": " + what).toList();
          } finally {
            turns.release();
          }
        });
      }
      var ran = threads.invokeAll(tasks, HANG.toSeconds(), TimeUnit.SECONDS);
      for (int i = 0; i < ran.size(); i++) {
        if (ran.get(i).isCancelled()) {
          wrong.add(cells.get(i) + ": hung");
        } else {
          wrong.addAll(ran.get(i).get());
        }
      }
    }
    return wrong;
  }

  /** The first answers wait for classes to be loaded, and a busy machine is slow. */
  private static Duration patience(SimulatorServer simulator) throws Exception {
    var healthy =
        FaultCase.all().stream().filter(r -> r.plan().toString().equals("ok+bom")).toList();
    var cells = new ArrayList<ClientFaultCell>();
    for (int i = 0; i < AT_ONCE; i++) {
      cells.add(new ClientFaultCell(10_000 + i, healthy.getFirst(), Manner.PREFILL));
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

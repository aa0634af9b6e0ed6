package dev.holdfast.relay.server;

import dev.holdfast.journal.SessionStore;
import dev.holdfast.relay.config.RelayConfig;
import dev.holdfast.simulator.FaultCase.Expected;
import dev.holdfast.simulator.FaultCase.Phase;
import dev.holdfast.simulator.FaultRun;
import dev.holdfast.simulator.FaultStrategy;
import dev.holdfast.simulator.RequestKind;
import dev.holdfast.simulator.SimulatorServer;
import dev.holdfast.simulator.fault.Fault;
import dev.holdfast.simulator.model.Style;
import dev.holdfast.simulator.provider.Manner;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Runs the rows of {@code faults.csv} through one relay in this process. Each cell has a simulated
 * upstream of its own, so that no breaker mixes them.
 */
final class FaultMatrix {
  /**
   * More at once would starve each other on two processors, and a short clock would call it a
   * stall.
   */
  private static final int AT_ONCE = 24;

  /** What is done before: healthy answers, and what a first connection of its kind needs. */
  private static final String WARM_UP = "tls-garbage no-such-host 503 reset@9 ok ok ok ok ok ok";

  private static final int WARM_UP_ROUNDS = 3;

  /** A pause of the table is 2 s, and healthy where something reasons; that clock has double. */
  private static final Duration PATIENCE_MIN = Duration.ofMillis(2200);

  private static final Duration PATIENCE_MAX = Duration.ofSeconds(8);

  /** By so much a clock must be longer than the slowest of as many healthy answers at once. */
  private static final int PATIENCE_FACTOR = 6;

  /** From so many on one cell of them is less than the share that may be given up. */
  private static final int COUNTED_MIN = 20;

  private final List<FaultCell> cells = new ArrayList<>();
  private final Map<FaultCell, List<String>> differences = new ConcurrentHashMap<>();
  private final Set<FaultCell> gaveUp = ConcurrentHashMap.newKeySet();

  /** The matrix of the cells that are wanted. */
  FaultMatrix(FaultRun.Extent extent, long seed, Predicate<FaultCell> wanted) {
    FaultRun.all(extent, seed).forEach(run -> cells.add(new FaultCell(run)));
    cells.removeIf(wanted.negate());
  }

  List<FaultCell> cells() {
    return cells;
  }

  /**
   * Runs every cell.
   *
   * @param workers event loops
   * @param store null for the one that a relay has by itself
   */
  void run(int workers, @Nullable SessionStore store) throws Exception {
    var patience = patience();
    try (var simulator = SimulatorServer.start()) {
      var config = config(workers, patience, simulator);
      try (var rig = RelayRig.start(config, store)) {
        inParallel(cells, cell -> differences.put(cell, run(cell, rig, simulator)));
      }
    }
  }

  private RelayConfig config(int workers, Duration patience, SimulatorServer simulator) {
    var yaml = new StringBuilder("listen: 127.0.0.1:0\nprobe: on-break\n");
    yaml.append("workers: ").append(workers).append('\n');
    yaml.append(RelayRig.clocks(patience)).append("upstreams:\n");
    for (var cell : cells) {
      var strategy = cell.strategy();
      var url = simulator.add(cell.upstream(), cell.plan(), strategy.provider());
      var rungs = strategy.rungs().stream().map(r -> r.name().toLowerCase(Locale.ROOT)).toList();
      yaml.append(RelayRig.upstream(cell.upstream(), url, rungs, strategy.deterministic()));
    }
    return RelayConfig.parse(yaml.toString(), Map.of());
  }

  private interface Act<T> {
    void on(T item) throws Exception;
  }

  private static <T> void inParallel(List<T> items, Act<T> act) throws Exception {
    var turns = new Semaphore(AT_ONCE);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Callable<Boolean>>();
      for (var item : items) {
        tasks.add(() -> {
          turns.acquire();
          try {
            act.on(item);
          } finally {
            turns.release();
          }
          return true;
        });
      }
      for (var task : threads.invokeAll(tasks)) {
        task.get();
      }
    }
  }

  /**
   * How long a healthy upstream may be silent. The first answers wait for classes to be loaded, and
   * a busy machine is slow: a clock that is too short would call both a fault.
   */
  private static Duration patience() throws Exception {
    var plans = List.of(WARM_UP.split(" "));
    try (var simulator = SimulatorServer.start()) {
      var yaml = new StringBuilder("listen: 127.0.0.1:0\nworkers: 2\n");
      yaml.append("breaker: off\n").append(RelayRig.clocks(PATIENCE_MAX)).append("upstreams:\n");
      for (int i = 0; i < plans.size(); i++) {
        yaml.append(RelayRig.upstream("w" + i, simulator.add("w" + i, plans.get(i), Manner.ECHO)));
      }
      var slowest = new AtomicLong();
      try (var rig = RelayRig.start(yaml.toString())) {
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
          slowest.set(0);
          inParallel(
              IntStream.range(0, AT_ONCE).boxed().toList(),
              i -> {
                var plan = plans.get(i % plans.size());
                var body = RequestKind.TEXT.body("w" + i % plans.size() + "/m", Style.PROSE, i);
                long begun = System.nanoTime();
                RawClient.post(rig.port(), RawClient.COMPLETIONS, body);
                if (plan.equals("ok")) {
                  slowest.accumulateAndGet(System.nanoTime() - begun, Math::max);
                }
              });
        }
      }
      var asked = Duration.ofNanos(slowest.get()).multipliedBy(PATIENCE_FACTOR);
      return Collections.min(List.of(PATIENCE_MAX, Collections.max(List.of(PATIENCE_MIN, asked))));
    }
  }

  private List<String> run(FaultCell cell, RelayRig rig, SimulatorServer simulator) {
    Heard heard;
    try {
      heard =
          RawClient.post(
              rig.port(),
              RawClient.COMPLETIONS,
              cell.request(),
              "Authorization: Bearer sk-canary-caller",
              "Cookie: session=canary-cookie");
    } catch (IOException e) {
      return List.of("no answer: " + e + ", upstream calls: " + simulator.calls(cell.upstream()));
    }
    var out = new ArrayList<String>();
    if ((heard.headers() + heard.text()).contains("canary")) {
      out.add("a credential came down: " + heard);
    }
    try {
      var report = rig.report(heard.header("x-holdfast-session"));
      out.addAll(cell.differences(heard, report, simulator.calls(cell.upstream())));
      if (cell.gaveUp(report)) {
        gaveUp.add(cell);
      }
    } catch (JacksonException e) {
      out.add("not JSON where it was expected: " + heard);
    }
    return out;
  }

  private boolean isAsCommitted(FaultCell cell) {
    return differences.getOrDefault(cell, List.of("it was not run")).isEmpty();
  }

  /** Each difference from what the table promises. */
  List<String> wrong() {
    var wrong = new ArrayList<String>();
    for (var cell : cells) {
      for (var difference : differences.getOrDefault(cell, List.of("it was not run"))) {
        wrong.add(cell + " {" + cell.row().plan() + "}: " + difference);
      }
    }
    return wrong;
  }

  /** Whether a cell counts for the share: an answer of text that can be saved. */
  private static boolean counts(FaultCell cell) {
    var row = cell.row();
    boolean text =
        row.request() == RequestKind.TEXT
            || row.request() == RequestKind.REASONING
            || row.request() == RequestKind.NONSTREAM;
    var plan = row.plan();
    return text
        && row.retryable()
        && plan.entry(plan.entries().size() + 1).fault() instanceof Fault.Healthy;
  }

  /**
   * How many of the retryable text cells whose plan ends well came out equal, by strategy. Of a
   * strategy of which only a few were drawn a share says nothing, so it has none.
   */
  Map<FaultStrategy, Double> equalShares() {
    var shares = new EnumMap<FaultStrategy, Double>(FaultStrategy.class);
    for (var strategy : FaultStrategy.values()) {
      var counted =
          cells.stream()
              .filter(c -> c.strategy() == strategy && counts(c))
              .filter(c -> c.promised().expected() instanceof Expected.Equal)
              .toList();
      long equal =
          counted.stream().filter(this::isAsCommitted).filter(c -> !gaveUp.contains(c)).count();
      if (counted.size() >= COUNTED_MIN) {
        shares.put(strategy, (double) equal / counted.size());
      }
    }
    return shares;
  }

  @Override
  public String toString() {
    var out = new StringBuilder("fault matrix: cells as committed / cells\n");
    for (var phase : Phase.values()) {
      var of = cells.stream().filter(c -> c.row().phase() == phase).toList();
      long right = of.stream().filter(this::isAsCommitted).count();
      line(out, "  %-15s %3d / %3d", phase, right, of.size());
    }
    for (var cell : cells) {
      line(
          out,
          "  %-62s %-11s %-22s %s",
          cell,
          cell.promised().expected().getClass().getSimpleName(),
          cell.promised().why(),
          gaveUp.contains(cell)
              ? "gave up at the seam"
              : isAsCommitted(cell) ? "as committed" : "DIFFERS");
    }
    equalShares()
        .forEach((strategy, share) ->
            line(
                out,
                "  equal of the retryable text cells, %-27s: %.1f %%",
                strategy.text(),
                share * 100));
    return out.toString();
  }

  private static void line(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}

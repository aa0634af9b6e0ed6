package dev.holdfast.simulator.world;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/** Many runs, on as many threads as wanted: each is a function of its seed alone. */
public final class Campaign {
  private static final long PROGRESS_EVERY = 1_000;

  /**
   * What a campaign found.
   *
   * @param runs that were made
   * @param steps of all of them
   * @param stepsLeast of any
   * @param faults of all of them
   * @param faultsLeast of any
   * @param calls to upstreams
   * @param complete sessions whose answer was whole
   * @param failed sessions that ended with an error
   * @param seams joined
   * @param failure the seed and what it showed; empty if all was well
   */
  public record Result(
      long runs,
      long steps,
      long stepsLeast,
      long faults,
      long faultsLeast,
      long calls,
      long complete,
      long failed,
      long seams,
      Optional<Failure> failure) {}

  /**
   * A run that showed something that should never be.
   *
   * @param seed that shows it again
   * @param violation what was seen
   */
  public record Failure(long seed, String violation) {}

  private Campaign() {}

  /** Runs seeds {@code [first, first + count)} until one fails. */
  public static Result run(long first, long count, int threads, LongConsumer progress) {
    return run(first, count, threads, progress, seed -> World.run(Planner.plan(seed), false));
  }

  /**
   * Runs seeds by a function of one seed. What it throws is that seed's failure, whatever it is: a
   * run that died has shown nothing.
   */
  static Result run(
      long first, long count, int threads, LongConsumer progress, LongFunction<Report> one) {
    var next = new AtomicLong();
    var sums = new Sums();
    var failure = new AtomicReference<Failure>();
    Runnable work =
        () -> {
          while (failure.get() == null) {
            long i = next.getAndIncrement();
            if (i >= count) {
              return;
            }
            long seed = first + i;
            try {
              var report = one.apply(seed);
              report.violation().ifPresent(v -> found(failure, seed, v));
              if (sums.add(report) % PROGRESS_EVERY == 0) {
                progress.accept(sums.runs());
              }
            } catch (Throwable died) {
              found(failure, seed, died(died));
            }
          }
        };
    var helpers = new Thread[Math.max(0, threads - 1)];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = Thread.ofPlatform().name("world-" + i).start(work);
    }
    work.run();
    for (var helper : helpers) {
      join(helper);
    }
    return sums.result(judged(Optional.ofNullable(failure.get()), first, count, sums.runs()));
  }

  /** Nothing found says something only of runs that were made. */
  static Optional<Failure> judged(Optional<Failure> found, long first, long count, long runs) {
    return found.isPresent() || runs == count
        ? found
        : Optional.of(
            new Failure(first, "expected " + count + " runs from this seed on, came " + runs));
  }

  private static void found(AtomicReference<Failure> failure, long seed, String what) {
    failure.accumulateAndGet(new Failure(seed, what), Campaign::least);
  }

  /** What a run died of, and where. */
  private static String died(Throwable how) {
    var places = how.getStackTrace();
    return "the run died: " + how + (places.length == 0 ? "" : " at " + places[0]);
  }

  private static Failure least(Failure one, Failure other) {
    return one == null || other.seed < one.seed ? other : one;
  }

  private static void join(Thread helper) {
    try {
      helper.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("expected to wait for the runs", e);
    }
  }

  /** The plan of a seed, its trace and what came out, for a person. */
  public static String told(long seed) {
    var told = new StringBuilder();
    try {
      var plan = Planner.plan(seed);
      told.append(plan);
      tell(World.run(plan, true), told);
    } catch (Throwable died) {
      told.append("result: seed ").append(seed).append("; VIOLATION ").append(died(died));
    }
    return told.append('\n').toString();
  }

  private static void tell(Report report, StringBuilder told) {
    told.append("trace\n  ").append(String.join("\n  ", report.trace()));
    told.append(
        "\nresult: %d steps, %d faults, %d calls, %d complete, %d failed, %d seams; %s"
            .formatted(
                report.steps(),
                report.faults(),
                report.calls(),
                report.complete(),
                report.failed(),
                report.seams(),
                report.violation().map(v -> "VIOLATION " + v).orElse("all well")));
  }

  private static final class Sums {
    private long runs;
    private long steps;
    private long stepsLeast = Long.MAX_VALUE;
    private long faults;
    private long faultsLeast = Long.MAX_VALUE;
    private long calls;
    private long complete;
    private long failed;
    private long seams;

    synchronized long add(Report report) {
      steps += report.steps();
      stepsLeast = Math.min(stepsLeast, report.steps());
      faults += report.faults();
      faultsLeast = Math.min(faultsLeast, report.faults());
      calls += report.calls();
      complete += report.complete();
      failed += report.failed();
      seams += report.seams();
      return ++runs;
    }

    synchronized long runs() {
      return runs;
    }

    synchronized Result result(Optional<Failure> failure) {
      return new Result(
          runs, steps, stepsLeast, faults, faultsLeast, calls, complete, failed, seams, failure);
    }
  }
}

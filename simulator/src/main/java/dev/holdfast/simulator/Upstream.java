package dev.holdfast.simulator;

import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.provider.ProviderConfig;
import dev.holdfast.simulator.provider.ProviderScript;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One named upstream: its provider, the state of its plans, and what came. Thread-safe. */
final class Upstream {
  /** So that a long load test does not fill the heap with bodies; the number goes on counting. */
  static final int CALLS_KEPT = 10_000;

  private static final int KEYS_KEPT = 10_000;

  private final FaultPlan plan;
  private final ProviderScript script;
  private final Deque<Running> calls = new ArrayDeque<>();
  private final Map<String, Counter> byKey =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Counter> eldest) {
          return size() > KEYS_KEPT;
        }
      };
  private int attempts;

  /** The plan that came with the first request of a key, and how many have come since. */
  private static final class Counter {
    private final FaultPlan plan;
    private int attempts;

    Counter(FaultPlan plan) {
      this.plan = plan;
    }
  }

  /** A call that is under way or over. */
  final class Running {
    private Call call;

    private Running(Call call) {
      this.call = call;
    }

    Call call() {
      synchronized (Upstream.this) {
        return call;
      }
    }

    void sent(int bytes) {
      synchronized (Upstream.this) {
        call = with(call.outcome(), call.endedNanos(), call.bytesSent() + bytes);
      }
    }

    void ended(Call.Outcome outcome) {
      long now = System.nanoTime();
      synchronized (Upstream.this) {
        if (call.outcome() == Call.Outcome.RUNNING) {
          call = with(outcome, now, call.bytesSent());
        }
      }
    }

    private Call with(Call.Outcome outcome, @Nullable Long endedNanos, long bytesSent) {
      return new Call(
          call.attempt(),
          call.fault(),
          call.path(),
          call.headers(),
          call.body(),
          call.begunNanos(),
          outcome,
          endedNanos,
          bytesSent);
    }
  }

  Upstream(FaultPlan plan, ProviderConfig config) {
    this.plan = plan;
    this.script = new ProviderScript(config);
  }

  ProviderScript script() {
    return script;
  }

  /** Books an attempt by the upstream's own plan. */
  synchronized Running begin(HttpConnection.Request request) {
    attempts++;
    return keep(request, attempts, plan.entry(attempts));
  }

  /** Books an attempt by the plan that the request brought; the first plan of a key stays. */
  synchronized Running begin(HttpConnection.Request request, String key, FaultPlan brought) {
    attempts++;
    Counter counter = byKey.computeIfAbsent(key, k -> new Counter(brought));
    counter.attempts++;
    return keep(request, counter.attempts, counter.plan.entry(counter.attempts));
  }

  synchronized int attempts() {
    return attempts;
  }

  synchronized List<Call> calls() {
    var all = new ArrayList<Call>(calls.size());
    calls.forEach(running -> all.add(running.call));
    return all;
  }

  private Running keep(HttpConnection.Request request, int attempt, FaultPlan.Entry fault) {
    var running =
        new Running(
            new Call(
                attempt,
                fault,
                request.path(),
                request.headers(),
                request.body(),
                System.nanoTime(),
                Call.Outcome.RUNNING,
                null,
                0));
    calls.addLast(running);
    if (calls.size() > CALLS_KEPT) {
      calls.removeFirst();
    }
    return running;
  }
}

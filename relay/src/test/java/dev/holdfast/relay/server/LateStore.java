package dev.holdfast.relay.server;

import dev.holdfast.journal.DelayedStore;
import dev.holdfast.journal.MemoryLimits;
import dev.holdfast.journal.MemoryStore;
import dev.holdfast.journal.SessionStore;
import dev.holdfast.journal.StoreFaultPlan;
import dev.holdfast.journal.StoreFaults;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A store whose answers are late, for many threads: one lock stands for the one thread that a
 * {@link DelayedStore} wants to live on.
 */
final class LateStore implements AutoCloseable {
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Object lock = new Object();
  private final SessionStore store;

  LateStore(long seed, Duration lateMax) {
    var inner =
        new MemoryStore(MemoryLimits.ofHeap(Runtime.getRuntime().maxMemory()), System::nanoTime);
    var late =
        new DelayedStore(
            inner,
            StoreFaults.seeded(StoreFaultPlan.late(seed, lateMax)),
            (nanos, task) ->
                CompletableFuture.runAsync(
                    () -> locked(task),
                    later -> timer.schedule(later, nanos, TimeUnit.NANOSECONDS)));
    store =
        (SessionStore)
            Proxy.newProxyInstance(
                SessionStore.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, method, args) -> {
                  synchronized (lock) {
                    try {
                      return method.invoke(late, args);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  }
                });
  }

  private void locked(Runnable task) {
    synchronized (lock) {
      task.run();
    }
  }

  SessionStore store() {
    return store;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

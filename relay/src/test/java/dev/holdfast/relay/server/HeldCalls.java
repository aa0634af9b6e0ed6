package dev.holdfast.relay.server;

import dev.holdfast.journal.AppendReply;
import dev.holdfast.journal.FinishRecord;
import dev.holdfast.journal.MemoryLimits;
import dev.holdfast.journal.MemoryStore;
import dev.holdfast.journal.Reply;
import dev.holdfast.journal.SessionStore;
import dev.holdfast.journal.SessionView;
import dev.holdfast.journal.StoreFailure;
import dev.holdfast.relay.owner.Owner;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A store in memory in which the calls of one operation, once held, wait until they are let go. */
final class HeldCalls {
  private final String operation;

  private final MemoryStore inner =
      new MemoryStore(MemoryLimits.ofHeap(Runtime.getRuntime().maxMemory()), System::nanoTime);
  private final Queue<Call> held = new ConcurrentLinkedQueue<>();
  private volatile boolean holds = true;

  private record Call(Method method, List<Object> args) {}

  /**
   * @param operation a method of {@link SessionStore}
   */
  HeldCalls(String operation) {
    this.operation = operation;
  }

  SessionStore store() {
    return (SessionStore)
        Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(),
            new Class<?>[] {SessionStore.class},
            (proxy, method, args) -> {
              if (holds && method.getName().equals(operation)) {
                held.add(new Call(method, List.of(args)));
                return null;
              }
              return invoke(method, args);
            });
  }

  private @Nullable Object invoke(Method method, Object[] args) {
    try {
      return method.invoke(inner, args);
    } catch (InvocationTargetException | IllegalAccessException e) {
      throw new IllegalStateException("expected the store to take a call", e);
    }
  }

  int held() {
    return held.size();
  }

  /** Lets go what waits; what comes from now on does not. */
  void release() {
    holds = false;
    for (var call = held.poll(); call != null; call = held.poll()) {
      invoke(call.method(), call.args().toArray());
    }
  }

  /** Fails what waits, as a disk does; what comes from now on is done. */
  void fail() {
    holds = false;
    var failure = new StoreFailure.Io("no space left on device");
    for (var call = held.poll(); call != null; call = held.poll()) {
      switch (call.args().getLast()) {
        case AppendReply reply -> reply.failed(failure);
        case Reply<?> reply -> reply.failed(failure);
        default -> throw new IllegalStateException("expected a reply, got " + call);
      }
    }
  }

  /** How a session ended, as the store has it. */
  @Nullable FinishRecord finish(String session) throws Exception {
    var found = new CompletableFuture<SessionView>();
    inner.find(
        session,
        Owner.LOCAL.name(),
        new Reply<SessionView>() {
          @Override
          public void ok(SessionView view) {
            found.complete(view);
          }

          @Override
          public void failed(StoreFailure failure) {
            found.completeExceptionally(new AssertionError(failure.toString()));
          }
        });
    return found.get(30, TimeUnit.SECONDS).finish();
  }
}

package dev.holdfast.engine.guard;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.failure.Failure.Stopped;
import dev.holdfast.engine.failure.Hint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records what became of an ask. */
final class Asker implements Ask.Answer {
  final List<Integer> places = new ArrayList<>();
  final Ask ask;
  @Nullable Lease lease;
  @Nullable Failure failure;
  long answeredAtNanos;
  int answers;

  Asker(long session, String owner, String target, Ask.Kind kind, long deadline, long broken) {
    ask = new Ask(session, owner, target, kind, deadline, broken, this);
  }

  static Asker first(long session) {
    return new Asker(session, "o", "t", Ask.Kind.FIRST, Long.MAX_VALUE, 0);
  }

  static Asker retry(long session) {
    return new Asker(session, "o", "t", Ask.Kind.RETRY, Long.MAX_VALUE, 0);
  }

  static Asker continuation(long session, long broken) {
    return new Asker(session, "o", "t", Ask.Kind.CONTINUATION, Long.MAX_VALUE, broken);
  }

  Asker ask(Guards guards, long now) {
    guards.ask(ask, now);
    return this;
  }

  Lease lease() {
    if (lease == null) {
      throw new AssertionError("expected a lease, got " + (failure == null ? "a wait" : failure));
    }
    return lease;
  }

  void fails(long now) {
    lease().settle(new Settlement.Failed(false, 0, 0), now);
  }

  boolean waits() {
    return answers == 0;
  }

  String refusal() {
    return failure instanceof Stopped stopped ? stopped.why() : "";
  }

  Optional<Hint> hint() {
    return failure == null ? Optional.empty() : failure.hint();
  }

  @Override
  public void granted(Lease newLease, long nowNanos) {
    lease = newLease;
    answers++;
    answeredAtNanos = nowNanos;
  }

  @Override
  public void waiting(int position, long nowNanos) {
    if (answers > 0) {
      throw new AssertionError("told to wait after the answer");
    }
    places.add(position);
  }

  @Override
  public void refused(Failure newFailure, long nowNanos) {
    failure = newFailure;
    answers++;
    answeredAtNanos = nowNanos;
  }
}

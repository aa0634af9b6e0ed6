package dev.holdfast.engine.guard;

import dev.holdfast.engine.failure.Failure.Stopped;
import dev.holdfast.engine.failure.Failure.Stopped.Kind;
import dev.holdfast.engine.failure.Hint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The guards of one upstream: a breaker for each target, and shared by all of them concurrency, the
 * budget of retries, the recovery slots and the lines in which sessions wait for these.
 *
 * <pre>
 *               needs                          if it lacks
 * FIRST         breaker                        is refused
 *               concurrency                    waits in line
 * RETRY         breaker, budget, concurrency   waits in line
 * CONTINUATION  slot, concurrency              waits by the time of its break
 * </pre>
 *
 * <p><b>Order.</b> After every call, whatever may go has gone ({@code pump}). So a newcomer that
 * finds what it needs overtakes nobody: had anyone been waiting for the same things, they would be
 * gone. Freed concurrency goes to continuations first, whose readers hold half an answer, then in
 * turns to first calls and retries. Retries wait target by target, since one may wait for a breaker
 * that is none of the others' business, and targets take turns at the budget.
 *
 * <p><b>Threads.</b> One lock; every operation under it is cheap however many wait (a search tree
 * at most), but for announcing places, which walks the lines and happens at most once a second, and
 * the opening of a breaker, which walks them too. Answers are delivered after the lock is released,
 * in order ({@link Outbox}), so they may call back. Times of different threads may be slightly out
 * of order; they are made monotonic here.
 *
 * <p>An ask is known by identity: {@link #withdraw} takes the same instance. A withdrawal that
 * crosses a grant on another thread loses, and the session settles the lease it gets as neutral.
 */
public final class UpstreamGuards implements Guards {
  private static final long ANNOUNCE_EVERY_NANOS = 1_000_000_000L;

  /** So many targets are kept without asking whether they are still in use. */
  private static final int LANES_KEPT = 1_024;

  private final GuardSettings settings;
  private final ReentrantLock lock = new ReentrantLock();
  private final Outbox outbox = new Outbox();

  private final Map<String, Lane> lanes = new HashMap<>();
  private final Concurrency concurrency;
  private final RetryBudget budget;
  private final RecoverySlots slots;
  private final MassBreak massBreak;

  /** Everyone who waits, and the same by deadline. */
  private final Map<Ask, Waiter> waiting = new IdentityHashMap<>();

  private final TreeSet<Waiter> deadlines = new TreeSet<>(Waiter.BY_DEADLINE);
  private final WaitingLine<Waiter> firsts = new WaitingLine<>();
  private final TreeSet<Waiter> continuations = new TreeSet<>(Waiter.BY_BREAK);

  /** Targets for which retries wait, in the order of their turns. */
  private final Set<Lane> retryLanes = new LinkedHashSet<>();

  private long latestNanos = Long.MIN_VALUE;
  private long arrivals;
  private boolean retriesTurn;
  private boolean placesMoved;
  private boolean announcedBefore;
  private long announcedAtNanos;
  private int lanesSweptAt = LANES_KEPT;

  public UpstreamGuards(GuardSettings settings) {
    this.settings = settings;
    concurrency = new Concurrency(settings.concurrencyMax());
    budget = new RetryBudget(settings.budget());
    slots = new RecoverySlots(settings.recovery());
    massBreak = new MassBreak(settings.recovery().massBreakStreams());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if this very ask is waiting already
   */
  @Override
  public void ask(Ask ask, long nowNanos) {
    act(
        nowNanos,
        now -> {
          if (waiting.containsKey(ask)) {
            throw new IllegalStateException("expected a new ask, this one waits: " + ask.session());
          }
          pump(now);
          admit(ask, lane(ask.target(), now), now);
        });
  }

  @Override
  public void withdraw(Ask ask, long nowNanos) {
    act(
        nowNanos,
        now -> {
          var waiter = waiting.get(ask);
          if (waiter != null) {
            leave(waiter);
          }
        });
  }

  @Override
  public boolean broke(String target, long nowNanos) {
    var another = new boolean[1];
    act(
        nowNanos,
        now -> {
          var lane = lane(target, now);
          another[0] = lane.broke(now);
          massBreak.broke(now);
          if (lane.breaker.broke(now)) {
            refuseFirsts(lane, now);
          }
        });
    return another[0];
  }

  @Override
  public boolean massBreak(long nowNanos) {
    lock.lock();
    try {
      return massBreak.lasting();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void wake(long nowNanos) {
    act(nowNanos, now -> {});
  }

  @Override
  public long wakeAtNanos() {
    lock.lock();
    try {
      if (waiting.isEmpty()) {
        return Long.MAX_VALUE;
      }
      var at = deadlines.first().ask.deadlineNanos();
      if (placesMoved) {
        at = Math.min(at, announcedAtNanos + ANNOUNCE_EVERY_NANOS);
      }
      if (!concurrency.free()) {
        return at;
      }
      if (!continuations.isEmpty()) {
        at = Math.min(at, slots.wakeAtNanos());
      }
      for (var lane : retryLanes) {
        at =
            Math.min(
                at,
                lane.breaker.admits(latestNanos)
                    ? budget.wakeAtNanos(latestNanos)
                    : lane.breaker.wakeAtNanos());
      }
      return at;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What the guards are doing, for pages and metrics.
   *
   * @param inFlight calls now
   * @param waiting for a first call or a retry
   * @param recovering continuations that wait
   * @param slots recovery slots now
   * @param slotsTaken of these
   * @param retriesUsed of the budget's window
   * @param retriesAllowed in it
   * @param massBreak as {@link #massBreak}
   */
  public record Reading(
      int inFlight,
      int waiting,
      int recovering,
      int slots,
      int slotsTaken,
      int retriesUsed,
      int retriesAllowed,
      boolean massBreak) {}

  /** How things stand at this moment. */
  public Reading reading(long nowNanos) {
    lock.lock();
    try {
      var now = monotonic(nowNanos);
      return new Reading(
          concurrency.inFlight(),
          inLine(),
          continuations.size(),
          slots.slots(),
          slots.taken(now),
          budget.used(now),
          budget.allowed(now),
          massBreak.lasting());
    } finally {
      lock.unlock();
    }
  }

  /** The breaker of this target; closed for one never heard of. */
  public BreakerState breaker(String target, long nowNanos) {
    lock.lock();
    try {
      var lane = lanes.get(target);
      return lane == null ? BreakerState.CLOSED : lane.breaker.state(monotonic(nowNanos));
    } finally {
      lock.unlock();
    }
  }

  /**
   * One operation: under the lock, on monotonic time, after deadlines and before whoever may go.
   */
  private void act(long nowNanos, LongConsumer operation) {
    try {
      lock.lock();
      try {
        var now = monotonic(nowNanos);
        expire(now);
        operation.accept(now);
        pump(now);
        announce(now);
      } finally {
        lock.unlock();
      }
    } finally {
      outbox.deliver();
    }
  }

  private long monotonic(long seenNanos) {
    latestNanos = Math.max(latestNanos, seenNanos);
    return latestNanos;
  }

  private void admit(Ask ask, Lane lane, long now) {
    switch (ask.kind()) {
      case FIRST -> {
        if (!lane.breaker.admits(now)) {
          refuseOpen(ask, lane, now);
        } else if (concurrency.free()) {
          grant(ask, lane, now);
        } else {
          join(ask, lane, now);
        }
      }
      case RETRY -> {
        if (concurrency.free() && lane.breaker.admits(now) && budgeted(now)) {
          grant(ask, lane, now);
        } else {
          join(ask, lane, now);
        }
      }
      case CONTINUATION -> {
        if (concurrency.free() && slots.available(now)) {
          grant(ask, lane, now);
        } else {
          join(ask, lane, now);
        }
      }
    }
  }

  private boolean budgeted(long now) {
    var available = budget.available(now);
    if (!available) {
      budget.missed(now);
    }
    return available;
  }

  /** Lets go whoever has what it needs. */
  private void pump(long now) {
    while (!continuations.isEmpty() && concurrency.free() && slots.available(now)) {
      var waiter = continuations.first();
      leave(waiter);
      grant(waiter.ask, waiter.lane, now);
    }
    if (continuations.isEmpty()) {
      slots.nobodyWaits(now);
    }
    while (concurrency.free()) {
      var retry = nextRetry(now);
      var first = firsts.peek().orElse(null);
      if (retry == null && first == null) {
        return;
      }
      if (retry != null && (first == null || retriesTurn)) {
        retriesTurn = false;
        leaveByTurn(retry);
        grant(retry.ask, retry.lane, now);
      } else if (first != null) {
        retriesTurn = true;
        leaveByTurn(first);
        if (first.lane.breaker.admits(now)) {
          grant(first.ask, first.lane, now);
        } else {
          refuseOpen(first.ask, first.lane, now);
        }
      }
    }
  }

  /**
   * The retry whose turn it is among those with an admitting breaker, if the budget has a share.
   */
  private @Nullable Waiter nextRetry(long now) {
    for (var lane : retryLanes) {
      if (lane.breaker.admits(now)) {
        return budgeted(now) ? lane.retries.peek().orElse(null) : null;
      }
    }
    return null;
  }

  private void grant(Ask ask, Lane lane, long now) {
    var lease = new GuardLease(ask, lane);
    lane.uses++;
    concurrency.take();
    switch (ask.kind()) {
      case FIRST -> {
        budget.first(now);
        lease.pass = lane.breaker.admit(ask.session(), now);
      }
      case RETRY -> {
        lease.share = budget.take(now);
        lease.pass = lane.breaker.admit(ask.session(), now);
      }
      case CONTINUATION -> slots.take(now);
    }
    outbox.put(() -> ask.answer().granted(lease, now));
  }

  private void join(Ask ask, Lane lane, long now) {
    if (ask.deadlineNanos() <= now) {
      refuse(ask, new Stopped(Kind.WAIT_TIMEOUT, "the time to wait for a turn was over"), now);
      return;
    }
    var continuing = ask.kind() == Ask.Kind.CONTINUATION;
    if (!continuing && inLine() >= settings.waitingMax()) {
      var full = settings.waitingMax() + " already wait for " + ask.target();
      refuse(ask, new Stopped(Kind.QUEUE_FULL, full), now);
      return;
    }
    var waiter = new Waiter(ask, lane, arrivals++);
    lane.uses++;
    waiting.put(ask, waiter);
    deadlines.add(waiter);
    waiter.place =
        switch (ask.kind()) {
          case FIRST -> firsts.add(ask.owner(), waiter);
          case RETRY -> {
            retryLanes.add(lane);
            yield lane.retries.add(ask.owner(), waiter);
          }
          case CONTINUATION -> {
            continuations.add(waiter);
            // An earlier break stands further in front; the next announcement says where.
            placesMoved |= continuations.last() != waiter;
            yield continuations.size();
          }
        };
    tell(waiter, now);
  }

  /** Takes a waiter out of its line, wherever it stands. */
  private void leave(Waiter waiter) {
    forget(waiter);
    switch (waiter.ask.kind()) {
      case FIRST -> firsts.remove(waiter.ask.owner(), waiter);
      case RETRY -> {
        waiter.lane.retries.remove(waiter.ask.owner(), waiter);
        if (waiter.lane.retries.isEmpty()) {
          retryLanes.remove(waiter.lane);
        }
      }
      case CONTINUATION -> continuations.remove(waiter);
    }
  }

  /** Takes the next of a line out of it, so that its owner's turn, and its target's, are over. */
  private void leaveByTurn(Waiter next) {
    forget(next);
    if (next.ask.kind() == Ask.Kind.FIRST) {
      firsts.poll();
      return;
    }
    next.lane.retries.poll();
    retryLanes.remove(next.lane);
    if (!next.lane.retries.isEmpty()) {
      retryLanes.add(next.lane);
    }
  }

  private void forget(Waiter waiter) {
    waiting.remove(waiter.ask);
    deadlines.remove(waiter);
    waiter.lane.uses--;
    placesMoved = true;
  }

  private int inLine() {
    return waiting.size() - continuations.size();
  }

  private void expire(long now) {
    while (!deadlines.isEmpty() && deadlines.first().ask.deadlineNanos() <= now) {
      var waiter = deadlines.first();
      leave(waiter);
      refuse(
          waiter.ask, new Stopped(Kind.WAIT_TIMEOUT, "no turn came within the time to wait"), now);
    }
  }

  /** A breaker opened: first calls that wait for concurrency had better take another target. */
  private void refuseFirsts(Lane lane, long now) {
    for (var waiter : firsts.inOrder()) {
      if (waiter.lane == lane) {
        leave(waiter);
        refuseOpen(waiter.ask, lane, now);
      }
    }
  }

  private void refuseOpen(Ask ask, Lane lane, long now) {
    var wait = Duration.ofNanos(lane.breaker.waitNanos(now));
    var said = ask.target() + " failed too often; it is tried again in " + wait.toMillis() + " ms";
    refuse(ask, new Stopped(Kind.BREAKER_OPEN, said, Optional.of(new Hint(wait, "breaker"))), now);
  }

  private void refuse(Ask ask, Stopped failure, long now) {
    outbox.put(() -> ask.answer().refused(failure, now));
  }

  private void announce(long now) {
    if (!placesMoved || waiting.isEmpty()) {
      placesMoved = false;
      return;
    }
    if (announcedBefore && now - announcedAtNanos < ANNOUNCE_EVERY_NANOS) {
      return;
    }
    announcedBefore = true;
    announcedAtNanos = now;
    placesMoved = false;
    announce(firsts.inOrder(), now);
    announce(new ArrayList<>(continuations), now);
    for (var lane : retryLanes) {
      announce(lane.retries.inOrder(), now);
    }
  }

  private void announce(List<Waiter> line, long now) {
    var place = 0;
    for (var waiter : line) {
      place++;
      if (waiter.place != place) {
        waiter.place = place;
        tell(waiter, now);
      }
    }
  }

  private void tell(Waiter waiter, long now) {
    var place = waiter.place;
    outbox.put(() -> waiter.ask.answer().waiting(place, now));
  }

  /** What is kept for a target; targets are names of models, so those at rest are let go. */
  private Lane lane(String target, long now) {
    if (lanes.size() >= lanesSweptAt) {
      lanes.values().removeIf(lane -> lane.idle(now));
      lanesSweptAt = Math.max(LANES_KEPT, lanes.size() * 2);
    }
    return lanes.computeIfAbsent(target, t -> new Lane(t, settings.breaker()));
  }

  /** The right to one call, with what it holds of each guard. */
  private final class GuardLease implements Lease {
    private final Ask ask;
    private final Lane lane;
    private CircuitBreaker.@Nullable Pass pass;
    private RetryBudget.@Nullable Share share;
    private boolean progressed;
    private boolean settled;

    GuardLease(Ask ask, Lane lane) {
      this.ask = ask;
      this.lane = lane;
    }

    /** {@inheritDoc} Later reports are ignored; after the settlement one is a mistake. */
    @Override
    public void progressed(long nowNanos) {
      act(
          nowNanos,
          now -> {
            requireUnsettled();
            progress(now);
          });
    }

    @Override
    public void settle(Settlement settlement, long nowNanos) {
      act(
          nowNanos,
          now -> {
            requireUnsettled();
            settled = true;
            concurrency.release();
            lane.uses--;
            switch (settlement) {
              case Settlement.Completed completed -> {
                progress(now);
                if (pass != null) {
                  lane.breaker.completed(pass, now);
                }
              }
              case Settlement.Failed failed -> {
                if (failed.progressed()) {
                  progress(now);
                }
                fail(failed, now);
              }
              case Settlement.Neutral neutral -> end(now);
            }
          });
    }

    private void progress(long now) {
      if (progressed) {
        return;
      }
      progressed = true;
      if (pass != null) {
        lane.breaker.progressed(pass, now);
      }
      if (share != null) {
        budget.giveBack(share, now);
      }
      if (ask.kind() == Ask.Kind.CONTINUATION) {
        slots.progressed();
        massBreak.recovered();
      }
    }

    private void fail(Settlement.Failed failed, long now) {
      if (progressed) {
        end(now);
        return;
      }
      if (pass != null && lane.breaker.failed(pass, failed.hintNanos(), now)) {
        refuseFirsts(lane, now);
      }
      if (ask.kind() == Ask.Kind.CONTINUATION) {
        slots.failed(failed.waitNanos(), now);
      }
    }

    private void end(long now) {
      if (pass != null) {
        lane.breaker.ended(pass, now);
      }
      if (ask.kind() == Ask.Kind.CONTINUATION && !progressed) {
        slots.released();
      }
    }

    private void requireUnsettled() {
      if (settled) {
        throw new IllegalStateException(
            "expected an open lease, that of session " + ask.session() + " is settled");
      }
    }
  }
}

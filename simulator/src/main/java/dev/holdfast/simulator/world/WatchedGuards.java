package dev.holdfast.simulator.world;

import dev.holdfast.engine.failure.Failure;
import dev.holdfast.engine.guard.Ask;
import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.guard.Guards;
import dev.holdfast.engine.guard.Lease;
import dev.holdfast.engine.guard.Settlement;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The guards of one upstream, with the timer that wakes them and a checker that watches every lease
 * from its grant to its settlement, and counts on its own what may be out at once.
 */
final class WatchedGuards implements Guards {
  /** The guards count first calls in buckets, so their window may be a little longer than ours. */
  private static final double WINDOW_SLACK = 1.15;

  private final String name;
  private final Guards guards;
  private final GuardSettings settings;
  private final VirtualTime time;
  private final Verdicts verdicts;
  private final Plan.Process process;
  private final Draw draw;
  private final Map<Ask, Ask> asks = new IdentityHashMap<>();
  private long armedNanos = Long.MAX_VALUE;
  private long armedOrder;

  private int inFlight;
  private int granted;
  private int settled;
  private final ArrayDeque<Long> firsts = new ArrayDeque<>();
  private final ArrayDeque<Watched> retries = new ArrayDeque<>();
  private final Map<Long, Integer> cooling = new HashMap<>();
  private int recovering;
  private int recoveringMost;
  private int slots;
  private int slotsRow;
  private boolean hadMassBreak;

  WatchedGuards(
      String name,
      Guards guards,
      GuardSettings settings,
      Plan.Process process,
      VirtualTime time,
      Verdicts verdicts,
      Draw draw) {
    this.name = name;
    this.guards = guards;
    this.settings = settings;
    this.process = process;
    this.time = time;
    this.verdicts = verdicts;
    this.draw = draw;
    this.slots = settings.recovery().slots();
  }

  // ---- the port

  @Override
  public void ask(Ask ask, long nowNanos) {
    var watched =
        new Ask(
            ask.session(),
            ask.owner(),
            ask.target(),
            ask.kind(),
            ask.deadlineNanos(),
            ask.brokenAtNanos(),
            new Answers(ask));
    asks.put(ask, watched);
    guards.ask(watched, nowNanos);
    rearm();
  }

  @Override
  public void withdraw(Ask ask, long nowNanos) {
    var watched = asks.remove(ask);
    if (watched != null) {
      guards.withdraw(watched, nowNanos);
      rearm();
    }
  }

  @Override
  public boolean broke(String target, long nowNanos) {
    boolean others = guards.broke(target, nowNanos);
    rearm();
    return others;
  }

  @Override
  public boolean massBreak(long nowNanos) {
    boolean lasting = guards.massBreak(nowNanos);
    hadMassBreak |= lasting;
    return lasting;
  }

  /** Whether failures were not counted for a while, because too many streams broke at once. */
  boolean hadMassBreak() {
    return hadMassBreak;
  }

  @Override
  public long wakeAtNanos() {
    return guards.wakeAtNanos();
  }

  @Override
  public void wake(long nowNanos) {
    guards.wake(nowNanos);
    rearm();
  }

  private void rearm() {
    long at = guards.wakeAtNanos();
    if (at == armedNanos || at == Long.MAX_VALUE) {
      return;
    }
    armedNanos = at;
    long order = ++armedOrder;
    time.timer(
        at - time.nanos() + draw.millis(0, Math.max(0, process.lateMaxNanos() / 1_000_000)),
        () -> {
          if (order == armedOrder) {
            armedNanos = Long.MAX_VALUE;
            wake(time.nanos());
          }
        });
  }

  // ---- what is watched

  private final class Answers implements Ask.Answer {
    private final Ask ask;
    private boolean answered;

    Answers(Ask ask) {
      this.ask = ask;
    }

    @Override
    public void granted(Lease lease, long nowNanos) {
      once("a grant");
      var watched = new Watched(ask, lease);
      watched.begin();
      ask.answer().granted(watched, nowNanos);
    }

    @Override
    public void waiting(int position, long nowNanos) {
      ask.answer().waiting(position, nowNanos);
    }

    @Override
    public void refused(Failure failure, long nowNanos) {
      once("a refusal");
      ask.answer().refused(failure, nowNanos);
    }

    private void once(String what) {
      verdicts.expect(
          !answered,
          "each ask answered once",
          () -> "session " + ask.session() + " got " + what + " after another answer");
      answered = true;
      asks.remove(ask);
    }
  }

  private final class Watched implements Lease {
    private final Ask ask;
    private final Lease lease;
    private final long takenNanos = time.nanos();
    private boolean progress;
    private boolean over;

    Watched(Ask ask, Lease lease) {
      this.ask = ask;
      this.lease = lease;
    }

    void begin() {
      granted++;
      inFlight++;
      verdicts.expect(
          inFlight <= settings.concurrencyMax(),
          "calls within concurrency",
          () -> inFlight + " calls at " + name);
      switch (ask.kind()) {
        case FIRST -> firsts.add(takenNanos);
        case RETRY -> checkBudget();
        case CONTINUATION -> checkSlots();
      }
    }

    private void checkBudget() {
      retries.add(this);
      long window = settings.budget().window().toNanos();
      retries.removeIf(r -> r.progress || r.takenNanos <= takenNanos - window);
      firsts.removeIf(at -> at <= takenNanos - (long) (window * WINDOW_SLACK));
      double allowed =
          Math.max(
              settings.budget().floorPerSecond() * window / 1e9,
              settings.budget().extra() * firsts.size());
      verdicts.expect(
          retries.size() <= allowed + 1e-6,
          "retries within the budget",
          () -> retries.size() + " retries of " + allowed + " at " + name);
    }

    private void checkSlots() {
      recovering++;
      recoveringMost = Math.max(recoveringMost, recovering);
      cooling.keySet().removeIf(at -> at <= takenNanos);
      int cool = cooling.values().stream().mapToInt(Integer::intValue).sum();
      verdicts.expect(
          recovering + cool <= slots,
          "continuations within the slots",
          () -> recovering + " + " + cool + " of " + slots + " at " + name);
    }

    @Override
    public void progressed(long nowNanos) {
      verdicts.expect(
          !over, "progress before settlement", () -> "session " + ask.session() + " at " + name);
      if (!over) {
        progress();
        lease.progressed(nowNanos);
        rearm();
      }
    }

    private void progress() {
      if (progress) {
        return;
      }
      progress = true;
      if (ask.kind() == Ask.Kind.CONTINUATION) {
        recovering--;
        if (++slotsRow >= slots) {
          slots = Math.min(2 * slots, settings.recovery().slotsMax());
          slotsRow = 0;
        }
      }
    }

    @Override
    public void settle(Settlement settlement, long nowNanos) {
      verdicts.expect(
          !over,
          "each lease settled once",
          () -> "session " + ask.session() + " settled twice at " + name);
      if (over) {
        return;
      }
      over = true;
      settled++;
      inFlight--;
      switch (settlement) {
        case Settlement.Completed s -> progress();
        case Settlement.Failed s -> {
          if (s.progressed()) {
            progress();
          } else if (!progress && ask.kind() == Ask.Kind.CONTINUATION) {
            recovering--;
            slots = settings.recovery().slots();
            slotsRow = 0;
            if (s.waitNanos() > 0) {
              cooling.merge(nowNanos + s.waitNanos(), 1, Integer::sum);
            }
          }
        }
        case Settlement.Neutral s -> {
          if (!progress && ask.kind() == Ask.Kind.CONTINUATION) {
            recovering--;
          }
        }
      }
      lease.settle(settlement, nowNanos);
      rearm();
    }
  }

  /** When all is over. */
  void checkEnd() {
    verdicts.expect(
        granted == settled,
        "each lease settled once",
        () -> granted + " granted and " + settled + " settled at " + name);
    verdicts.expect(asks.isEmpty(), "nobody waits for ever", () -> asks.size() + " at " + name);
  }

  int recoveringMost() {
    return recoveringMost;
  }

  int inFlight() {
    return inFlight;
  }

  int waiting() {
    return asks.size();
  }
}

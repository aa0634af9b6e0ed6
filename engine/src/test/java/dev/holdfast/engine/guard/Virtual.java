package dev.holdfast.engine.guard;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Virtual time over one set of guards: steps straight to the next event or the guards' wake-up. */
final class Virtual {
  private record Event(long atNanos, long number, Runnable act) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::number));
  private final Guards guards;
  private long now;
  private long numbers;

  Virtual(Guards guards) {
    this.guards = guards;
  }

  long now() {
    return now;
  }

  void at(long atNanos, Runnable act) {
    events.add(new Event(Math.max(atNanos, now), numbers++, act));
  }

  void in(long nanos, Runnable act) {
    at(now + nanos, act);
  }

  /**
   * Runs until nothing is left or the time is reached; so many steps at one instant are a livelock.
   */
  void runUntil(long untilNanos) {
    var still = 0;
    while (true) {
      var next = events.isEmpty() ? Long.MAX_VALUE : events.peek().atNanos();
      var wake = guards.wakeAtNanos();
      var at = Math.max(now, Math.min(next, wake));
      if (Math.min(next, wake) == Long.MAX_VALUE || at > untilNanos) {
        now = untilNanos;
        return;
      }
      still = at == now ? still + 1 : 0;
      if (still > 1_000_000) {
        throw new AssertionError("livelock at " + now + " ns");
      }
      now = at;
      if (wake <= next) {
        guards.wake(now);
        if (guards.wakeAtNanos() <= now && next > now) {
          throw new AssertionError("wake moved nothing at " + now + " ns");
        }
      } else {
        events.remove().act().run();
      }
    }
  }
}

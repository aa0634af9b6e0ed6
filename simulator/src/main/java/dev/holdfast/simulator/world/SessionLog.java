package dev.holdfast.simulator.world;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the readers of one session saw between them: a number has one content for ever. */
final class SessionLog {
  private final Verdicts verdicts;
  private final VirtualTime time;
  private final List<byte @Nullable []> events = new ArrayList<>();
  private long lastNanos;
  private long longestGapNanos;

  SessionLog(Verdicts verdicts, VirtualTime time) {
    this.verdicts = verdicts;
    this.time = time;
  }

  void seen(long number, byte[] data, String reader) {
    int at = (int) number - 1;
    if (at >= events.size()) {
      if (!events.isEmpty()) {
        longestGapNanos = Math.max(longestGapNanos, time.nanos() - lastNanos);
      }
      lastNanos = time.nanos();
      while (events.size() <= at) {
        events.add(null);
      }
    }
    var before = events.get(at);
    if (before == null) {
      events.set(at, data);
    } else {
      verdicts.expect(
          Arrays.equals(before, data),
          "one number, one content",
          () -> reader + " got another event " + number);
    }
  }

  /** The longest wait for the next event. */
  long longestGapNanos() {
    return longestGapNanos;
  }

  /** The events from the first one on, up to one that nobody saw. */
  List<byte[]> events() {
    var seen = new ArrayList<byte[]>(events.size());
    for (var event : events) {
      if (event == null) {
        break;
      }
      seen.add(event);
    }
    return seen;
  }
}

package dev.holdfast.simulator.world;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the readers of one session saw between them: a number has one content for ever. */
final class SessionLog {
  private final Verdicts verdicts;
  private final List<byte[]> events = new ArrayList<>();

  private final VirtualTime time;
  private long lastNanos;
  private long longestGapNanos;

  SessionLog(Verdicts verdicts, VirtualTime time) {
    this.verdicts = verdicts;
    this.time = time;
  }

  void seen(long number, byte[] data, String reader) {
    if (number == events.size() + 1L) {
      if (!events.isEmpty()) {
        longestGapNanos = Math.max(longestGapNanos, time.nanos() - lastNanos);
      }
      lastNanos = time.nanos();
      events.add(data);
    } else if (number >= 1 && number <= events.size()) {
      verdicts.expect(
          Arrays.equals(events.get((int) number - 1), data),
          "one number, one content",
          () -> reader + " got another event " + number);
    } else {
      verdicts.violated("each event once, in order", reader + " got an event " + number);
    }
  }

  /** The longest wait for the next event. */
  long longestGapNanos() {
    return longestGapNanos;
  }

  List<byte[]> events() {
    return events;
  }
}

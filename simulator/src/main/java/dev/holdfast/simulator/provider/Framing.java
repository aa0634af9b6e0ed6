package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.fault.FaultPlan;
import dev.holdfast.simulator.fault.Quirk;
import java.nio.charset.StandardCharsets;

/** Writes events as server-sent events, in the manner of an attempt's quirks. */
final class Framing {
  private static final String[] WITHOUT_DATA = {"retry: 1500", "id: 7", "event: heartbeat"};

  private final FaultPlan.Entry fault;
  private final String lineEnd;
  private int events;

  Framing(FaultPlan.Entry fault) {
    this.fault = fault;
    this.lineEnd = fault.has(Quirk.CRLF) ? "\r\n" : fault.has(Quirk.CR) ? "\r" : "\n";
  }

  /** The bytes of the next event, with what this attempt puts in front of events. */
  byte[] event(String data) {
    var text = new StringBuilder(data.length() + 64);
    if (events == 0 && fault.has(Quirk.BOM)) {
      text.append('\uFEFF');
    }
    if (fault.has(Quirk.COMMENTS) && events % 3 == 0) {
      line(text, ": OPENROUTER PROCESSING");
      line(text, "");
    }
    if (fault.has(Quirk.EMPTY_EVENTS) && events % 4 == 1) {
      line(text, WITHOUT_DATA[events / 4 % WITHOUT_DATA.length]);
      line(text, "");
    }
    if (fault.has(Quirk.EVENT_IDS)) {
      line(text, "id: " + (events + 1));
    }
    events++;
    boolean done = data.equals("[DONE]");
    if (fault.has(Quirk.MULTI_LINE) && !done) {
      data(text, "{");
      data(text, data.substring(1, data.length() - 1));
      data(text, "}");
    } else {
      data(text, data);
    }
    if (!(done && fault.has(Quirk.NO_LAST_BLANK))) {
      line(text, "");
    }
    return bytes(text.toString());
  }

  /** The bytes of an event with a name. */
  byte[] named(String name, String data) {
    var text = new StringBuilder();
    line(text, "event: " + name);
    data(text, data);
    line(text, "");
    return bytes(text.toString());
  }

  /** The bytes of a comment that keeps the line alive. */
  byte[] keepAlive() {
    var text = new StringBuilder();
    line(text, ": keep-alive");
    line(text, "");
    return bytes(text.toString());
  }

  private void data(StringBuilder text, String data) {
    line(text, (fault.has(Quirk.NO_SPACE) ? "data:" : "data: ") + data);
  }

  private void line(StringBuilder text, String line) {
    text.append(line).append(lineEnd);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

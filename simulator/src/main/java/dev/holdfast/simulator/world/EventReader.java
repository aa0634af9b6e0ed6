package dev.holdfast.simulator.world;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads an event stream by the standard's rules, line by line. Written apart from the engine's
 * decoder on purpose: it is part of the oracle.
 */
final class EventReader {
  /** Hears each event with data. */
  interface Sink {
    /**
     * @param id empty if the event has none
     * @param name empty if the event has none
     */
    void event(String id, String name, byte[] data);
  }

  private final Sink sink;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
  private final ByteArrayOutputStream data = new ByteArrayOutputStream(256);
  private String id = "";
  private String name = "";
  private boolean hasData;

  EventReader(Sink sink) {
    this.sink = sink;
  }

  void feed(byte[] bytes, int from, int to) {
    int start = from;
    for (int i = from; i < to; i++) {
      if (bytes[i] == '\n') {
        line.write(bytes, start, i - start);
        start = i + 1;
        line();
      }
    }
    line.write(bytes, start, to - start);
  }

  /** Whether a block was begun and not ended. */
  boolean halfWay() {
    return line.size() > 0 || hasData || !id.isEmpty();
  }

  private void line() {
    var bytes = line.toByteArray();
    line.reset();
    int end = bytes.length;
    if (end > 0 && bytes[end - 1] == '\r') {
      end--;
    }
    if (end == 0) {
      dispatch();
      return;
    }
    int colon = 0;
    while (colon < end && bytes[colon] != ':') {
      colon++;
    }
    if (colon == 0) {
      return;
    }
    int value = Math.min(colon + 1, end);
    if (value < end && bytes[value] == ' ') {
      value++;
    }
    if (bytes[0] == 'd' && named(bytes, colon, "data")) {
      if (hasData) {
        data.write('\n');
      }
      hasData = true;
      data.write(bytes, value, end - value);
    } else if (named(bytes, colon, "id")) {
      id = new String(bytes, value, end - value, StandardCharsets.UTF_8);
    } else if (named(bytes, colon, "event")) {
      name = new String(bytes, value, end - value, StandardCharsets.UTF_8);
    }
  }

  private static boolean named(byte[] bytes, int length, String field) {
    if (length != field.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (bytes[i] != field.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void dispatch() {
    if (hasData) {
      sink.event(id, name, data.toByteArray());
    }
    data.reset();
    hasData = false;
    id = "";
    name = "";
  }
}

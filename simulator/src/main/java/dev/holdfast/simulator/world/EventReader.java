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
        if (line.size() == 0) {
          line(bytes, start, i);
        } else {
          line.write(bytes, start, i - start);
          var whole = line.toByteArray();
          line.reset();
          line(whole, 0, whole.length);
        }
        start = i + 1;
      }
    }
    line.write(bytes, start, to - start);
  }

  /** Whether a block was begun and not ended. */
  boolean halfWay() {
    return line.size() > 0 || hasData || !id.isEmpty();
  }

  private void line(byte[] bytes, int from, int to) {
    int end = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
    if (end == from) {
      dispatch();
      return;
    }
    int colon = from;
    while (colon < end && bytes[colon] != ':') {
      colon++;
    }
    if (colon == from) {
      return;
    }
    int value = Math.min(colon + 1, end);
    if (value < end && bytes[value] == ' ') {
      value++;
    }
    if (named(bytes, from, colon, "data")) {
      if (hasData) {
        data.write('\n');
      }
      hasData = true;
      data.write(bytes, value, end - value);
    } else if (named(bytes, from, colon, "id")) {
      id = new String(bytes, value, end - value, StandardCharsets.UTF_8);
    } else if (named(bytes, from, colon, "event")) {
      name = new String(bytes, value, end - value, StandardCharsets.UTF_8);
    }
  }

  private static boolean named(byte[] bytes, int from, int to, String field) {
    if (to - from != field.length()) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (bytes[i] != field.charAt(i - from)) {
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

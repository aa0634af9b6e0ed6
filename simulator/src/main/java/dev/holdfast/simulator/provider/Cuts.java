package dev.holdfast.simulator.provider;

import dev.holdfast.simulator.fault.Position;
import java.util.Arrays;
import java.util.List;

/** Finds the place of a fault in the events of an attempt. */
final class Cuts {
  private Cuts() {}

  /** One event as bytes, and what it is for. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Segment(Chunks.Kind kind, byte[] bytes) {}

  /** A place: that many whole events, then that many bytes of the next. */
  record Place(int events, int bytes) {}

  static Place find(Position position, List<Segment> events) {
    return switch (position) {
      case Position.Head p -> new Place(0, 0);
      case Position.Tokens p -> new Place(afterTokens(events, p.count()), 0);
      case Position.InsideEvent p -> inside(events, afterTokens(events, p.count()));
      case Position.InsideUtf8 p -> insideUtf8(events, afterTokens(events, p.count()));
      case Position.Bytes p -> afterBytes(events, p.count());
      case Position.TextEnd p -> new Place(afterTokens(events, Integer.MAX_VALUE), 0);
      case Position.Finish p -> new Place(afterFinish(events), 0);
    };
  }

  /** The index behind the token of that number, or of the first finish if there are fewer. */
  private static int afterTokens(List<Segment> events, int count) {
    int tokens = 0;
    for (int i = 0; i < events.size(); i++) {
      Chunks.Kind kind = events.get(i).kind();
      boolean here = kind == Chunks.Kind.FINISH || kind == Chunks.Kind.TAIL;
      if (here || (kind == Chunks.Kind.TOKEN && tokens == count)) {
        return i;
      }
      tokens += kind == Chunks.Kind.TOKEN ? 1 : 0;
    }
    return events.size();
  }

  private static int afterFinish(List<Segment> events) {
    int after = events.size();
    for (int i = 0; i < events.size(); i++) {
      after = events.get(i).kind() == Chunks.Kind.FINISH ? i + 1 : after;
    }
    return after;
  }

  private static Place inside(List<Segment> events, int index) {
    return index == events.size()
        ? new Place(index, 0)
        : new Place(index, Math.max(1, events.get(index).bytes().length / 2));
  }

  private static Place insideUtf8(List<Segment> events, int from) {
    for (int i = from; i < events.size(); i++) {
      byte[] bytes = events.get(i).bytes();
      for (int at = i == 0 ? 3 : 0; at < bytes.length; at++) {
        if ((bytes[at] & 0xC0) == 0xC0) {
          return new Place(i, at + 1);
        }
      }
    }
    return inside(events, from);
  }

  private static Place afterBytes(List<Segment> events, int count) {
    int left = count;
    for (int i = 0; i < events.size(); i++) {
      int length = events.get(i).bytes().length;
      if (left < length) {
        return new Place(i, left);
      }
      left -= length;
    }
    return new Place(events.size(), 0);
  }

  static byte[] head(byte[] bytes, int count) {
    return Arrays.copyOf(bytes, count);
  }

  static byte[] tail(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }
}

package dev.holdfast.engine.sse;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.engine.sse.SseFixtures.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Feeds a decoder and keeps what it delivers, as a driver does: slices are read only after the feed
 * has returned, and the fed array is overwritten before the next one.
 */
final class Recorder {
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Slice(byte[] array, int from, int to) {
    byte[] copy() {
      return Arrays.copyOfRange(array, from, to);
    }
  }

  private record Delivered(String name, Slice data, Slice bytes) {}

  final SseDecoder decoder;
  final List<Event> events = new ArrayList<>();
  final WireBuffer forwarded = new WireBuffer(0);
  private final List<Delivered> fresh = new ArrayList<>();

  Recorder(int blockBytesMax) {
    decoder = new SseDecoder(blockBytesMax);
  }

  SseDecoder.Feed feed(byte[] wire, int from, int to) {
    // Surrounded by line ends that a read past the range would stumble over.
    byte[] read = new byte[to - from + 20];
    Arrays.fill(read, (byte) '\n');
    System.arraycopy(wire, from, read, 10, to - from);
    SseDecoder.Feed result = decoder.feed(read, 10, 10 + to - from, this::deliver);
    keep();
    Arrays.fill(read, (byte) '#');
    return result;
  }

  void end() {
    decoder.end(this::deliver);
    keep();
  }

  private void deliver(SseBlock block) {
    fresh.add(
        new Delivered(
            block.event(),
            new Slice(block.data(), block.dataStart(), block.dataEnd()),
            new Slice(block.bytes(), block.start(), block.end())));
  }

  private void keep() {
    for (Delivered each : fresh) {
      events.add(new Event(each.name, new String(each.data.copy(), UTF_8)));
      byte[] bytes = each.bytes.copy();
      forwarded.append(bytes, 0, bytes.length);
    }
    fresh.clear();
  }
}

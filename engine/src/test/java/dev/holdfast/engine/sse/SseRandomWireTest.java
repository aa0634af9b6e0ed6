package dev.holdfast.engine.sse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.sse.SseFixtures.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random wires, cut at random, against a decoder written from the standard and nothing else. */
class SseRandomWireTest {
  private static final String[] PIECES = {
    "\n",
    "\n",
    "\r",
    "\r\n",
    "\r\n",
    "data",
    "data: a",
    "data:b",
    "data:",
    ":",
    ": c",
    "id",
    "id: 9",
    "event: ping",
    "event",
    "retry: 1",
    "x",
    " ",
    "\u00EF\u00BB\u00BF",
    "\u00EF",
    "\u00C3\u00A9",
    "data: 0123456789abcdef",
    "\t",
    "\u0000",
  };

  @Test
  void feed_randomWire_agreesWithThePlainDecoder() {
    long seed = Long.getLong("holdfast.seed", 20_261_124L);
    System.out.println("SseRandomWireTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 60_000; round++) {
      StringBuilder text = new StringBuilder();
      int pieces = random.nextInt(24);
      for (int i = 0; i < pieces; i++) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      byte[] wire = text.toString().getBytes(ISO_8859_1);
      Recorder recorder = new Recorder(1 << 12);
      int at = 0;
      while (at < wire.length) {
        int next = Math.min(wire.length, at + random.nextInt(12));
        assertThat(recorder.feed(wire, at, next)).isEqualTo(SseDecoder.Feed.OK);
        at = next;
      }
      recorder.end();

      assertThat(recorder.events).as("round %d: %s", round, text).isEqualTo(plain(wire));
      assertThat(recorder.forwarded.toByteArray())
          .as("round %d: %s", round, text)
          .isEqualTo(SseNormaliser.normalise(wire));
      assertThat(SseNormaliser.normalise(recorder.forwarded.toByteArray()))
          .as("normalised twice, round %d: %s", round, text)
          .isEqualTo(recorder.forwarded.toByteArray());
      assertThat(plain(recorder.forwarded.toByteArray()))
          .as("a reader of the forwarded bytes, round %d: %s", round, text)
          .isEqualTo(recorder.events);
    }
  }

  /** The standard, line by line, over the whole input. */
  private static List<Event> plain(byte[] wire) {
    String text = new String(wire, UTF_8);
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    List<String> lines = new ArrayList<>(List.of(text.split("\r\n|\r|\n", -1)));
    lines.removeLast();
    List<Event> events = new ArrayList<>();
    String name = "";
    StringBuilder data = new StringBuilder();
    for (String line : lines) {
      if (line.isEmpty()) {
        if (!data.isEmpty() && !data.toString().equals("\n")) {
          events.add(new Event(name, data.substring(0, data.length() - 1)));
        }
        name = "";
        data.setLength(0);
      } else if (!line.startsWith(":")) {
        int colon = line.indexOf(':');
        String field = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1);
        if (value.startsWith(" ")) {
          value = value.substring(1);
        }
        if (field.equals("data")) {
          data.append(value).append('\n');
        } else if (field.equals("event")) {
          name = value;
        }
      }
    }
    return events;
  }
}

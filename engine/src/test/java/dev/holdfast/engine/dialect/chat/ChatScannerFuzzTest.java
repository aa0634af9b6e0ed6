package dev.holdfast.engine.dialect.chat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.holdfast.engine.sse.WireBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The scanner against Jackson, accessor by accessor.
 *
 * <p>{@code -Dholdfast.fuzz.events=N} sets the number of events, {@code -Dholdfast.fuzz.seed=S} the
 * seed.
 */
class ChatScannerFuzzTest {
  @Test
  void scan_mutatedChunks_agreesWithJackson() {
    long events = Long.getLong("holdfast.fuzz.events", 100_000L);
    long seed = Long.getLong("holdfast.fuzz.seed", 20_261_124L);
    System.out.println("ChatScannerFuzzTest seed " + seed + ", " + events + " events");
    List<byte[]> corpus = ChatCorpus.events();
    ChunkMutator mutator = new ChunkMutator(new Random(seed), corpus);
    JacksonOracle oracle = new JacksonOracle();
    ChatScanner scanner = new ChatScanner();
    Random places = new Random(seed);
    byte[] array = new byte[1 << 16];

    for (long event = 0; event < events; event++) {
      WireBuffer bytes = mutator.next();
      // Anywhere in an array that holds other things, as a slice of a read does.
      int from = places.nextInt(32);
      int to = from + bytes.length();
      System.arraycopy(bytes.array(), 0, array, from, bytes.length());
      array[to] = "\"}0 ,".getBytes(ISO_8859_1)[places.nextInt(5)];

      String difference = oracle.difference(scanner.scan(array, from, to), array, from, to);

      if (difference != null) {
        fail(
            "seed %d, event %d: %s%n%s",
            seed, event, difference, new String(bytes.toByteArray(), ISO_8859_1));
      }
    }
    System.out.printf(
        "ChatScannerFuzzTest: %d of %d well-formed, %d of them beyond Jackson's tree%n",
        oracle.wellFormed, events, oracle.treeless);
    assertThat(oracle.wellFormed).isBetween(events / 3, events * 9 / 10);
    assertThat(oracle.treeless).isLessThan(events / 100);
  }
}

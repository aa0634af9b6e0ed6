package dev.holdfast.engine.dialect.chat;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.holdfast.engine.sse.SseDecoder;
import dev.holdfast.engine.sse.SseSink;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoding and scanning an ordinary token makes no garbage. */
class TokenPathAllocationTest {
  private static final String EVENT =
      """
      data: {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk",\
      "created":1741569952,"model":"gpt-4.1-2025-04-14","service_tier":"default",\
      "system_fingerprint":"fp_b705f0c291","choices":[{"index":0,"delta":{"content":" retry"},\
      "logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"Kd0"}

      """;

  private long progress;
  private final ChatScanner scanner = new ChatScanner();
  private final SseDecoder decoder = new SseDecoder(1 << 20);
  private final SseSink sink =
      block -> {
        ChatChunk chunk = scanner.scan(block.data(), block.dataStart(), block.dataEnd());
        progress += chunk.hasContent(0) ? 1 : 0;
      };

  /**
   * @param events events a feed; 0 cuts each event into two feeds
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 16, 0})
  void feedAndScan_ordinaryEvents_allocateNothing(int events) {
    byte[] read = EVENT.repeat(Math.max(events, 1)).getBytes(US_ASCII);
    int cut = events == 0 ? 100 : read.length;
    feed(read, cut, 20_000);
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int feeds = 200_000;
    progress = 0;

    long before = thread.getCurrentThreadAllocatedBytes();
    feed(read, cut, feeds);
    long bytes = thread.getCurrentThreadAllocatedBytes() - before;

    assertThat(progress).isEqualTo((long) feeds * Math.max(events, 1));
    // Whole run, not an event: leaves room for what the runtime itself may do meanwhile.
    assertThat(bytes).isLessThan(100_000);
  }

  private void feed(byte[] read, int cut, int feeds) {
    for (int i = 0; i < feeds; i++) {
      require(decoder.feed(read, 0, cut, sink));
      if (cut < read.length) {
        require(decoder.feed(read, cut, read.length, sink));
      }
    }
  }

  private static void require(SseDecoder.Feed result) {
    if (result != SseDecoder.Feed.OK) {
      throw new AssertionError(result);
    }
  }
}

package dev.holdfast.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.engine.dialect.chat.ChatChunk;
import dev.holdfast.engine.dialect.chat.ChatScanner;
import dev.holdfast.engine.sse.SseDecoder;
import dev.holdfast.engine.sse.SseSink;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The wire half of the path of a token, on the ordinary chat event of 305 bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class WireBenchmark {
  private static final int EVENT_BYTES = 305;

  private static final String HEAD =
      """
      data: {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk",\
      "created":1741569952,"model":"gpt-4.1-2025-04-14","system_fingerprint":"fp_b705f0c291",\
      "choices":[{"index":0,"delta":{"content":" retry"},"logprobs":null,"finish_reason":null}],\
      "usage":null,"obfuscation":"\
      """;

  private static final String TAIL = "\"}\n\n";

  private byte[] one = {};
  private byte[] sixteen = {};
  private SseDecoder decoder = new SseDecoder(1 << 20);
  private ChatScanner scanner = new ChatScanner();
  private SseSink decode = block -> {};
  private SseSink decodeAndScan = block -> {};
  private long sum;

  /** Makes the reads, and sinks that do what a machine must at the least. */
  @Setup
  public void setUp() {
    String event = HEAD + "x".repeat(EVENT_BYTES - HEAD.length() - TAIL.length()) + TAIL;
    one = event.getBytes(US_ASCII);
    sixteen = event.repeat(16).getBytes(US_ASCII);
    decoder = new SseDecoder(1 << 20);
    scanner = new ChatScanner();
    decode = block -> sum += block.end();
    decodeAndScan =
        block -> {
          ChatChunk chunk = scanner.scan(block.data(), block.dataStart(), block.dataEnd());
          if (chunk.wellFormed() && !chunk.hasError() && chunk.hasProgress(0)) {
            sum += chunk.contentEnd(0) + block.end();
          }
        };
  }

  /** Decodes a read of one event. */
  @Benchmark
  public long decodeOne() {
    return feed(one, decode);
  }

  /** Decodes and scans a read of one event. */
  @Benchmark
  public long decodeAndScanOne() {
    return feed(one, decodeAndScan);
  }

  /** Decodes and scans a read of one event cut in its middle. */
  @Benchmark
  public long decodeAndScanSplit() {
    if (decoder.feed(one, 0, 150, decodeAndScan) != SseDecoder.Feed.OK
        || decoder.feed(one, 150, one.length, decodeAndScan) != SseDecoder.Feed.OK) {
      throw new IllegalStateException("the limit was reached");
    }
    return sum;
  }

  /** Decodes a read of sixteen events; figures are for each event. */
  @Benchmark
  @OperationsPerInvocation(16)
  public long decodeSixteen() {
    return feed(sixteen, decode);
  }

  /** Decodes and scans a read of sixteen events; figures are for each event. */
  @Benchmark
  @OperationsPerInvocation(16)
  public long decodeAndScanSixteen() {
    return feed(sixteen, decodeAndScan);
  }

  private long feed(byte[] read, SseSink sink) {
    if (decoder.feed(read, 0, read.length, sink) != SseDecoder.Feed.OK) {
      throw new IllegalStateException("the limit was reached");
    }
    return sum;
  }
}

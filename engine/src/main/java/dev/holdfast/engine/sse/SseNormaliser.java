package dev.holdfast.engine.sse;

/**
 * The one published normaliser: what is left of a recorded stream once everything that Holdfast may
 * drop from it is dropped.
 *
 * <p>It removes comments, {@code id:} lines, byte order marks, blocks without data, and an
 * unfinished block at the end. The events of an unbroken stream leave the relay exactly as this
 * leaves the upstream's bytes. It is {@link SseDecoder} run over the whole, so it cannot disagree,
 * and applied twice it changes nothing.
 */
public final class SseNormaliser {
  private SseNormaliser() {}

  /** The normalised form of a whole stream, in a fresh array. */
  public static byte[] normalise(byte[] stream) {
    WireBuffer out = new WireBuffer(stream.length);
    SseSink append = block -> out.append(block.bytes(), block.start(), block.end());
    SseDecoder decoder = new SseDecoder(Integer.MAX_VALUE);
    SseDecoder.Feed unused = decoder.feed(stream, 0, stream.length, append);
    decoder.end(append);
    return out.toByteArray();
  }
}

package dev.holdfast.engine.sse;

import java.util.Arrays;
import java.util.Objects;

/**
 * Cuts a byte stream into complete server-sent event blocks, without copying where it can.
 *
 * <p><b>Use.</b> Call {@link #feed} with each read, in order, then {@link #end} once. Each complete
 * block with data goes to the sink. Not thread-safe; a sink must not call back into its decoder.
 *
 * <p><b>What a block is.</b> The lines up to and including a blank line, after the published
 * normaliser: comment lines, {@code id:} lines and the byte order mark at the start of the stream
 * are gone, and so is a line that begins with a later mark (no reader knows such a field, but at
 * the head of what is handed on the mark would be taken off and the line come to life); all else
 * ({@code event:}, {@code retry:}, fields nobody knows, each line's own ending) is kept byte for
 * byte. A block without data, or whose data is the empty string, is dropped, as the standard
 * dispatches nothing for it. A block that the input ends inside of is never dispatched: a cut-off
 * event must not pass for an event.
 *
 * <p><b>Line ends.</b> LF, CR and CRLF, also mixed. What a reader receives must not depend on how
 * the network cut the bytes, and an event must not wait for a byte that may never come. So after a
 * CR that makes a blank line the decoder waits for a possible LF only where the kept line before
 * ended in CRLF. Elsewhere the CR alone is the blank line, and an LF right after it is a blank line
 * of its own, thus a block without data.
 *
 * <p><b>Memory.</b> A block that lies whole inside one fed array is a slice of that array. One that
 * is split over feeds is gathered in a carry buffer; there are two, because the slices of a feed's
 * first block must outlive the storing of the same feed's rest. Lines that the normaliser removes
 * from the head of a block cost nothing; only one removed after a kept line costs a fresh array.
 */
public final class SseDecoder {
  static final byte[] NOTHING = {};

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** A carry buffer grown past this by one large block is given back once that block is gone. */
  private static final int CARRY_KEPT_BYTES = 16 * 1024;

  private static final int CARRY_FIRST_BYTES = 512;

  /** What the private readers return in place of an offset: the open block exceeds the limit. */
  private static final int OVERFLOW = -1;

  /** How {@link #feed} went. */
  public enum Feed {
    /** All bytes were taken. */
    OK,
    /** A block exceeds the limit. Blocks before it were delivered; the decoder takes no more. */
    TOO_LARGE
  }

  private enum Phase {
    OPEN,
    OVERFLOWN,
    ENDED
  }

  private enum Ending {
    NONE,
    LF,
    CR,
    CRLF
  }

  private final int blockBytesMax;
  private final SseBlock block = new SseBlock();
  private Phase phase = Phase.OPEN;
  private long comments;

  /** Bytes of the byte order mark matched so far; its length once that question is settled. */
  private int markMatched;

  /** The unfinished block, from offset 0. */
  private byte[] carry = NOTHING;

  private int carryLength;

  /** What the slices of the current feed may refer to; becomes the next carry buffer. */
  private byte[] lent = NOTHING;

  /** The last byte of the carry is a CR that may be the first half of a CRLF. */
  private boolean crPending;

  // The open block. Offsets are into the array being read, or into the carry between feeds.
  private int blockStart;
  private int lineStart;

  /**
   * How the last kept line ended; a removed one does not count, or normalising twice would differ.
   */
  private Ending endingBefore = Ending.NONE;

  private boolean lineRemovedInside;
  private int dataLines;
  private int dataStart;
  private int dataEnd;
  private int dataBytes;
  private int nameStart;
  private int nameEnd;

  /**
   * @param blockBytesMax the largest block taken, in bytes as they came, its blank line included;
   *     at least 1. It bounds what the decoder holds. A comment, {@code id:} line or byte order
   *     mark at the head of a block is let go as soon as it is complete and counts only alone
   */
  public SseDecoder(int blockBytesMax) {
    if (blockBytesMax < 1) {
      throw new IllegalArgumentException("blockBytesMax must be at least 1, was " + blockBytesMax);
    }
    this.blockBytesMax = blockBytesMax;
  }

  /**
   * Takes the next bytes of the stream, {@code [from, to)}, and delivers each block they complete.
   *
   * <p>Slices of the blocks refer to {@code bytes}, to a buffer of the decoder, or to a fresh
   * array. The decoder changes none of them before its next call, so they may be read after this
   * returns; {@code bytes} itself is the caller's again, and the decoder keeps no reference to it.
   *
   * @throws IllegalStateException after {@link Feed#TOO_LARGE} or {@link #end}
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public Feed feed(byte[] bytes, int from, int to, SseSink sink) {
    requireOpen("feed");
    Objects.checkFromToIndex(from, to, bytes.length);
    reclaimLent();
    int at = markMatched == BYTE_ORDER_MARK.length ? from : skipMark(bytes, from, to);
    while (at >= 0 && at < to) {
      at = carryLength > 0 ? gather(bytes, at, to, sink) : slice(bytes, at, to, sink);
    }
    if (at < 0) {
      phase = Phase.OVERFLOWN;
      return Feed.TOO_LARGE;
    }
    return Feed.OK;
  }

  /**
   * The input is over. Dispatches a block only if its blank line came as a CR whose LF did not
   * follow; an unfinished block stays undelivered, and {@link #unfinished} tells of it.
   *
   * @throws IllegalStateException after {@link Feed#TOO_LARGE} or a first {@code end}
   */
  public void end(SseSink sink) {
    requireOpen("end");
    reclaimLent();
    phase = Phase.ENDED;
    if (crPending && carryLength - 1 == lineStart) {
      crPending = false;
      closeBlock(carry, carryLength, sink);
      lendCarry();
    }
  }

  /** Whether bytes of a block are held whose blank line has not come. */
  public boolean unfinished() {
    boolean insideMark = markMatched > 0 && markMatched < BYTE_ORDER_MARK.length;
    return carryLength > 0 || insideMark;
  }

  /**
   * A copy of the bytes of a block whose blank line has not come: what stands behind the last event
   * may say why there is no more. Empty if there are none.
   */
  public byte[] rest() {
    return Arrays.copyOf(carry, carryLength);
  }

  /** Complete comment lines seen so far: signs of life that no reader is told of. */
  public long comments() {
    return comments;
  }

  /** Reads in place, from the start of a block, until the input or the ability to slice ends. */
  private int slice(byte[] bytes, int from, int to, SseSink sink) {
    int at = from;
    openBlock(at);
    while (at < to) {
      int lineEnd = Slices.lineEnd(bytes, at, to);
      if (lineEnd == to) {
        at = to;
        break;
      }
      int next = lineEnd + 1;
      Ending ending = Ending.LF;
      if (bytes[lineEnd] == '\r') {
        if (blankByCrAlone(lineEnd)) {
          ending = Ending.CR;
        } else if (next == to) {
          crPending = true;
          at = to;
          break;
        } else if (bytes[next] == '\n') {
          ending = Ending.CRLF;
          next++;
        } else {
          ending = Ending.CR;
        }
      }
      if (next - blockStart > blockBytesMax) {
        return OVERFLOW;
      }
      at = next;
      if (lineEnd == lineStart) {
        closeBlock(bytes, at, sink);
        openBlock(at);
      } else {
        closeLine(bytes, lineEnd, at, ending);
      }
    }
    return hold(bytes, to) ? at : OVERFLOW;
  }

  /** Keeps {@code [blockStart, to)} for the next feed. */
  private boolean hold(byte[] bytes, int to) {
    int length = to - blockStart;
    if (length > blockBytesMax) {
      return false;
    }
    if (length > 0) {
      appendToCarry(bytes, blockStart, to);
      lineStart -= blockStart;
      dataStart -= blockStart;
      dataEnd -= blockStart;
      nameStart -= blockStart;
      nameEnd -= blockStart;
      blockStart = 0;
    }
    return true;
  }

  /** Goes on with the block in the carry, a line at a time, until that block or the input ends. */
  private int gather(byte[] bytes, int from, int to, SseSink sink) {
    int at = from;
    while (at < to) {
      int lineEnd;
      Ending ending;
      if (crPending) {
        crPending = false;
        lineEnd = carryLength - 1;
        ending = Ending.CR;
        if (bytes[at] == '\n') {
          appendToCarry(bytes, at, at + 1);
          at++;
          ending = Ending.CRLF;
        }
      } else {
        int found = Slices.lineEnd(bytes, at, to);
        int next = Math.min(found + 1, to);
        if (next - at > blockBytesMax - carryLength) {
          return OVERFLOW;
        }
        appendToCarry(bytes, at, next);
        at = next;
        if (found == to) {
          return at;
        }
        lineEnd = carryLength - 1;
        ending = Ending.LF;
        if (carry[lineEnd] == '\r') {
          if (!blankByCrAlone(lineEnd)) {
            crPending = true;
            continue;
          }
          ending = Ending.CR;
        }
      }
      if (carryLength > blockBytesMax) {
        return OVERFLOW;
      }
      if (lineEnd == lineStart) {
        closeBlock(carry, carryLength, sink);
        lendCarry();
        return at;
      }
      closeLine(carry, lineEnd, carryLength, ending);
      if (blockStart == carryLength) {
        carryLength = 0;
        return at;
      }
    }
    return at;
  }

  private boolean blankByCrAlone(int lineEnd) {
    return lineEnd == lineStart && endingBefore != Ending.CRLF;
  }

  private void openBlock(int at) {
    blockStart = at;
    lineStart = at;
    endingBefore = Ending.NONE;
    lineRemovedInside = false;
    dataLines = 0;
    dataBytes = 0;
    nameStart = 0;
    nameEnd = 0;
  }

  /** Notes what the line {@code [lineStart, lineEnd)} says; {@code after} is past its ending. */
  private void closeLine(byte[] bytes, int lineEnd, int after, Ending ending) {
    Line line = Line.of(bytes, lineStart, lineEnd);
    if (line == Line.COMMENT) {
      comments++;
    }
    if (line.removed) {
      if (lineStart == blockStart) {
        openBlock(after);
        return;
      }
      lineRemovedInside = true;
      lineStart = after;
      return;
    }
    if (line == Line.DATA) {
      int valueStart = Line.valueStart(bytes, lineStart + 4, lineEnd);
      if (dataLines == 0) {
        dataStart = valueStart;
        dataEnd = lineEnd;
        dataBytes = lineEnd - valueStart;
      } else {
        dataBytes += 1 + lineEnd - valueStart;
      }
      dataLines++;
    } else if (line == Line.EVENT) {
      nameStart = Line.valueStart(bytes, lineStart + 5, lineEnd);
      nameEnd = lineEnd;
    }
    endingBefore = ending;
    lineStart = after;
  }

  private void closeBlock(byte[] bytes, int after, SseSink sink) {
    if (dataBytes == 0) {
      return;
    }
    block.name(bytes, nameStart, nameEnd);
    block.data(bytes, dataStart, dataEnd);
    block.bytes(bytes, blockStart, after);
    if (dataLines > 1 || lineRemovedInside) {
      assemble(bytes, after);
    }
    sink.block(block);
  }

  /** The rare block: joins its data lines, and leaves out the lines that the normaliser removes. */
  private void assemble(byte[] bytes, int after) {
    WireBuffer kept = new WireBuffer(lineRemovedInside ? after - blockStart : 0);
    WireBuffer joined = new WireBuffer(dataLines > 1 ? dataBytes : 0);
    int dataSeen = 0;
    int at = blockStart;
    while (at < after) {
      int lineEnd = Slices.lineEnd(bytes, at, after);
      boolean crlf = bytes[lineEnd] == '\r' && lineEnd + 1 < after && bytes[lineEnd + 1] == '\n';
      int next = crlf ? lineEnd + 2 : lineEnd + 1;
      Line line = Line.of(bytes, at, lineEnd);
      if (lineRemovedInside && !line.removed) {
        if (bytes[at] == '\n' && bytes[at - 1] == '\n' && kept.endsWith('\r')) {
          // A removed line stood between that CR and this blank line; they must not become a CRLF.
          kept.append('\n');
        }
        kept.append(bytes, at, next);
      }
      if (dataLines > 1 && line == Line.DATA) {
        if (dataSeen++ > 0) {
          joined.append('\n');
        }
        joined.append(bytes, Line.valueStart(bytes, at + 4, lineEnd), lineEnd);
      }
      at = next;
    }
    if (dataLines > 1) {
      block.data(joined.array(), 0, joined.length());
    }
    if (lineRemovedInside) {
      block.bytes(kept.array(), 0, kept.length());
    }
  }

  /** Steps over the byte order mark, which may come split; other bytes go to the carry. */
  private int skipMark(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && markMatched < BYTE_ORDER_MARK.length) {
      if (bytes[at] != BYTE_ORDER_MARK[markMatched]) {
        if (markMatched > 0) {
          openBlock(0);
          appendToCarry(BYTE_ORDER_MARK, 0, markMatched);
        }
        markMatched = BYTE_ORDER_MARK.length;
        return carryLength > blockBytesMax ? OVERFLOW : at;
      }
      at++;
      markMatched++;
    }
    return at;
  }

  private void appendToCarry(byte[] bytes, int from, int to) {
    int length = carryLength + (to - from);
    if (length > carry.length) {
      int grown = Math.max(CARRY_FIRST_BYTES, Math.max(length, carry.length * 2));
      carry = Arrays.copyOf(carry, grown);
    }
    System.arraycopy(bytes, from, carry, carryLength, to - from);
    carryLength = length;
  }

  /** The block in the carry was delivered: its bytes stay as they are until the next call. */
  private void lendCarry() {
    byte[] free = lent;
    lent = carry;
    carry = free;
    carryLength = 0;
  }

  private void reclaimLent() {
    if (lent.length > CARRY_KEPT_BYTES) {
      lent = NOTHING;
    }
    if (carryLength == 0 && carry.length > CARRY_KEPT_BYTES) {
      carry = NOTHING;
    }
  }

  private void requireOpen(String call) {
    if (phase != Phase.OPEN) {
      throw new IllegalStateException(call + " after the decoder was " + phase);
    }
  }

  /** What a line is, by its field name. */
  private enum Line {
    DATA(false),
    EVENT(false),
    ID(true),
    COMMENT(true),
    MARKED(true),
    OTHER(false);

    final boolean removed;

    Line(boolean removed) {
      this.removed = removed;
    }

    static Line of(byte[] bytes, int from, int to) {
      if (from == to) {
        return OTHER;
      }
      return switch (bytes[from]) {
        case ':' -> COMMENT;
        case 'd' -> named(bytes, from, to, DATA_NAME) ? DATA : OTHER;
        case 'e' -> named(bytes, from, to, EVENT_NAME) ? EVENT : OTHER;
        case 'i' -> named(bytes, from, to, ID_NAME) ? ID : OTHER;
        case (byte) 0xEF -> begins(bytes, from, to, BYTE_ORDER_MARK) ? MARKED : OTHER;
        default -> OTHER;
      };
    }

    /** Where the value begins, given the end of the name: past the colon and one space. */
    static int valueStart(byte[] bytes, int nameEnd, int to) {
      int at = Math.min(nameEnd + 1, to);
      return at < to && bytes[at] == ' ' ? at + 1 : at;
    }

    private static boolean named(byte[] bytes, int from, int to, byte[] name) {
      int end = from + name.length;
      return begins(bytes, from, to, name) && (end == to || bytes[end] == ':');
    }

    private static boolean begins(byte[] bytes, int from, int to, byte[] prefix) {
      int end = from + prefix.length;
      return end <= to && Slices.equal(bytes, from, end, prefix);
    }
  }

  private static final byte[] DATA_NAME = {'d', 'a', 't', 'a'};
  private static final byte[] EVENT_NAME = {'e', 'v', 'e', 'n', 't'};
  private static final byte[] ID_NAME = {'i', 'd'};
}

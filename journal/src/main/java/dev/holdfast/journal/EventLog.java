package dev.holdfast.journal;

import dev.holdfast.engine.sse.EventBatch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The events of one session on the heap. Not safe for threads: its session's lock guards it.
 *
 * <p>Events lie one after the other in chunks, whole, with one int for where each ends. A chunk is
 * half as large as all before it, within 1 KB and 32 KB, so at most a third of a log is empty, and
 * a long one allocates hardly more than its bytes. A chunk never moves and its written part never
 * changes: a read hands out slices of it, and whoever holds them keeps the chunk from the garbage
 * collector, though not in the accounts.
 */
final class EventLog {
  private static final int CHUNK_BYTES_MIN = 1024;
  private static final int CHUNK_BYTES_MAX = 32 * 1024;

  /** Headers of a chunk object and its two arrays, and the place that points to it. */
  private static final int CHUNK_OVERHEAD_BYTES = 72;

  private final MemoryRoom room;
  private @Nullable Chunk[] chunks = new @Nullable Chunk[4];
  private int chunkCount;
  private long last;
  private long payloadBytes;
  private long heldBytes;

  EventLog(MemoryRoom room) {
    this.room = room;
  }

  /** The number of the last event; 0 if there is none. */
  long last() {
    return last;
  }

  /** The sum of the lengths of all events. */
  long payloadBytes() {
    return payloadBytes;
  }

  /** What this log has taken of the room. */
  long heldBytes() {
    return heldBytes;
  }

  /** Copies all events in, or none if the room is full. */
  boolean append(EventBatch events) {
    int chunksBefore = chunkCount;
    int countBefore = chunkCount == 0 ? 0 : chunk(chunkCount - 1).count;
    for (int i = 0; i < events.count(); i++) {
      int start = events.start(i);
      int length = events.end(i) - start;
      Chunk chunk = chunkFor(length, last + 1 + i);
      if (chunk == null) {
        takeBack(chunksBefore, countBefore);
        return false;
      }
      int used = chunk.used();
      System.arraycopy(events.array(i), start, chunk.bytes, used, length);
      chunk.ends[chunk.count++] = used + length;
    }
    last += events.count();
    payloadBytes += events.bytes();
    return true;
  }

  /** Adds whole events after the cursor, at least one if there is one. */
  void read(long after, int bytesMax, EventBatch into) {
    if (after >= last) {
      return;
    }
    int c = find(after + 1);
    int i = (int) (after + 1 - chunk(c).first);
    while (c < chunkCount) {
      Chunk chunk = chunk(c);
      for (; i < chunk.count; i++) {
        int start = chunk.start(i);
        int end = chunk.ends[i];
        if (into.count() > 0 && into.bytes() + (end - start) > bytesMax) {
          return;
        }
        into.add(chunk.bytes, start, end);
      }
      c++;
      i = 0;
    }
  }

  /** Gives back what the last chunk has not used; the log may still grow, in a new chunk. */
  void trim() {
    if (chunkCount == 0) {
      return;
    }
    Chunk chunk = chunk(chunkCount - 1);
    Chunk exact =
        new Chunk(
            chunk.first,
            Arrays.copyOf(chunk.bytes, chunk.used()),
            Arrays.copyOf(chunk.ends, chunk.count));
    exact.count = chunk.count;
    chunks[chunkCount - 1] = exact;
    release(chunk.heldBytes() - exact.heldBytes());
  }

  private @Nullable Chunk chunkFor(int length, long number) {
    if (chunkCount > 0) {
      Chunk current = chunk(chunkCount - 1);
      if (current.bytes.length - current.used() >= length) {
        return current.count < current.ends.length || growEnds(current) ? current : null;
      }
    }
    int size = (int) Math.clamp(heldBytes / 2, CHUNK_BYTES_MIN, CHUNK_BYTES_MAX);
    int bytes = Math.max(size, length);
    long mean = last == 0 ? length : payloadBytes / last;
    int ends = (int) (bytes / Math.max(mean, 16)) + 2;
    if (!take(Chunk.heldBytes(bytes, ends))) {
      return null;
    }
    if (chunkCount == chunks.length) {
      chunks = Arrays.copyOf(chunks, chunkCount * 2);
    }
    Chunk chunk = new Chunk(number, new byte[bytes], new int[ends]);
    chunks[chunkCount++] = chunk;
    return chunk;
  }

  private boolean growEnds(Chunk chunk) {
    int more = chunk.count / 2 + 4;
    if (!take(4L * more)) {
      return false;
    }
    chunk.ends = Arrays.copyOf(chunk.ends, chunk.count + more);
    return true;
  }

  private void takeBack(int chunksBefore, int countBefore) {
    while (chunkCount > chunksBefore) {
      chunkCount--;
      release(chunk(chunkCount).heldBytes());
      chunks[chunkCount] = null;
    }
    if (chunkCount > 0) {
      chunk(chunkCount - 1).count = countBefore;
    }
  }

  private boolean take(long bytes) {
    if (!room.take(bytes)) {
      return false;
    }
    heldBytes += bytes;
    return true;
  }

  private void release(long bytes) {
    heldBytes -= bytes;
    room.release(bytes);
  }

  /** The index of the chunk that holds an event; nearly always the last one. */
  private int find(long number) {
    int low = 0;
    int high = chunkCount - 1;
    if (chunk(high).first <= number) {
      return high;
    }
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (chunk(middle).first <= number) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private Chunk chunk(int index) {
    Chunk chunk = chunks[index];
    if (chunk == null) {
      throw new IllegalStateException("expected a chunk below " + chunkCount + ", got " + index);
    }
    return chunk;
  }

  private static final class Chunk {
    final long first;
    final byte[] bytes;
    int[] ends;
    int count;

    Chunk(long first, byte[] bytes, int[] ends) {
      this.first = first;
      this.bytes = bytes;
      this.ends = ends;
    }

    int start(int i) {
      return i == 0 ? 0 : ends[i - 1];
    }

    int used() {
      return start(count);
    }

    long heldBytes() {
      return heldBytes(bytes.length, ends.length);
    }

    static long heldBytes(int bytes, int ends) {
      return bytes + 4L * ends + CHUNK_OVERHEAD_BYTES;
    }
  }
}

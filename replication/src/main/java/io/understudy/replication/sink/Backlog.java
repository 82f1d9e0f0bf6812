package io.understudy.replication.sink;

import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The newest bytes of a feed's stream, in a ring: from here replicas are served, and from here they
 * go on after a break. One thread.
 *
 * <p>An offset is a number of bytes: the byte behind offset 10 is the eleventh of the stream.
 */
public final class Backlog {
  /** Memory is taken in pieces of this size, when the stream first comes there. */
  private static final int PIECE_BYTES = 1 << 20;

  private final int capacity;
  private final int pieceBytes;
  private final @Nullable ByteBuffer[] pieces;
  private final LongConsumer reserve;
  private long start;
  private long end;

  /**
   * An empty backlog in memory, which is taken bit by bit as the stream fills it.
   *
   * @param capacity in bytes
   * @param offset how many bytes of the stream went before
   */
  public Backlog(int capacity, long offset) {
    this.capacity = capacity;
    this.pieceBytes = PIECE_BYTES;
    this.pieces = new @Nullable ByteBuffer[Math.ceilDiv(capacity, PIECE_BYTES)];
    this.reserve = end -> {};
    this.start = offset;
    this.end = offset;
  }

  /**
   * A backlog whose memory already holds a part of the stream.
   *
   * @param start offset of the oldest byte in it
   * @param end offset behind the newest
   * @param reserve is told up to which offset bytes are about to be written
   */
  public Backlog(ByteBuffer ring, long start, long end, LongConsumer reserve) {
    this.capacity = ring.capacity();
    this.pieceBytes = ring.capacity();
    this.pieces = new @Nullable ByteBuffer[] {ring};
    this.reserve = reserve;
    this.start = start;
    this.end = end;
  }

  /** Forgets everything: a new history begins. */
  public void restart(long offset) {
    start = offset;
    end = offset;
  }

  /** The offset before the oldest byte that is still there. */
  public long start() {
    return start;
  }

  /** The offset behind the newest byte. */
  public long end() {
    return end;
  }

  /** How many bytes fit. */
  public int capacity() {
    return capacity;
  }

  /** Whether everything behind an offset is there. */
  public boolean covers(long offset) {
    return offset >= start && offset <= end;
  }

  /** Adds bytes; the oldest make room. */
  public void append(byte[] bytes, int from, int length) {
    reserve.accept(end + length);
    // Of more than fits, only the end would stay.
    int skipped = Math.max(0, length - capacity);
    int at = from + skipped;
    end += skipped;
    int left = length - skipped;
    while (left > 0) {
      int place = place(end);
      int here = Math.min(left, Math.min(capacity - place, pieceBytes - place % pieceBytes));
      piece(place).put(place % pieceBytes, bytes, at, here);
      at += here;
      end += here;
      left -= here;
    }
    start = Math.max(start, end - capacity);
  }

  /**
   * Bytes behind an offset: fewer than asked for at a piece's end and at the stream's.
   *
   * @param offset one that is covered
   * @return a view that is only right until the next {@link #append}
   */
  public ByteBuffer read(long offset, int most) {
    int place = place(offset);
    int here = Math.min(capacity - place, pieceBytes - place % pieceBytes);
    int length = (int) Math.min(Math.min(most, end - offset), here);
    return piece(place).slice(place % pieceBytes, length);
  }

  private ByteBuffer piece(int place) {
    int index = place / pieceBytes;
    ByteBuffer piece = pieces[index];
    if (piece == null) {
      piece = ByteBuffer.allocateDirect(Math.min(pieceBytes, capacity - index * pieceBytes));
      pieces[index] = piece;
    }
    return piece;
  }

  private int place(long offset) {
    return (int) (offset % capacity);
  }
}

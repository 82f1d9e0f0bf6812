package io.understudy.replication.sink;

import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/**
 * The newest bytes of a feed's stream, in a ring: from here replicas are served, and from here they
 * go on after a break. One thread.
 *
 * <p>An offset is a number of bytes: the byte behind offset 10 is the eleventh of the stream.
 */
public final class Backlog {
  private final ByteBuffer ring;
  private final LongConsumer reserve;
  private long start;
  private long end;

  /**
   * An empty backlog.
   *
   * @param ring its memory; all of it is used
   * @param offset how many bytes of the stream went before
   */
  public Backlog(ByteBuffer ring, long offset) {
    this(ring, offset, offset, end -> {});
  }

  /**
   * A backlog whose memory already holds a part of the stream.
   *
   * @param start offset of the oldest byte in it
   * @param end offset behind the newest
   * @param reserve is told up to which offset bytes are about to be written
   */
  public Backlog(ByteBuffer ring, long start, long end, LongConsumer reserve) {
    this.ring = ring;
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
    return ring.capacity();
  }

  /** Whether everything behind an offset is there. */
  public boolean covers(long offset) {
    return offset >= start && offset <= end;
  }

  /** Adds bytes; the oldest make room. */
  public void append(byte[] bytes, int from, int length) {
    reserve.accept(end + length);
    // Of more than fits, only the end would stay.
    int skipped = Math.max(0, length - ring.capacity());
    int at = from + skipped;
    end += skipped;
    int left = length - skipped;
    while (left > 0) {
      int place = place(end);
      int here = Math.min(left, ring.capacity() - place);
      ring.put(place, bytes, at, here);
      at += here;
      end += here;
      left -= here;
    }
    start = Math.max(start, end - ring.capacity());
  }

  /**
   * Bytes behind an offset: fewer than asked for at the ring's seam and at the end.
   *
   * @param offset one that is covered
   * @return a view that is only right until the next {@link #append}
   */
  public ByteBuffer read(long offset, int most) {
    int place = place(offset);
    int length = (int) Math.min(Math.min(most, end - offset), ring.capacity() - place);
    return ring.slice(place, length);
  }

  private int place(long offset) {
    return (int) (offset % ring.capacity());
  }
}

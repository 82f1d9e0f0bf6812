package io.understudy.replication;

/**
 * Which offset of the source's stream each offset of a feed's stream stands for. One thread.
 *
 * <p>Offsets are noted after whole commands. When there are too many notes every second one is
 * forgotten, so an answer may be older than it could be, and never newer.
 */
final class OffsetMap {
  private static final int MAX_NOTES = 1 << 14;

  private final long[] feed = new long[MAX_NOTES];
  private final long[] source = new long[MAX_NOTES];
  private int count;
  private long safe;

  /** Begins anew. */
  void restart(long feedOffset, long sourceOffset) {
    count = 0;
    safe = sourceOffset;
    note(feedOffset, sourceOffset);
  }

  /** Goes on where an earlier process was, which knew only so much to be safe. */
  void resume(long feedOffset, long sourceOffset, long safeOffset) {
    restart(feedOffset, sourceOffset);
    safe = safeOffset;
  }

  /** Notes that a feed's stream up to an offset is all that the source's up to another one gave. */
  void note(long feedOffset, long sourceOffset) {
    if (count > 0 && feed[count - 1] == feedOffset) {
      source[count - 1] = sourceOffset;
      return;
    }
    if (count == MAX_NOTES) {
      count /= 2;
      for (int i = 0; i < count; i++) {
        feed[i] = feed[2 * i + 1];
        source[i] = source[2 * i + 1];
      }
    }
    feed[count] = feedOffset;
    source[count++] = sourceOffset;
  }

  /** Notes that a feed's stream up to an offset is safe. */
  void acknowledge(long feedOffset) {
    int known = 0;
    while (known < count && feed[known] <= feedOffset) {
      safe = Math.max(safe, source[known]);
      known++;
    }
    // The newest of them may still be moved on by commands of which nothing is left.
    int forgotten = Math.max(0, known - 1);
    if (forgotten > 0) {
      System.arraycopy(feed, forgotten, feed, 0, count - forgotten);
      System.arraycopy(source, forgotten, source, 0, count - forgotten);
      count -= forgotten;
    }
  }

  /** The source's offset up to which everything is safe. */
  long safe() {
    return safe;
  }
}

package io.understudy.replication;

import java.util.Arrays;

/**
 * Where a feed stood after each command of the source, while that may be asked for: from the moment
 * at which another snapshot of the same history is asked for until the source tells its offset. One
 * thread.
 */
final class OffsetTrace {
  /** More is never noted; whoever waits for the answer must then ask anew. */
  static final int MAX_NOTES = 1 << 20;

  /**
   * Where a feed stood.
   *
   * @param offset of its own stream
   * @param database that its stream has selected; -1 for none
   */
  record Place(long offset, int database) {}

  private long[] source = new long[64];
  private long[] feed = new long[64];
  private int[] database = new int[64];
  private int count;
  private boolean running;

  /** Begins to note. */
  void start(long sourceOffset, long feedOffset, int selected) {
    running = true;
    count = 0;
    note(sourceOffset, feedOffset, selected);
  }

  /** Ends it. */
  void stop() {
    running = false;
    count = 0;
  }

  boolean isFull() {
    return count >= MAX_NOTES;
  }

  /** Notes where the feed stands behind the source's offset. */
  void note(long sourceOffset, long feedOffset, int selected) {
    if (!running || isFull() || (count > 0 && feed[count - 1] == feedOffset)) {
      return;
    }
    if (count == source.length) {
      source = Arrays.copyOf(source, count * 2);
      feed = Arrays.copyOf(feed, count * 2);
      database = Arrays.copyOf(database, count * 2);
    }
    source[count] = sourceOffset;
    feed[count] = feedOffset;
    database[count++] = selected;
  }

  /** Where the feed stood when the source was at an offset, which must have been passed. */
  Place at(long sourceOffset) {
    int found = 0;
    for (int i = 0; i < count && source[i] <= sourceOffset; i++) {
      found = i;
    }
    return new Place(feed[found], database[found]);
  }
}

package io.understudy.replication.sink;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * When a stream came to which offset, so that a lag in bytes is one in time, too. One thread.
 *
 * <p>Remembers some 500 seconds in which the stream grew; a longer lag is shown as that.
 */
final class OffsetClock {
  private static final long SPACING_NANOS = 250_000_000;
  private static final int MAX_MARKS = 2_048;

  /** The stream went beyond what was before at this time. */
  private record Mark(long offset, long nanos) {}

  private final Deque<Mark> marks = new ArrayDeque<>();

  /** Notes how long the stream is now; called several times a second. */
  void note(long offset, long nowNanos) {
    Mark last = marks.peekLast();
    if (last != null && (last.offset() >= offset || nowNanos - last.nanos() < SPACING_NANOS)) {
      return;
    }
    if (marks.size() == MAX_MARKS) {
      marks.removeFirst();
    }
    marks.addLast(new Mark(offset, nowNanos));
  }

  /** How old the first byte is that somebody lacks who has everything up to an offset. */
  long behindNanos(long acknowledged, long nowNanos) {
    for (Mark mark : marks) {
      if (mark.offset() > acknowledged) {
        return nowNanos - mark.nanos();
      }
    }
    return 0;
  }
}

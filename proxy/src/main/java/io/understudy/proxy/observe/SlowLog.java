package io.understudy.proxy.observe;

import java.util.ArrayDeque;
import java.util.List;

/**
 * The newest requests of one listener on one event loop that took long. Written by that loop, read
 * by any thread; both take a lock, which is rare enough: see {@link #MOST_PER_SECOND}.
 */
public final class SlowLog {
  /** When everything is slow, so many are looked at in a second; the others are only counted. */
  public static final int MOST_PER_SECOND = 100;

  private static final long SECOND_NANOS = 1_000_000_000;

  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private long secondNanos;
  private int inSecond;

  /**
   * One request, or several that a client sent together.
   *
   * @param client its address
   * @param name what the client calls itself; empty if nothing
   * @param first what was asked, or the first of it
   * @param commands how many were sent together
   * @param tookNanos from their arrival to the last reply
   * @param endedNanos when that was, on the clock of the loop
   */
  public record Entry(
      String client, String name, Excerpt first, int commands, long tookNanos, long endedNanos) {}

  /** Empty at first. */
  public SlowLog() {}

  /** Whether one more may be looked at now. On the loop. */
  public boolean isDue(long nowNanos) {
    if (nowNanos - secondNanos >= SECOND_NANOS || inSecond == 0) {
      secondNanos = nowNanos;
      inSecond = 0;
    }
    return inSecond++ < MOST_PER_SECOND;
  }

  /**
   * Adds one. On the loop.
   *
   * @param most how many are kept
   */
  public synchronized void add(Entry entry, int most) {
    entries.addLast(entry);
    while (entries.size() > most) {
      entries.removeFirst();
    }
  }

  /** What is kept, oldest first. Any thread. */
  public synchronized List<Entry> read() {
    return List.copyOf(entries);
  }
}

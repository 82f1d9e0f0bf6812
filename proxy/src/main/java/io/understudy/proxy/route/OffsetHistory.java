package io.understudy.proxy.route;

/**
 * When a primary's replication offset was what: so that a replica's offset tells of which moment it
 * is known to have everything. Keeps the last {@link #MOST} samples. One thread.
 */
public final class OffsetHistory {
  /** At twenty samples a second, about a minute; an older replica is as good as unknown. */
  static final int MOST = 1_024;

  private final long[] offsets = new long[MOST];
  private final long[] moments = new long[MOST];
  private int size;
  private int next;

  /** Makes an empty history. */
  public OffsetHistory() {}

  /**
   * Adds what a primary said.
   *
   * @param askedNanos when it was asked: what it had then, the offset covers
   */
  public void add(long askedNanos, long offset) {
    if (size > 0 && offset < newest()) {
      size = 0; // Another history: nothing before it can be compared.
    }
    offsets[next] = offset;
    moments[next] = askedNanos;
    next = (next + 1) % MOST;
    size = Math.min(size + 1, MOST);
  }

  /** The latest moment whose offset is at most {@code offset}; {@link Freshness#NEVER} if none. */
  public long momentOf(long offset) {
    for (int back = 1; back <= size; back++) {
      int at = (next + MOST - back) % MOST;
      if (offsets[at] <= offset) {
        return moments[at];
      }
    }
    return Freshness.NEVER;
  }

  /** The newest offset; 0 if there is none. */
  public long newest() {
    return size == 0 ? 0 : offsets[(next + MOST - 1) % MOST];
  }

  /** Forgets everything: another node is primary. */
  public void clear() {
    size = 0;
  }
}

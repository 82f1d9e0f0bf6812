package io.understudy.proxy.backend;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Whose replies come next on a shared connection: a ring of (target, count) pairs, neighbours of
 * the same target merged.
 *
 * <p>Each pair also knows where its commands lie in the stream of the {@link Outbox}. Belongs to
 * one event loop; allocates only to grow.
 */
@SuppressWarnings("ReferenceEquality") // a target is itself
final class PendingReplies {
  private static final int INITIAL_PAIRS = 64;

  /** Neighbours that arrived further apart than this are not merged: each run is measured. */
  private static final long MERGED_NANOS = 10_000;

  private @Nullable ReplyTarget[] targets = new @Nullable ReplyTarget[INITIAL_PAIRS];
  private int[] counts = new int[INITIAL_PAIRS];
  private int[] mixes = new int[INITIAL_PAIRS];
  private long[] ends = new long[INITIAL_PAIRS];
  private long[] arrivals = new long[INITIAL_PAIRS];
  private int head;
  private int size;
  private long headStart;
  private int headAnswered;
  private int total;

  /**
   * Adds commands.
   *
   * @param endOffset their last byte lies before this offset of the stream
   * @param mix what they are: see {@link io.understudy.proxy.route.CommandClass}
   * @param arrivedNanos when they arrived
   */
  void add(ReplyTarget target, int count, int mix, long endOffset, long arrivedNanos) {
    int mask = targets.length - 1;
    int tail = (head + size - 1) & mask;
    if (size > 0 && targets[tail] == target && arrivedNanos - arrivals[tail] < MERGED_NANOS) {
      counts[tail] += count;
      mixes[tail] += mix;
      ends[tail] = endOffset;
    } else {
      if (size == targets.length) {
        grow();
        mask = targets.length - 1;
      }
      int at = (head + size++) & mask;
      targets[at] = target;
      counts[at] = count;
      mixes[at] = mix;
      ends[at] = endOffset;
      arrivals[at] = arrivedNanos;
    }
    total += count;
  }

  private void grow() {
    int capacity = targets.length;
    @Nullable ReplyTarget[] moreTargets = Arrays.copyOf(targets, capacity * 2);
    int[] moreCounts = Arrays.copyOf(counts, capacity * 2);
    int[] moreMixes = Arrays.copyOf(mixes, capacity * 2);
    long[] moreEnds = Arrays.copyOf(ends, capacity * 2);
    long[] moreArrivals = Arrays.copyOf(arrivals, capacity * 2);
    for (int i = 0; i < size; i++) {
      int from = (head + i) & (capacity - 1);
      moreTargets[i] = targets[from];
      moreCounts[i] = counts[from];
      moreMixes[i] = mixes[from];
      moreEnds[i] = ends[from];
      moreArrivals[i] = arrivals[from];
    }
    targets = moreTargets;
    counts = moreCounts;
    mixes = moreMixes;
    ends = moreEnds;
    arrivals = moreArrivals;
    head = 0;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** How many commands are unanswered, of all targets. */
  int total() {
    return total;
  }

  /** Whether every unanswered command is of {@code target}. */
  boolean isOnlyFor(ReplyTarget target) {
    for (int i = 0; i < size; i++) {
      if (targets[(head + i) & (targets.length - 1)] != target) {
        return false;
      }
    }
    return true;
  }

  /** Whose reply comes next. */
  ReplyTarget headTarget() {
    ReplyTarget target = targets[head];
    if (size == 0 || target == null) {
      throw new IllegalStateException("no reply is awaited");
    }
    return target;
  }

  /** How many replies the head awaits; 0 if there is none. */
  int headCount() {
    return size == 0 ? 0 : counts[head];
  }

  /** The offset of the head's first command, answered or not. */
  long headStart() {
    return headStart;
  }

  /** How many of the commands from {@link #headStart} on are answered. */
  int headAnswered() {
    return headAnswered;
  }

  /** The offset behind the head's last command. */
  long headEnd() {
    return ends[head];
  }

  /** What the head's commands are, answered or not. */
  int headMix() {
    return mixes[head];
  }

  /** When the head's commands arrived: the earliest of them. */
  long headArrivedNanos() {
    return arrivals[head];
  }

  /** Takes {@code count} answered commands off the head; true if that was all of it. */
  boolean answered(int count) {
    counts[head] -= count;
    headAnswered += count;
    total -= count;
    if (counts[head] > 0) {
      return false;
    }
    drop();
    return true;
  }

  /** Takes the whole head off. */
  void dropHead() {
    total -= counts[head];
    drop();
  }

  private void drop() {
    targets[head] = null;
    headStart = ends[head];
    headAnswered = 0;
    head = (head + 1) & (targets.length - 1);
    size--;
  }
}

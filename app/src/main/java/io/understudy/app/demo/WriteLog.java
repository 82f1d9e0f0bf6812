package io.understudy.app.demo;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What became of every write, as the clients saw it and as the data shows afterwards.
 *
 * <p>Each write adds one to a number of its own, so that the data tells for each whether it ran
 * never, once or twice. Numbers are kept in hashes of {@link #WINDOW} writes; a hash whose writes
 * are all settled can be looked up and removed. All methods may be called by any thread.
 */
final class WriteLog {
  /** Writes that share one hash on the server. */
  static final int WINDOW = 2_048;

  /** Half a second each: what the screen draws. */
  private static final long BUCKET_NANOS = 500_000_000;

  private static final int BUCKETS = 60;

  /** What a client was told about one write. */
  enum Told {
    NOTHING_YET,
    DONE,
    REFUSED,
    UNKNOWN
  }

  /**
   * The sums.
   *
   * @param acknowledged writes that the client was told are done
   * @param failed writes that the client was told are not done
   * @param unknown writes of which the client was told that nobody knows
   * @param unknownExecuted of the unknown ones, those that the data shows
   * @param unknownNotExecuted of the unknown ones, those that the data does not show
   * @param lost writes that were acknowledged and that the data does not show
   * @param twice writes that ran more than once
   * @param refusedYetDone writes that failed and that the data shows
   * @param longestPauseNanos the longest time from sending a write to the next acknowledgement on
   *     the same connection
   */
  record Sums(
      long acknowledged,
      long failed,
      long unknown,
      long unknownExecuted,
      long unknownNotExecuted,
      long lost,
      long twice,
      long refusedYetDone,
      long longestPauseNanos,
      Optional<String> lastFailure) {}

  private final TreeMap<Long, Told[]> windows = new TreeMap<>();
  private final Deque<long[]> buckets = new ArrayDeque<>();
  private long nextId;
  private long acknowledged;
  private long failed;
  private long unknown;
  private long unknownExecuted;
  private long unknownNotExecuted;
  private long lost;
  private long twice;
  private long refusedYetDone;
  private long longestPauseNanos;
  private long lastAckNanos = Long.MIN_VALUE;
  private long firstAckAfterMarkNanos = Long.MIN_VALUE;
  private long markNanos = Long.MAX_VALUE;
  private Optional<String> lastFailure = Optional.empty();

  /** The number of a new write. */
  synchronized long begin() {
    long id = nextId++;
    Told[] window = windows.computeIfAbsent(id / WINDOW, w -> newWindow());
    window[(int) (id % WINDOW)] = Told.NOTHING_YET;
    return id;
  }

  private static Told[] newWindow() {
    Told[] window = new Told[WINDOW];
    Arrays.fill(window, Told.NOTHING_YET);
    return window;
  }

  /** The write was acknowledged. */
  synchronized void done(long id, long sinceNanos, long nowNanos) {
    told(id, Told.DONE);
    acknowledged++;
    longestPauseNanos = Math.max(longestPauseNanos, nowNanos - sinceNanos);
    lastAckNanos = nowNanos;
    if (nowNanos > markNanos && sinceNanos >= 0 && firstAckAfterMarkNanos == Long.MIN_VALUE) {
      firstAckAfterMarkNanos = nowNanos;
    }
    long bucket = nowNanos / BUCKET_NANOS;
    if (buckets.isEmpty() || buckets.getLast()[0] != bucket) {
      buckets.addLast(new long[] {bucket, 0});
      if (buckets.size() > BUCKETS) {
        buckets.removeFirst();
      }
    }
    buckets.getLast()[1]++;
  }

  /** The write got an error that says it was not done. */
  synchronized void refused(long id, String message) {
    told(id, Told.REFUSED);
    failed++;
    lastFailure = Optional.of(message);
  }

  /** The write's fate is not known. */
  synchronized void unknown(long id) {
    told(id, Told.UNKNOWN);
    unknown++;
  }

  private void told(long id, Told told) {
    Optional.ofNullable(windows.get(id / WINDOW)).orElseThrow()[(int) (id % WINDOW)] = told;
  }

  /** From now on, the next acknowledgement is the first after something. */
  synchronized void mark(long nowNanos) {
    markNanos = nowNanos;
    firstAckAfterMarkNanos = Long.MIN_VALUE;
  }

  /** When the first write after the mark was acknowledged; empty when none was. */
  synchronized Optional<Long> firstAckAfterMark() {
    return firstAckAfterMarkNanos == Long.MIN_VALUE
        ? Optional.empty()
        : Optional.of(firstAckAfterMarkNanos);
  }

  /** The hash that a write is kept in. */
  static String key(long id) {
    return "understudy-demo:writes:" + id / WINDOW;
  }

  /** The oldest hash, when at least {@code keep} are newer and all of its writes are settled. */
  synchronized Optional<Long> oldestSettled(int keep) {
    if (windows.size() <= keep || windows.isEmpty()) {
      return Optional.empty();
    }
    Map.Entry<Long, Told[]> oldest = windows.firstEntry();
    long begun = Math.min(WINDOW, nextId - oldest.getKey() * WINDOW);
    for (int i = 0; i < begun; i++) {
      if (oldest.getValue()[i] == Told.NOTHING_YET) {
        return Optional.empty();
      }
    }
    return Optional.of(oldest.getKey());
  }

  /**
   * Compares what clients were told with what the data shows.
   *
   * @param window as {@link #oldestSettled} gave it; it is forgotten
   * @param counts how often each write of the window ran; a write that is missing ran never
   */
  synchronized void audit(long window, Map<Long, Long> counts) {
    Told[] told = Optional.ofNullable(windows.remove(window)).orElseThrow();
    long first = window * WINDOW;
    long begun = Math.min(WINDOW, nextId - first);
    for (int i = 0; i < begun; i++) {
      long ran = counts.getOrDefault(first + i, 0L);
      twice += ran > 1 ? 1 : 0;
      switch (told[i]) {
        case DONE -> lost += ran == 0 ? 1 : 0;
        case REFUSED -> refusedYetDone += ran > 0 ? 1 : 0;
        case UNKNOWN -> {
          unknownExecuted += ran > 0 ? 1 : 0;
          unknownNotExecuted += ran > 0 ? 0 : 1;
        }
        case NOTHING_YET -> throw new IllegalStateException("write " + (first + i) + " is open");
      }
    }
  }

  /** The sums so far; what is not audited yet counts as neither lost nor run twice. */
  synchronized Sums sums() {
    return new Sums(
        acknowledged,
        failed,
        unknown,
        unknownExecuted,
        unknownNotExecuted,
        lost,
        twice,
        refusedYetDone,
        longestPauseNanos,
        lastFailure);
  }

  /** Forgets the longest pause, to see that of the next incident. */
  synchronized void forgetPause() {
    longestPauseNanos = 0;
  }

  /** When the newest acknowledgement came; empty before the first. */
  synchronized Optional<Long> lastAck() {
    return lastAckNanos == Long.MIN_VALUE ? Optional.empty() : Optional.of(lastAckNanos);
  }

  /** Acknowledgements per half second, oldest first, without the one under way. */
  synchronized long[] recent(long nowNanos, int count) {
    long[] recent = new long[count];
    long current = nowNanos / BUCKET_NANOS;
    for (long[] bucket : buckets) {
      long ago = current - bucket[0];
      if (ago >= 1 && ago <= count) {
        recent[(int) (count - ago)] = bucket[1];
      }
    }
    return recent;
  }
}

package io.understudy.bench.soak;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntUnaryOperator;

/**
 * What became of each numbered request, as its client was told. Written by one client's thread,
 * read by any.
 */
final class Ledger {
  /** Longer than any hold: a reply that takes longer will not come. */
  private static final long REPLY_DEADLINE_SECONDS = 60;

  private static final int FIRST_CAPACITY = 1 << 12;

  /** What a client knows of one request. */
  enum Fate {
    /** It was sent. */
    SENT,
    /** It was acknowledged. */
    DONE,
    /** It may have run: an error says that nobody knows, or the connection broke. */
    UNKNOWN,
    /** An error came back: it has not run. */
    REFUSED
  }

  private final Map<String, Integer> refusals = new TreeMap<>();
  private Fate[] fates = new Fate[FIRST_CAPACITY];
  private int size;
  private int broken;

  /** The number of a new request, from 0. */
  synchronized int next() {
    if (size == fates.length) {
      fates = Arrays.copyOf(fates, 2 * size);
    }
    fates[size] = Fate.SENT;
    return size++;
  }

  /** Waits for a request's reply and writes down its fate. */
  Fate settle(int id, Future<?> reply) throws InterruptedException {
    try {
      reply.get(REPLY_DEADLINE_SECONDS, TimeUnit.SECONDS);
      return write(id, Fate.DONE);
    } catch (ExecutionException e) {
      return failed(id, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      return failed(id, e);
    }
  }

  /** Writes down that a request failed. */
  synchronized Fate failed(int id, Throwable error) {
    if (!(error instanceof RedisCommandExecutionException)) {
      broken++;
      return write(id, Fate.UNKNOWN);
    }
    String text = String.valueOf(error.getMessage());
    if (text.startsWith("UNKNOWNOUTCOME")) {
      return write(id, Fate.UNKNOWN);
    }
    refusals.merge(text, 1, Integer::sum);
    return write(id, Fate.REFUSED);
  }

  /** Writes down a fate. */
  synchronized Fate write(int id, Fate fate) {
    fates[id] = fate;
    return fate;
  }

  /** How many requests have a fate. */
  synchronized int count(Fate fate) {
    int count = 0;
    for (int id = 0; id < size; id++) {
      count += fates[id] == fate ? 1 : 0;
    }
    return count;
  }

  /** How many requests got no reply at all. */
  synchronized int broken() {
    return broken;
  }

  /**
   * Compares what clients were told with what happened.
   *
   * @param executions how often the request with a number ran
   * @param excused how many that were acknowledged may be missing for a reason that the client was
   *     told
   */
  synchronized Audit audit(String name, IntUnaryOperator executions, int excused) {
    int missing = 0;
    int twice = 0;
    int ranThoughRefused = 0;
    for (int id = 0; id < size; id++) {
      int ran = executions.applyAsInt(id);
      Fate fate = fates[id];
      missing += fate == Fate.DONE && ran == 0 ? 1 : 0;
      twice += ran > 1 ? 1 : 0;
      ranThoughRefused += fate == Fate.REFUSED && ran > 0 ? 1 : 0;
    }
    return new Audit(
        name,
        size,
        count(Fate.DONE),
        count(Fate.UNKNOWN),
        count(Fate.REFUSED),
        broken,
        Math.max(0, missing - excused),
        twice,
        ranThoughRefused,
        String.join("; ", refusals.keySet()));
  }
}

package io.understudy.bench.outage;

import io.understudy.testkit.Reply;
import io.understudy.testkit.RespClient;
import io.understudy.topology.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that adds 1 to a key of its own, again and again, and never sends an addition twice: the
 * number that comes back tells whether one was lost or ran twice. Written by its thread, read by
 * any.
 */
final class CountingClient implements Runnable {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final long RETRY_NANOS = 5_000_000;

  private final Address proxy;
  private final String key;
  private final long pauseNanos;
  private volatile boolean hurries;
  private volatile boolean ended;

  private long value;
  private long uncertain;
  private long answeredNanos = System.nanoTime();
  private long longestNanos;
  private Count count = Count.NONE;

  /**
   * What became of requests.
   *
   * @param acknowledged answered with a number
   * @param unknown answered with an error that says that nobody knows, or not at all
   * @param refused answered with an error that says that it has not run
   * @param lost acknowledged, and not there later
   * @param twice run more than once
   */
  record Count(long acknowledged, long unknown, long refused, long lost, long twice) {
    static final Count NONE = new Count(0, 0, 0, 0, 0);

    Count plus(Count other) {
      return new Count(
          acknowledged + other.acknowledged,
          unknown + other.unknown,
          refused + other.refused,
          lost + other.lost,
          twice + other.twice);
    }
  }

  /**
   * Does nothing until it is run.
   *
   * @param pauseNanos between an answer and the next request
   */
  CountingClient(Address proxy, String key, long pauseNanos) {
    this.proxy = proxy;
    this.key = key;
    this.pauseNanos = pauseNanos;
  }

  @Override
  public void run() {
    while (!ended) {
      try (RespClient client = new RespClient(proxy, null, DEADLINE, DEADLINE)) {
        while (!ended) {
          add(client);
          if (!hurries) {
            LockSupport.parkNanos(pauseNanos);
          }
        }
      } catch (IOException e) {
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }

  /** Makes it leave out the pauses, or no longer. */
  void hurry(boolean wanted) {
    hurries = wanted;
  }

  /** Lets it finish what it does. */
  void end() {
    ended = true;
  }

  private void add(RespClient client) throws IOException {
    Reply reply;
    try {
      reply = client.call("INCR", key);
    } catch (IOException e) {
      noteUnknown();
      throw e;
    }
    if (reply instanceof Reply.Whole(long now)) {
      note(now);
    } else if (reply instanceof Reply.Failure(String message)
        && message.startsWith("UNKNOWNOUTCOME")) {
      noteUnknown();
    } else {
      noteRefused();
    }
  }

  private synchronized void note(long now) {
    long nanos = System.nanoTime();
    longestNanos = Math.max(longestNanos, nanos - answeredNanos);
    answeredNanos = nanos;
    long least = value + 1;
    count =
        count.plus(
            new Count(1, 0, 0, Math.max(0, least - now), Math.max(0, now - least - uncertain)));
    value = now;
    uncertain = 0;
  }

  private synchronized void noteUnknown() {
    uncertain++;
    count = count.plus(new Count(0, 1, 0, 0, 0));
  }

  private synchronized void noteRefused() {
    count = count.plus(new Count(0, 0, 1, 0, 0));
  }

  /** What became of all requests so far. */
  synchronized Count count() {
    return count;
  }

  /** The longest time without an answer since this was asked last; one that goes on counts. */
  synchronized long takeLongestNanos() {
    long longest = Math.max(longestNanos, System.nanoTime() - answeredNanos);
    longestNanos = 0;
    return longest;
  }

  /** How often an answer has come so far. */
  synchronized long acknowledged() {
    return count.acknowledged();
  }
}

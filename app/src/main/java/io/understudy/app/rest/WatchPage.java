package io.understudy.app.rest;

import com.sun.net.httpserver.HttpExchange;
import io.understudy.topology.TopologyFeed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * What is answered to {@code GET /watch} and {@code /watch/GROUP}: one line for each change as it
 * happens, until the client leaves or the program ends; an empty line now and then says that it is
 * still there. Each watcher blocks a virtual thread of its own.
 */
final class WatchPage {
  /** So many watch at the same time; each costs a thread and a queue. */
  static final int MOST_WATCHERS = 32;

  /** So many lines wait for a watcher that does not read; what comes then is left out. */
  private static final int MOST_WAITING = 1_000;

  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  private final Operator operator;
  private final AtomicInteger watchers = new AtomicInteger();
  private volatile boolean ended;

  WatchPage(Operator operator) {
    this.operator = operator;
  }

  /** Makes every watcher's answer end soon. */
  void end() {
    ended = true;
  }

  /** Whether nobody else may watch now. */
  boolean isFull() {
    return watchers.get() >= MOST_WATCHERS;
  }

  /**
   * Answers until somebody ends it.
   *
   * @param wanted which groups
   */
  void stream(HttpExchange exchange, Predicate<String> wanted) throws IOException {
    BlockingQueue<String> lines = new ArrayBlockingQueue<>(MOST_WAITING);
    var leftOut = new AtomicLong();
    TopologyFeed.Subscription subscription =
        operator.watch(
            (group, line) -> {
              if (wanted.test(group) && !lines.offer(line)) {
                leftOut.incrementAndGet();
              }
            });
    watchers.incrementAndGet();
    try (OutputStream out = exchange.getResponseBody()) {
      while (!ended) {
        String line = lines.poll(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
        long missing = leftOut.getAndSet(0);
        String text =
            (line == null ? "" : line)
                + "\n"
                + (missing == 0 ? "" : missing + " lines were left out\n");
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      subscription.close();
      watchers.decrementAndGet();
    }
  }
}

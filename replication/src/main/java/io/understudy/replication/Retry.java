package io.understudy.replication;

import io.understudy.replication.source.LinkLoss;
import java.util.concurrent.TimeUnit;

/** When a source is tried again. Each try in a row waits longer. One thread. */
final class Retry {
  private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Every try of a broken source may cost it a snapshot. */
  private static final long BROKEN_NANOS = TimeUnit.SECONDS.toNanos(30);

  private long dueNanos;
  private long delayNanos = FIRST_NANOS;

  Retry(long nowNanos) {
    dueNanos = nowNanos;
  }

  boolean isDue(long nowNanos) {
    return nowNanos - dueNanos >= 0;
  }

  /** Something was lost; what an operator must help with waits long at once. */
  void later(LinkLoss loss, long nowNanos) {
    dueNanos = nowNanos + (loss.fatal() ? BROKEN_NANOS : delayNanos);
    delayNanos = Math.min(2 * delayNanos, LAST_NANOS);
  }

  /** There is a reason to try at once. */
  void now(long nowNanos) {
    dueNanos = nowNanos;
  }

  /** It worked. */
  void reset() {
    delayNanos = FIRST_NANOS;
  }
}

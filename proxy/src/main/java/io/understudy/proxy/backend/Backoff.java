package io.understudy.proxy.backend;

import java.util.concurrent.TimeUnit;

/** How soon a node that could not be reached, or proven, is tried again. */
final class Backoff {
  private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LAST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private long delayNanos;
  private long notBeforeNanos;

  /** Whether it may be tried now. */
  boolean allows(long nowNanos) {
    return delayNanos == 0 || nowNanos - notBeforeNanos >= 0;
  }

  /** An attempt failed. */
  void failed(long nowNanos) {
    delayNanos = delayNanos == 0 ? FIRST_NANOS : Math.min(LAST_NANOS, delayNanos * 2);
    notBeforeNanos = nowNanos + delayNanos;
  }

  /** An attempt was successful, or another node is to be tried. */
  void reset() {
    delayNanos = 0;
  }
}

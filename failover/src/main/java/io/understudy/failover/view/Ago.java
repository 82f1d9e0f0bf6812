package io.understudy.failover.view;

import java.util.Locale;

/** Says how long ago something was, for a person. */
final class Ago {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long MILLIS_PER_SECOND = 1_000;

  private Ago() {}

  static String of(long thenNanos, long nowNanos) {
    long millis = (nowNanos - thenNanos) / NANOS_PER_MILLI;
    return millis < MILLIS_PER_SECOND
        ? millis + " ms ago"
        : String.format(Locale.ROOT, "%.1f s ago", millis / (double) MILLIS_PER_SECOND);
  }
}

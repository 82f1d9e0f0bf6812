package io.understudy.proxy.route;

/**
 * What is looked at more closely, and how much that may cost.
 *
 * @param slowNanos a request that took at least this long is noted; {@link Long#MAX_VALUE} for none
 * @param slowEntries how many are kept, the newest, for each listener and event loop
 * @param samplesPerSecond how many commands are looked at for their keys, for each group and event
 *     loop; 0 for none
 */
public record Observing(long slowNanos, int slowEntries, int samplesPerSecond) {
  /** What holds unless something else is configured. */
  public static final Observing DEFAULT = new Observing(10_000_000, 128, 1_000);

  /** Refuses what makes no sense. */
  public Observing {
    if (slowNanos < 0 || slowEntries < 1 || samplesPerSecond < 0) {
      throw new IllegalArgumentException("nothing can be observed less than not at all");
    }
  }
}
